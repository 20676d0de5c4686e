"""The journal, all accounts and any account's statement, as operator staff read them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from barterweb import clock, db, ids, ledger
from barterweb.ledger import Leg
from barterweb.money import Credits
from barterweb.web.filters import amount, barter, day_short
from tests import build_trades
from tests.build_members import Member
from tests.html import text_of
from tests.page import assert_swap_equals_page
from tests.staff.conftest import FOUNDED, OPERATOR, InApp, Network, Open

CountQueries = Callable[..., object]


def settle(network: Network) -> str:
    with clock.at(FOUNDED + timedelta(days=20)):
        return build_trades.settled(network.haulier, network.firm, title="Bilan annuel")


def pay(payer: Member, payee: Member, times: int) -> None:
    for number in range(times):
        with clock.at(FOUNDED + timedelta(days=number)), db.open_transaction():
            ledger.post_transfer(
                key=ids.new_id("key"),
                kind="trade",
                legs=[Leg(payer.account_id, Credits(-100)), Leg(payee.account_id, Credits(100))],
                reference="test",
                wording=f"Opération {number}",
            )


def test_the_journal_shows_each_transfer_with_entries_that_sum_to_zero(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    trade_id = in_app(settle, paying_network)
    operator = page(OPERATOR)
    shown = operator.get("/operateur/journal")
    assert "2 opérations" in shown
    told = [text_of(line) for line in shown.all("#journal th .muted")]
    assert [line.partition("somme des écritures\u00a0: ")[2] for line in told] == ["0,00", "0,00"]
    assert "anormale" not in shown
    for text in (
        "Commission\u00a0: Bilan annuel",
        "Échange\u00a0: Bilan annuel",
        f"+{amount(600_000)}",
        amount(-25_000),
    ):
        assert text in shown
    assert {link.get("href") for link in shown.all("#journal th a[href]")} == {f"/echanges/{trade_id}"}
    operator.follow("Cabinet Marcellin")
    assert barter(575_000) in operator.page


def test_the_journal_is_filtered_by_period(page: Open, in_app: InApp, network: Network) -> None:
    in_app(settle, network)
    on = clock.date_of(FOUNDED + timedelta(days=20))
    operator = page(OPERATOR)
    operator.get("/operateur/journal")
    assert "Bilan annuel" in operator.submit("Afficher la période", du=day_short(on), au=day_short(on))
    before = on - timedelta(days=1)
    assert "Aucune opération" in operator.submit("Afficher la période", du="2026-01-01", au=str(before))
    assert operator.page.value_of("du") == "2026-01-01"
    assert "Bilan annuel" in operator.submit("Afficher la période", du="", au="")


def test_the_journal_turns_its_pages_with_and_without_htmx(
    page: Open, in_app: InApp, network: Network
) -> None:
    in_app(pay, network.haulier, network.firm, 21)
    operator = page(OPERATOR)
    first = operator.get("/operateur/journal")
    assert "Opération 20" in first
    operator.follow("Suivante")
    assert "Opération 0" in operator.page
    assert len(operator.page.all("#journal tbody")) == 1
    assert_swap_equals_page(operator, "/operateur/journal", "#journal", "/operateur/journal?page=2")


def test_the_journal_spares_a_reload_once_htmx_was_brought(page: Open, paying_network: Network) -> None:
    """It is not needed to read, so it does not come with the page: see `static/app.js`."""
    shown = page(OPERATOR).get("/operateur/journal").html
    assert re.findall(r'<script src="/static/([\w./-]+)\?v=', shown) == ["app.js"]
    assert 'data-htmx="/static/htmx.js?v=' in shown


def test_all_accounts_are_shown_and_sum_to_zero(page: Open, in_app: InApp, paying_network: Network) -> None:
    in_app(settle, paying_network)
    shown = page(OPERATOR).get("/operateur/comptes")
    assert "Le total est juste" in shown
    assert f"des 6 comptes est de {barter(0)}" in shown
    for text in (
        "Commissions Auvergne-Rhône-Alpes",
        "Réserve Auvergne-Rhône-Alpes",
        "Agence Quai Neuf",
        amount(-600_000),
        amount(575_000),
        amount(25_000),
        amount(800_000),
        amount(1_500_000),
        "sans",
    ):
        assert text in shown


def test_a_total_that_is_wrong_is_said(page: Open, in_app: InApp, network: Network) -> None:
    def tamper() -> None:
        with db.open_transaction():
            db.session.execute(
                sa.text("UPDATE ledger_accounts SET balance_cents = 5 WHERE id = :id"),
                {"id": network.firm.account_id},
            )

    in_app(tamper)
    shown = page(OPERATOR).get("/operateur/comptes")
    assert "Le total est faux" in shown
    assert f"elle est de {barter(5)}" in shown
    assert "Le total est juste" not in shown


def test_accounts_turn_their_pages(page: Open, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barterweb.staff.routes.books.ACCOUNTS_PAGE_SIZE", 2)
    operator = page(OPERATOR)
    operator.get("/operateur/comptes")
    assert "Transports du Vercors" not in operator.page
    operator.follow("Suivante")
    assert "Transports du Vercors" in operator.page
    assert_swap_equals_page(operator, "/operateur/comptes", "#comptes", "/operateur/comptes?page=2")


def test_an_account_is_found_by_its_company(
    page: Open, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barterweb.staff.routes.books.ACCOUNTS_PAGE_SIZE", 1)
    operator = page(OPERATOR)
    operator.get("/operateur/comptes")
    operator.submit("Chercher", mots="VERCORS")
    assert operator.page.value_of("mots") == "VERCORS"
    assert [link.text for link in operator.page.all("#comptes tbody a")] == ["Transports du Vercors"]
    found = "/operateur/comptes?mots=a"
    operator.get(found)
    operator.follow("Suivante")
    assert "mots=a" in operator.page.url
    assert_swap_equals_page(operator, found, "#comptes", f"{found}&page=2")
    assert "(3)" in operator.page.text_of("#entreprises")
    operator.get("/operateur/comptes?mots=introuvable")
    assert "Aucune entreprise ne contient ces mots" in operator.page
    assert "(0)" in operator.page.text_of("#entreprises")
    operator.follow("Voir tous les comptes")
    assert "Agence Quai Neuf" in operator.page


def test_the_statement_of_any_account_opens_and_closes(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    in_app(settle, paying_network)
    operator = page(OPERATOR)
    url = "/operateur/comptes/operator_commission_ara"
    with clock.at(FOUNDED + timedelta(days=30)):
        shown = operator.get(url)
        assert "Bilan annuel" in shown
        assert shown.text.count(amount(25_000)) >= 3
        after = operator.submit("Afficher la période", du="01/02/2026", au="03/02/2026")
        assert "Aucune écriture sur cette période." in after
        assert after.text.count(amount(25_000)) >= 2
        assert_swap_equals_page(operator, url, "#releve", f"{url}?du=2026-01-01&au=2026-02-04")


def test_the_journal_costs_the_same_queries_at_one_and_at_twenty_lines(
    page: Open, in_app: InApp, network: Network, count_queries: CountQueries
) -> None:
    counts = []
    for number in (1, 30):
        in_app(pay, network.haulier, network.firm, number) if not counts else in_app(
            pay, network.agency, network.firm, number
        )
        operator = page(OPERATOR)
        with count_queries() as statements:  # type: ignore[attr-defined]
            operator.get("/operateur/journal")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6, counts
