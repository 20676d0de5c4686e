"""The work queue: what comes into it and when, for whom, in which order, at the price of how many queries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from barterweb import clock, ids
from barterweb.db import open_transaction, session
from barterweb.ledger import Leg, post_transfer, set_limits
from barterweb.money import Credits
from barterweb.staff import queries
from barterweb.staff.queries import Queue
from barterweb.trades import service as trades
from barterweb.web.filters import barter
from tests import build_listings, build_members, build_trades
from tests.build_members import Member
from tests.staff.conftest import FOUNDED, OPERATOR, OTHER_STAFF, STAFF, InApp, Network, Open

CountQueries = Callable[..., object]


def days_later(days: int) -> object:
    return clock.at(FOUNDED + timedelta(days=days))


def of_staff(network: Network) -> Queue:
    session.rollback()
    return queries.queue_of(network.staff)


def names(lines: object) -> list[str]:
    return [getattr(row, "company", None) or row.title for row in lines.rows]  # type: ignore[attr-defined]


def pay(payer: Member, payee: Member, cents: int) -> None:
    """Move an amount outside of any trade."""
    with open_transaction():
        post_transfer(
            key=ids.new_id("key"),
            kind="trade",
            legs=[Leg(payer.account_id, Credits(-cents)), Leg(payee.account_id, Credits(cents))],
            reference="test",
            wording="Opération",
        )


def test_applications_wait_oldest_first_and_questions_last(app: Flask, network: Network) -> None:
    with app.app_context():
        for number, name in enumerate(("Ancienne", "Moyenne", "Récente")):
            with days_later(number):
                found = build_members.application(cluster_ids=[network.cluster_id], name=name)
            if name == "Ancienne":
                build_members.service.ask_applicant(
                    actor=network.staff, application_id=found, question="Combien êtes-vous\u00a0?"
                )
        build_members.application(cluster_ids=[network.other_cluster_id], name="Ailleurs")
        rows = of_staff(network).applications.rows
        assert [row.company.name for row in rows] == ["Moyenne", "Récente", "Ancienne"]
        assert queries.queue_of(network.operator).applications.total == 4


def test_deliveries_come_up_after_seven_days(app: Flask, network: Network) -> None:
    with app.app_context():
        with days_later(0):
            build_trades.delivered(network.haulier, network.firm)
        with days_later(6):
            assert of_staff(network).deliveries.total == 0
        with days_later(8):
            (line,) = of_staff(network).deliveries.rows
            assert (line.buyer, line.seller, line.barter_cents) == (
                "Transports du Vercors",
                "Cabinet Marcellin",
                600_000,
            )
            assert line.since == FOUNDED


def test_a_dispute_comes_up_at_once_for_the_clusters_of_both_sides(app: Flask, network: Network) -> None:
    with app.app_context():
        trade_id = build_trades.delivered(network.haulier, network.agency)
        trades.dispute_trade(actor=network.haulier.actor, trade_id=trade_id, reason="Incomplet.")
        for actor in (network.operator, network.staff, network.other_staff):
            assert [line.trade_id for line in queries.queue_of(actor).disputes.rows] == [trade_id]


@pytest.mark.parametrize(
    ("paid_cents", "expected"),
    [
        (640_000, []),
        (640_001, ["Transports du Vercors"]),
    ],
)
def test_an_account_is_near_its_floor_with_less_than_a_fifth_of_its_line(
    app: Flask, network: Network, paid_cents: int, expected: list[str]
) -> None:
    with app.app_context():
        pay(network.haulier, network.firm, paid_cents)
        assert names(of_staff(network).limits) == expected


def test_an_account_is_near_its_ceiling_above_four_fifths(app: Flask, network: Network) -> None:
    with app.app_context():
        pay(network.haulier, network.firm, 600_000)
        pay(network.agency, network.firm, 600_000)
        assert names(of_staff(network).limits) == []
        pay(network.agency, network.firm, 1)
        (line,) = of_staff(network).limits.rows
        assert (line.company, line.near_ceiling) == ("Cabinet Marcellin", True)


def test_accounts_with_the_least_room_come_first(app: Flask, network: Network) -> None:
    with app.app_context():
        with open_transaction():
            set_limits(
                account_id=network.agency.account_id, credit_limit=Credits(100), balance_cap=Credits(1000)
            )
        pay(network.haulier, network.firm, 700_000)
        pay(network.agency, network.firm, 99)
        found = queries.queue_of(network.operator).limits
        assert names(found) == ["Agence Quai Neuf", "Transports du Vercors"]
        assert not any(line.near_ceiling for line in found.rows)


def test_needs_come_up_after_three_days_without_a_trade(app: Flask, network: Network) -> None:
    with app.app_context():
        with days_later(0):
            answered = build_listings.listing(network.firm, "Transport de cartons", kind="need")
            build_listings.listing(network.firm, "Nettoyage de bureaux", kind="need")
            build_listings.draft(network.firm, "Brouillon", kind="need")
            trades.propose_trade(
                actor=network.agency.actor,
                trade_id=ids.new_id("trd"),
                listing_id=answered,
                terms=build_trades.terms(),
            )
        with days_later(2):
            assert of_staff(network).needs.total == 0
        with days_later(3):
            assert names(of_staff(network).needs) == ["Cabinet Marcellin"]
            assert of_staff(network).needs.rows[0].title == "Nettoyage de bureaux"


def test_members_without_an_offer_online_are_listed(app: Flask, network: Network) -> None:
    with app.app_context():
        build_listings.listing(network.haulier)
        build_listings.listing(network.firm, kind="need")
        assert names(of_staff(network).without_offer) == ["Cabinet Marcellin"]
        build_members.service.set_company_status(
            actor=network.staff, company_id=network.firm.company_id, status="standby"
        )
        assert names(of_staff(network).without_offer) == []


def test_credit_is_idle_ninety_days_after_the_last_debit_or_the_first_credit(
    app: Flask, network: Network
) -> None:
    with app.app_context():
        with days_later(0):
            pay(network.agency, network.firm, 60_000)
            pay(network.agency, network.haulier, 50_000)
        with days_later(89):
            assert of_staff(network).idle.total == 0
        with days_later(90):
            (line,) = of_staff(network).idle.rows
            assert (line.company, line.account.balance_cents) == ("Cabinet Marcellin", 60_000)
            assert line.since == clock.date_of(FOUNDED)
            pay(network.firm, network.haulier, 1_000)
            assert names(of_staff(network).idle) == ["Transports du Vercors"]
        with days_later(180):
            assert names(of_staff(network).idle) == ["Cabinet Marcellin", "Transports du Vercors"]


def test_members_of_thirty_days_without_an_agreement_are_listed(app: Flask, network: Network) -> None:
    with app.app_context():
        with days_later(29):
            assert of_staff(network).without_trade.total == 0
        with days_later(30):
            build_trades.proposed(network.haulier, network.agency)
            assert of_staff(network).without_trade.total == 2
            build_trades.agreed(network.haulier, network.agency)
            assert names(of_staff(network).without_trade) == ["Cabinet Marcellin"]


def test_listings_come_up_fourteen_days_before_their_end(app: Flask, network: Network) -> None:
    with app.app_context():
        with days_later(0):
            build_listings.listing(network.firm)
        for day, expected in ((165, 0), (166, 1), (180, 1), (181, 0)):
            with days_later(day):
                assert of_staff(network).ending.total == expected, day


def test_memberships_come_up_thirty_days_before_their_end_and_stay(app: Flask, network: Network) -> None:
    with app.app_context():
        for day, expected in ((333, 0), (334, 2), (400, 2)):
            with days_later(day):
                assert of_staff(network).memberships.total == expected, day


def test_a_suspended_company_is_left_alone(app: Flask, network: Network) -> None:
    with app.app_context(), days_later(0):
        pay(network.haulier, network.firm, 700_000)
        build_listings.listing(network.haulier, kind="need")
        build_members.service.set_company_status(
            actor=network.staff, company_id=network.haulier.company_id, status="suspended"
        )
    with app.app_context(), days_later(400):
        found = of_staff(network)
        for lines in (found.limits, found.needs, found.without_offer, found.without_trade, found.memberships):
            assert "Transports du Vercors" not in names(lines)


def test_a_kind_shows_ten_and_leads_to_the_rest(page: Open, in_app: InApp, network: Network) -> None:
    def needs() -> None:
        with days_later(0):
            for number in range(22):
                build_listings.listing(network.firm, f"Besoin {number}", kind="need")

    in_app(needs)
    with days_later(4):
        staff = page(STAFF)
        shown = staff.get("/pole")
        assert len(shown.all("#besoins tbody tr")) == 10
        assert "Les 10 plus urgentes sur 22." in shown
        assert "Besoins sans réponse 22" in shown
        whole = staff.follow("Voir la suite\u00a0: Besoins sans réponse")
        assert len(whole.all("#besoins tbody tr")) == len(whole.all("tbody tr")) == 22
        assert "plus urgentes" not in whole
        assert "Adhésions à régler\u00a0: plus rien n’attend." in staff.get("/pole?liste=adhesions")
        staff.get("/pole?liste=rien-de-tel", status=404)


def test_what_a_kind_does_not_show_is_in_the_file(
    in_app: InApp, page: Open, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply() -> None:
        for number in range(4):
            build_members.application(cluster_ids=[network.cluster_id], name=f"Candidate {number}")

    in_app(apply)
    monkeypatch.setattr("barterweb.staff.facts.COUNTED", 3)
    monkeypatch.setattr("barterweb.staff.queries.queue_of.__kwdefaults__", {"most": 2, "bound": 3})
    shown = page(OPERATOR).get("/pole?liste=candidatures")
    assert "Les 3 plus urgentes\u00a0; le fichier CSV les contient toutes." in shown


def test_every_line_leads_to_its_decision(page: Open, in_app: InApp, network: Network) -> None:
    def fill() -> str:
        with days_later(0):
            build_members.application(cluster_ids=[network.cluster_id], name="Fonderie Belle")
            build_listings.listing(network.firm, "Nettoyage de bureaux", kind="need")
            build_trades.delivered(network.haulier, network.firm, title="Bilan annuel")
            disputed = build_trades.delivered(
                network.agency, network.firm, build_trades.terms(build_trades.line(80_000))
            )
            trades.dispute_trade(actor=network.agency.actor, trade_id=disputed, reason="Incomplet.")
            pay(network.agency, network.haulier, 60_000)
            pay(network.firm, network.haulier, 200_000)
            return disputed

    disputed = in_app(fill)
    with days_later(170):
        staff, operator = page(STAFF), page(OPERATOR)
        shown = staff.get("/pole")
        assert f"{barter(96_000)}" in shown
        links = {link.get("href") or "" for link in shown.all("tbody a[href]")}
        assert f"/echanges/{disputed}" in links
        for link in sorted(links):
            staff.get(link)
        assert f"/operateur/litiges/{disputed}" in {
            link.get("href") for link in operator.get("/pole").all("#litiges a[href]")
        }
        operator.follow("Trancher\u00a0: Expertise comptable")


def test_an_empty_queue_says_so(page: Open, in_app: InApp, network: Network) -> None:
    with days_later(1):
        in_app(build_listings.listing, network.agency)
        assert "La file est vide" in page(OTHER_STAFF).get("/pole")


def test_the_queue_costs_the_same_queries_however_much_waits(
    page: Open, in_app: InApp, network: Network, count_queries: CountQueries
) -> None:
    def fill(number: int) -> None:
        with days_later(0):
            for i in range(number):
                member = build_members.company(f"Atelier {number} {i}", cluster_ids=[network.cluster_id])
                build_members.application(cluster_ids=[network.cluster_id], name=f"Candidate {number} {i}")
                build_listings.listing(member, f"Besoin {i}", kind="need")
                small = build_trades.terms(build_trades.line(1_000))
                build_trades.delivered(network.haulier, member, small, title=f"Échange {number} {i}")

    counts = []
    for number in (1, 30):
        in_app(fill, number)
        with days_later(170):
            operator = page(OPERATOR)
            with count_queries() as statements:  # type: ignore[attr-defined]
                operator.get("/pole")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 16, counts


def test_what_waits_is_counted_up_to_a_bound(
    in_app: InApp, page: Open, network: Network, monkeypatch
) -> None:
    def apply() -> None:
        for number in range(5):
            build_members.application(cluster_ids=[network.cluster_id], name=f"Candidate {number}")

    in_app(apply)
    found = in_app(lambda: queries.queue_of(network.operator, most=2, bound=3).applications)
    assert (len(found.rows), found.total, found.total.more) == (2, 3, True)
    exact = in_app(lambda: queries.queue_of(network.operator, most=2, bound=5).applications)
    assert (exact.total, exact.total.more) == (5, False)
    monkeypatch.setattr("barterweb.staff.queries.queue_of.__kwdefaults__", {"most": 2, "bound": 3})
    assert "Les 2 plus urgentes sur plus de\u00a03." in page(OPERATOR).get("/pole").text
