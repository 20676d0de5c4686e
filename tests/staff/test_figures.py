"""The figures: counted right, for the right scope, and the file says the same."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask import Flask

from barterweb import clock, ledger
from barterweb.db import open_transaction, session
from barterweb.documents.facts import InvoiceLine
from barterweb.money import MAX_CENTS, Credits
from barterweb.staff import queries
from barterweb.staff.exports import figures_csv
from barterweb.staff.facts import (
    ClusterFigures,
    CompanyCounts,
    Figures,
    MonthFigures,
    Period,
    TradeTotals,
    months_to,
)
from barterweb.trades import service as trades
from barterweb.trades import settlement
from barterweb.web.filters import barter
from tests import build_listings, build_members, build_trades
from tests.staff.conftest import FOUNDED, FUNDER, OPERATOR, STAFF, InApp, Network, Open

CountQueries = Callable[..., object]
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def line(net_cents: int) -> InvoiceLine:
    return build_trades.line(net_cents)


def play(network: Network) -> None:
    """January: the haulier buys 1 200 B of the firm. March: the firm buys of the agency, a third of it in euros."""
    with clock.at(FOUNDED):
        build_trades.settled(network.haulier, network.firm, build_trades.terms(line(100_000)))
    with clock.at(FOUNDED + timedelta(days=60)):
        shared = build_trades.terms(line(50_000), settlement="share", euro_cents=20_000)
        build_trades.settled(network.firm, network.agency, shared)
        build_listings.listing(network.haulier, kind="need")


def figures(network: Network, actor: str = "operator", period: Period = YEAR) -> Figures:
    session.rollback()
    with clock.at(datetime(2026, 4, 1, 8, tzinfo=UTC)):
        return queries.figures_of(getattr(network, actor), period)


def test_the_operator_sees_the_whole_network(app: Flask, network: Network) -> None:
    with app.app_context():
        play(network)
        found = figures(network)
        assert found.companies == CompanyCounts(registered=3, active=3, both=1)
        assert (found.offers, found.needs) == (2, 1)
        assert found.totals == TradeTotals(
            trades=2, barter_cents=160_000, euro_cents=20_000, waived_cents=7_500, between_clusters=1
        )
        assert found.supply_cents == 120_000
        assert found.year_cents == 160_000
        assert found.velocity_milli == 1_330
        assert found.clusters == [
            ClusterFigures("Pôle Bois", 1, 1, 1, 0, 1, 40_000, 20_000),
            ClusterFigures("Pôle Fer", 2, 2, 1, 1, 2, 160_000, 20_000),
        ]


def test_staff_see_their_cluster_only(app: Flask, network: Network) -> None:
    with app.app_context():
        play(network)
        found = figures(network, "other_staff")
        assert found.companies == CompanyCounts(registered=1, active=1, both=0)
        assert (found.totals.trades, found.totals.barter_cents) == (1, 40_000)
        assert found.supply_cents == 40_000
        assert [cluster.name for cluster in found.clusters] == ["Pôle Bois"]


def test_a_funder_sees_its_region_only(app: Flask, network: Network) -> None:
    with app.app_context():
        play(network)
        elsewhere = build_members.cluster("Pôle Mer", region_id=build_members.region("BRE", "Bretagne"))
        sailor = build_members.company("Voilerie Iroise", cluster_ids=[elsewhere])
        other = build_members.company("Chantier Naval", cluster_ids=[elsewhere])
        with clock.at(FOUNDED + timedelta(days=40)):
            build_trades.settled(sailor, other, build_trades.terms(line(10_000)))
        found = figures(network, "funder")
        assert (found.companies.registered, found.totals.trades) == (3, 2)
        assert [cluster.name for cluster in found.clusters] == ["Pôle Bois", "Pôle Fer"]
        assert figures(network).totals.trades == 3


def test_a_month_begins_at_midnight_in_paris(app: Flask, network: Network) -> None:
    with app.app_context():
        for moment in (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), datetime(2026, 1, 31, 23, 0, tzinfo=UTC)):
            with clock.at(moment):
                build_trades.settled(network.haulier, network.firm, build_trades.terms(line(10_000)))
        found = figures(network, period=Period(date(2026, 1, 1), date(2026, 3, 31)))
        assert found.months == [
            MonthFigures(date(2026, 1, 1), 1, 12_000, 0),
            MonthFigures(date(2026, 2, 1), 1, 12_000, 0),
            MonthFigures(date(2026, 3, 1), 0, 0, 0),
        ]
        january = figures(network, period=Period(date(2026, 1, 1), date(2026, 1, 31)))
        assert january.totals.trades == 1


def test_what_happened_outside_the_period_does_not_count(app: Flask, network: Network) -> None:
    with app.app_context():
        play(network)
        found = figures(network, period=Period(date(2026, 2, 1), date(2026, 2, 28)))
        assert found.totals == TradeTotals(0, 0, 0, 0, 0)
        assert found.companies.active == 0
        before = figures(network, period=Period(date(2025, 1, 1), date(2025, 12, 31)))
        assert before.companies.registered == 0
        assert all(cluster.registered == 0 for cluster in before.clusters)


def test_a_partly_settled_dispute_counts_for_the_part_settled(app: Flask, network: Network) -> None:
    with app.app_context():
        with clock.at(FOUNDED):
            shared = build_trades.terms(line(100_000), settlement="share", euro_cents=30_000)
            trade_id = build_trades.delivered(network.haulier, network.firm, shared)
            trades.dispute_trade(actor=network.haulier.actor, trade_id=trade_id, reason="Incomplet.")
            settlement.settle_dispute(
                actor=network.operator, trade_id=trade_id, settled_share_bp=3_300, reason="Un tiers."
            )
        found = figures(network).totals
        assert (found.barter_cents, found.euro_cents, found.waived_cents) == (29_700, 9_900, 1_650)


def test_a_commission_that_was_paid_was_not_waived(app: Flask, paying_network: Network) -> None:
    with app.app_context():
        play(paying_network)
        assert figures(paying_network).totals.waived_cents == 0


def test_amounts_as_large_as_can_be_are_counted(app: Flask, network: Network) -> None:
    half = MAX_CENTS // 2
    with app.app_context():
        with open_transaction():
            for member in (network.haulier, network.firm):
                plenty = Credits(MAX_CENTS)
                ledger.set_limits(account_id=member.account_id, credit_limit=plenty, balance_cap=plenty)
        with clock.at(FOUNDED):
            vast = build_trades.line(MAX_CENTS, vat_rate_bp=0)
            build_trades.settled(
                network.haulier, network.firm, build_trades.terms(vast, settlement="share", euro_cents=half)
            )
        found = figures(network)
        assert (found.totals.barter_cents, found.totals.euro_cents) == (half, half)
        assert found.totals.waived_cents == MAX_CENTS // 20
        assert queries.queue_of(network.operator).limits.total == 0


def test_a_network_without_credit_has_no_velocity(app: Flask, network: Network) -> None:
    with app.app_context():
        assert figures(network).velocity_milli is None


def test_periods_are_cut_into_months() -> None:
    period = months_to(date(2026, 3, 15), 12)
    assert period == Period(date(2025, 4, 1), date(2026, 3, 15))
    assert period.months()[0] == date(2025, 4, 1)
    assert period.months()[-1] == date(2026, 3, 1)
    assert len(period.months()) == 12
    assert Period(date(2026, 1, 31), date(2026, 2, 1)).months() == [date(2026, 1, 1), date(2026, 2, 1)]
    assert len(Period(date(2000, 1, 1), date(2026, 1, 1)).months()) == 12
    assert Period(date(2026, 2, 3), date(2026, 2, 3)).months() == [date(2026, 2, 1)]


def test_the_page_shows_plots_with_their_figures_and_no_company(
    page: Open, in_app: InApp, network: Network
) -> None:
    in_app(play, network)
    with clock.at(datetime(2026, 4, 1, 8, tzinfo=UTC)):
        for email, name in (
            (OPERATOR, "Tout le réseau"),
            (FUNDER, "Auvergne-Rhône-Alpes"),
            (STAFF, "Pôle Fer"),
        ):
            shown = page(email).get("/chiffres")
            assert name in shown
            assert barter(160_000) in shown
            assert "Voir les chiffres" in shown
            for member in ("Transports du Vercors", "Cabinet Marcellin", "Agence Quai Neuf"):
                assert member not in shown


def test_the_file_says_what_the_page_says(page: Open, in_app: InApp, network: Network) -> None:
    in_app(play, network)
    funder = page(FUNDER)
    with clock.at(datetime(2026, 4, 1, 8, tzinfo=UTC)):
        funder.get("/chiffres?du=01/01/2026&au=31/03/2026")
        file = funder.follow("Télécharger le CSV")
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="chiffres-barter-2026-01-01-2026-03-31.csv"' in file.headers["Content-Disposition"]
    text = file.data.decode("utf-8-sig")
    rows = {tuple(row[:3]): row[3:] for row in csv.reader(io.StringIO(text), delimiter=";")}
    assert rows["Période", "", "Premier jour"] == ["01/01/2026", ""]
    assert rows["Échanges", "", "Part en Barter"] == ["1600,00", "B"]
    assert rows["Mois", "janvier 2026", "Part en Barter"] == ["1200,00", "B"]
    assert rows["Pôle", "Pôle Fer", "Entreprises membres"] == ["2", ""]
    assert rows["Crédit", "", "Vitesse de circulation"] == ["1,33", "fois par an"]


def test_no_name_in_the_file_runs_as_a_formula(app: Flask, network: Network) -> None:
    with app.app_context():
        found = figures(network)
    for name in ('=HYPERLINK("http://a.example")', "+1", "-1", "@a", "\tb"):
        cluster = ClusterFigures(name, 0, 0, 0, 0, 0, 0, 0)
        changed = Figures(
            found.period, found.companies, 0, 0, found.totals, [], [cluster], found.supply_cents, 0
        )
        rows = [*csv.reader(io.StringIO(figures_csv(changed).decode("utf-8-sig")), delimiter=";")]
        assert [row[1] for row in rows if row[0] == "Pôle"] == [f"'{name}"] * 9


def test_the_figures_cost_the_same_queries_however_many_trades(
    page: Open, in_app: InApp, network: Network, count_queries: CountQueries
) -> None:
    counts = []
    for _ in range(2):
        in_app(play, network)
        operator = page(OPERATOR)
        with count_queries() as statements:  # type: ignore[attr-defined]
            operator.get("/chiffres?du=01/01/2026&au=31/12/2026")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 16, counts
