"""Leaving and insolvency, through the ledger: every step leaves the books balanced."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from barterweb import clock, db, ledger
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.money import Credits
from barterweb.outbox.models import OutboxMessage
from barterweb.standing import service as standing
from barterweb.standing.errors import ClaimExceeded, DayNotPossible, MayNotLeave
from barterweb.standing.models import Claim
from barterweb.trades import queries as trades
from barterweb.trades import service as trading
from barterweb.trades import settlement
from barterweb.trades.errors import ActionNotPossible, BuyerLacksCredit, CompanyMayNotTrade
from tests import build_members as build
from tests import build_trades

On = Callable[[date], AbstractContextManager[None]]

pytestmark = pytest.mark.usefixtures("here")

SMALL = build_trades.terms(build_trades.line(100_000))
"""1 200.00 B incl. VAT, within the first credit line."""


@pytest.fixture
def debtor() -> build.Member:
    return build.company()


@pytest.fixture
def creditor() -> build.Member:
    return build.company("Imprimerie Berthet")


@pytest.fixture(autouse=True)
def books_balance(here: None) -> Iterator[None]:
    yield
    assert ledger.totals().balance_sum_cents == 0


def balance(member: build.Member) -> int:
    return ledger.account_view(member.account_id).balance_cents


def status(member: build.Member) -> str:
    return queries.company(member.company_id).status


def claims(member: build.Member) -> list[Claim]:
    return list(db.session.scalars(sa.select(Claim).where(Claim.company_id == member.company_id)))


def leave(member: build.Member) -> None:
    standing.leave_network(actor=member.actor, company_id=member.company_id, reason="Cession de l’activité.")


def reserve() -> int:
    return ledger.account_view(service.operator_account_id("reserve", "ARA")).balance_cents


def pay(claim: Claim, cents: int, clearing_id: str | None = None) -> None:
    standing.record_claim_payment(
        actor=build.operator(),
        claim_id=claim.id,
        clearing_id=clearing_id or new_id("rgl"),
        amount=Credits(cents),
        paid_on=clock.today(),
        reference="VIR 88-12",
    )


def test_what_a_leaving_company_owes_is_claimed_in_euros_and_its_payment_clears_the_account(
    debtor: build.Member, creditor: build.Member
) -> None:
    build_trades.settled(debtor, creditor, SMALL)
    leave(debtor)
    assert (status(debtor), balance(debtor)) == ("left", -120_000)
    (claim,) = claims(debtor)
    assert (claim.kind, claim.amount_cents, claim.due_on) == (
        "departure",
        120_000,
        clock.today() + timedelta(days=30),
    )
    pay(claim, 50_000)
    assert (balance(debtor), claims(debtor)[0].open_cents, reserve()) == (-70_000, 70_000, -50_000)
    last = new_id("rgl")
    pay(claim, 70_000, last)
    pay(claim, 70_000, last)
    assert (balance(debtor), claims(debtor)[0].open_cents, reserve()) == (0, 0, -120_000)
    assert standing.close_left_accounts() == 1
    assert standing.close_left_accounts() == 0
    assert ledger.account_view(debtor.account_id).status == "closed"


def test_more_than_is_owed_cannot_be_paid(debtor: build.Member, creditor: build.Member) -> None:
    build_trades.settled(debtor, creditor, SMALL)
    leave(debtor)
    with pytest.raises(ClaimExceeded) as refusal:
        pay(claims(debtor)[0], 120_001)
    assert refusal.value.open == Credits(120_000)
    assert balance(debtor) == -120_000


def test_what_is_held_runs_to_its_end_before_the_claim_is_established(
    debtor: build.Member, creditor: build.Member
) -> None:
    trade_id = build_trades.delivered(debtor, creditor, SMALL)
    leave(debtor)
    assert claims(debtor) == []
    settlement.confirm_trade(actor=debtor.actor, trade_id=trade_id, version=1)
    assert standing.establish_departure_claims() == 1
    assert standing.establish_departure_claims() == 0
    assert claims(debtor)[0].amount_cents == 120_000


def test_what_a_leaving_company_has_is_spent_within_a_year_and_never_paid_out(
    debtor: build.Member, creditor: build.Member, on: On
) -> None:
    left_on = date(2026, 9, 1)
    with on(left_on):
        build_trades.settled(debtor, creditor, SMALL)
        leave(creditor)
    third = build.company("Atelier Roux")
    with on(left_on + timedelta(days=365)):
        spending = build_trades.terms(build_trades.line(50_000))
        build_trades.settled(creditor, third, spending, "Menuiserie")
        with pytest.raises(BuyerLacksCredit):
            build_trades.agreed(creditor, third, SMALL, "Agencement")
        assert standing.close_left_accounts() == 0
    assert balance(creditor) == 60_000
    with on(left_on + timedelta(days=366)):
        with pytest.raises(CompanyMayNotTrade):
            build_trades.proposed(creditor, third, spending, "Parquet")
        assert standing.close_left_accounts() == 1
    assert (balance(creditor), reserve()) == (0, 60_000)
    assert claims(creditor) == []


def test_whoever_left_sells_nothing(debtor: build.Member, creditor: build.Member) -> None:
    leave(creditor)
    listing_id, trade_id = build_trades.listing(debtor, kind="need"), new_id("trd")
    with pytest.raises(CompanyMayNotTrade):
        trading.propose_trade(actor=creditor.actor, trade_id=trade_id, listing_id=listing_id, terms=SMALL)


def test_a_company_leaves_once_and_by_those_who_may(debtor: build.Member, creditor: build.Member) -> None:
    trader = build.person("max@vercors.example", "trader", company_id=debtor.company_id)
    stranger = build.staff(build.cluster("Minalogic"), email="autre@pole.example")
    for actor in (trader, creditor.actor, stranger):
        with pytest.raises(NotFound):
            standing.leave_network(actor=actor, company_id=debtor.company_id, reason="–")
    standing.leave_network(
        actor=build.staff(build.cluster()), company_id=debtor.company_id, reason="Cession."
    )
    with pytest.raises(MayNotLeave):
        leave(debtor)
    letter = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "company_left")).one()
    assert letter.to_email == debtor.email


def insolvent(member: build.Member) -> None:
    standing.declare_insolvency(
        actor=build.operator(),
        company_id=member.company_id,
        opened_on=clock.today(),
        reason="Redressement judiciaire, tribunal de Grenoble.",
    )


def test_insolvency_freezes_at_once_and_the_claim_is_written_off_against_the_reserve(
    debtor: build.Member, creditor: build.Member
) -> None:
    build_trades.settled(debtor, creditor, SMALL)
    insolvent(debtor)
    assert status(debtor) == "insolvent"
    assert ledger.account_view(debtor.account_id).status == "frozen"
    (claim,) = claims(debtor)
    assert (claim.kind, claim.amount_cents) == ("insolvency", 120_000)
    pay(claim, 20_000)
    standing.write_off_claim(
        actor=build.operator(),
        claim_id=claim.id,
        clearing_id=new_id("rgl"),
        amount=Credits(100_000),
        reason="Clôture pour insuffisance d’actif.",
    )
    assert (balance(debtor), reserve(), claims(debtor)[0].open_cents) == (0, -120_000, 0)
    assert ledger.account_view(debtor.account_id).status == "frozen"
    kinds = [line.kind for line in ledger.statement(debtor.account_id, clock.today(), clock.today()).lines]
    assert kinds == ["trade", "claim_payment", "write_off"]


def test_what_is_held_for_an_insolvent_company_is_left_to_the_operator(
    debtor: build.Member, creditor: build.Member
) -> None:
    trade_id = build_trades.delivered(debtor, creditor, SMALL)
    other = build_trades.agreed(creditor, debtor, SMALL, "Affrètement")
    insolvent(debtor)
    for held in (trade_id, other):
        assert trades.trade_for(held, build.operator()).state == "disputed"
    with pytest.raises(ActionNotPossible):
        settlement.confirm_trade(actor=debtor.actor, trade_id=trade_id, version=1)
    assert settlement.confirm_overdue_deliveries() == 0
    decision = {"actor": build.operator(), "reason": "Décision."}
    settlement.settle_dispute(**decision, trade_id=trade_id, settled_share_bp=10_000)
    settlement.settle_dispute(**decision, trade_id=other, settled_share_bp=0)
    assert balance(debtor) == -120_000
    account = ledger.account_view(debtor.account_id)
    assert (account.status, account.held_cents, account.incoming_cents) == ("frozen", 0, 0)


def test_only_the_operator_declares_an_insolvency_and_not_for_tomorrow(debtor: build.Member) -> None:
    tomorrow = {
        "company_id": debtor.company_id,
        "opened_on": clock.today() + timedelta(days=1),
        "reason": "–",
    }
    with pytest.raises(DayNotPossible):
        standing.declare_insolvency(actor=build.operator(), **tomorrow)
    for actor in (debtor.actor, build.staff(build.cluster())):
        with pytest.raises(NotFound):
            standing.declare_insolvency(actor=actor, **tomorrow)


def test_an_insolvency_after_a_departure_claims_nothing_twice(
    debtor: build.Member, creditor: build.Member
) -> None:
    build_trades.settled(debtor, creditor, SMALL)
    leave(debtor)
    insolvent(debtor)
    assert [claim.kind for claim in claims(debtor)] == ["departure"]
