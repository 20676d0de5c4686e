"""State × action: what each side may do when, what time brings about, and what everything else is refused with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from barterweb import clock, ledger
from barterweb.db import open_transaction, session
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.listings import service as listings
from barterweb.members import service as members
from barterweb.money import Credits
from barterweb.trades import policy, service, settlement
from barterweb.trades.errors import (
    ActionNotPossible,
    BarterPartTooSmall,
    BuyerLacksCredit,
    CompanyMayNotTrade,
    DeliveryDateNotPossible,
    ListingNotAvailable,
    OwnListing,
    SellerAtCeiling,
    TermsChanged,
)
from barterweb.trades.models import Trade
from barterweb.trades.states import CLOSED_STATES, OPEN_STATES, STATES, TRANSITIONS
from tests import build_members, build_trades
from tests.trades.conftest import Cast

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def state_of(trade_id: str) -> str:
    session.rollback()
    return session.get_one(Trade, trade_id).state


def verbs(cast: Cast, trade_id: str) -> dict[str, Callable[[], object]]:
    """Every verb as the side that may call it would."""
    haulier, firm = cast.haulier.actor, cast.firm.actor
    offered = build_trades.terms()
    return {
        "counter": lambda: service.counter_trade(actor=firm, trade_id=trade_id, version=1, terms=offered),
        "agree": lambda: service.agree_trade(actor=firm, trade_id=trade_id, version=1),
        "decline": lambda: service.decline_trade(actor=firm, trade_id=trade_id, version=1, reason="Non."),
        "withdraw": lambda: service.withdraw_trade(actor=haulier, trade_id=trade_id),
        "deliver": lambda: service.deliver_trade(
            actor=firm, trade_id=trade_id, delivered_on=clock.today(), note=""
        ),
        "cancel": lambda: service.cancel_trade(actor=haulier, trade_id=trade_id, reason="Erreur."),
        "confirm": lambda: settlement.confirm_trade(actor=haulier, trade_id=trade_id, version=1),
        "dispute": lambda: service.dispute_trade(actor=haulier, trade_id=trade_id, reason="Incomplet."),
        "state_case": lambda: service.state_case(actor=haulier, trade_id=trade_id, statement="Voici."),
        "settle": lambda: settlement.settle_dispute(
            actor=build_members.operator(), trade_id=trade_id, settled_share_bp=10_000, reason="Livré."
        ),
        "cancel_dispute": lambda: settlement.settle_dispute(
            actor=build_members.operator(), trade_id=trade_id, settled_share_bp=0, reason="Rien livré."
        ),
    }


def bring_to(state: str, cast: Cast) -> str:
    """Make a trade in this state through the verbs."""
    haulier, firm = cast.haulier, cast.firm
    if state in ("proposed", "declined", "withdrawn", "expired"):
        trade_id = build_trades.proposed(haulier, firm)
        if state == "declined":
            service.decline_trade(actor=firm.actor, trade_id=trade_id, version=1, reason="Non.")
        if state == "withdrawn":
            service.withdraw_trade(actor=haulier.actor, trade_id=trade_id)
        if state == "expired":
            with clock.at(clock.now() + timedelta(days=40)):
                settlement.expire_proposals()
        return trade_id
    if state in ("agreed", "cancelled"):
        trade_id = build_trades.agreed(haulier, firm)
        if state == "cancelled":
            service.cancel_trade(actor=haulier.actor, trade_id=trade_id, reason="Erreur.")
            service.cancel_trade(actor=firm.actor, trade_id=trade_id, reason="D’accord.")
        return trade_id
    trade_id = build_trades.delivered(haulier, firm)
    if state == "disputed":
        service.dispute_trade(actor=haulier.actor, trade_id=trade_id, reason="Incomplet.")
    if state == "settled":
        settlement.confirm_trade(actor=haulier.actor, trade_id=trade_id, version=1)
    return trade_id


@pytest.mark.parametrize("state", STATES)
def test_verbs_work_exactly_where_the_table_says(app: Flask, cast: Cast, state: str) -> None:
    plenty = Credits(10**9)
    with app.app_context():
        with open_transaction():
            for member in (cast.haulier, cast.firm):
                ledger.set_limits(account_id=member.account_id, credit_limit=plenty, balance_cap=plenty)
        for action in verbs(cast, ""):
            trade_id = bring_to(state, cast)
            assert state_of(trade_id) == state
            verb = verbs(cast, trade_id)[action]
            step = TRANSITIONS.get((state, action))
            harmless = (state, action) == ("settled", "confirm")
            if step is None and not harmless:
                with pytest.raises(ActionNotPossible):
                    verb()
                assert state_of(trade_id) == state
                continue
            verb()
            first_of_two = action == "cancel"
            assert state_of(trade_id) == (
                state if harmless or first_of_two or step is None else step.leads_to
            )
        assert ledger.verify().clean
        assert ledger.totals().balance_sum_cents == 0


def test_every_state_is_reached_and_every_closed_one_is_an_end() -> None:
    reached = {"proposed"} | {step.leads_to for step in TRANSITIONS.values()}
    assert reached == set(STATES)
    assert {state for state, _ in TRANSITIONS} == {*OPEN_STATES, "settled"}
    assert [
        (action, step.leads_to) for (state, action), step in TRANSITIONS.items() if state == "settled"
    ] == [("refund", "settled")]
    assert not set(OPEN_STATES) & set(CLOSED_STATES)


def test_nobody_acts_for_the_other_side(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade = session.get_one(Trade, build_trades.delivered(cast.haulier, cast.firm))
        assert policy.actions_of(trade, cast.haulier.actor) == ["confirm", "dispute"]
        assert policy.actions_of(trade, cast.firm.actor) == []
        for actor in (cast.firm.actor, build_members.operator(), build_members.accountant(cast.haulier)):
            with pytest.raises((ActionNotPossible, NotFound)):
                settlement.confirm_trade(actor=actor, trade_id=trade.id, version=1)
        with pytest.raises(NotFound):
            settlement.confirm_trade(actor=cast.agency.actor, trade_id=trade.id, version=1)
        assert ledger.totals().transfers == 0


def test_released_holds_give_back_what_they_reserved(app: Flask, cast: Cast) -> None:
    with app.app_context():
        bring_to("cancelled", cast)
        disputed = bring_to("disputed", cast)
        verbs(cast, disputed)["cancel_dispute"]()
        view = ledger.account_view(cast.haulier.account_id)
        assert (view.balance_cents, view.held_cents) == (0, 0)
        assert ledger.account_view(cast.firm.account_id).incoming_cents == 0


def test_dispute_settled_by_half_halves_price_commission_and_invoice(app: Flask, paying_cast: Cast) -> None:
    cast = paying_cast
    with app.app_context():
        trade_id = bring_to("disputed", cast)
        settlement.settle_dispute(
            actor=build_members.operator(),
            trade_id=trade_id,
            settled_share_bp=5_000,
            reason="La moitié est livrée.",
        )
        haulier, firm = (ledger.account_view(member.account_id) for member in (cast.haulier, cast.firm))
        assert (haulier.balance_cents, haulier.held_cents) == (-300_000, 0)
        assert firm.balance_cents == 300_000 - 12_500
        assert session.get_one(Trade, trade_id).settled_barter_cents == 300_000
        assert ledger.verify().clean


def test_terms_seen_must_be_the_terms_agreed(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.proposed(cast.haulier, cast.firm)
        offered = build_trades.terms(build_trades.line(400_000))
        service.counter_trade(actor=cast.firm.actor, trade_id=trade_id, version=1, terms=offered)
        with pytest.raises(TermsChanged):
            service.agree_trade(actor=cast.haulier.actor, trade_id=trade_id, version=1)
        service.agree_trade(actor=cast.haulier.actor, trade_id=trade_id, version=2)
        assert ledger.account_view(cast.haulier.account_id).held_cents == 480_000


def test_same_proposal_sent_twice_is_one_trade(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.proposed(cast.haulier, cast.firm)
        listing_id = session.get_one(Trade, trade_id).listing_id
        service.propose_trade(
            actor=cast.haulier.actor, trade_id=trade_id, listing_id=listing_id, terms=build_trades.terms()
        )
        assert session.get_one(Trade, trade_id).version == 1


def test_own_listing_and_withdrawn_listing_are_refused(app: Flask, cast: Cast) -> None:
    with app.app_context():
        listing_id = build_trades.listing(cast.firm)
        with pytest.raises(OwnListing):
            service.propose_trade(
                actor=cast.firm.actor,
                trade_id=new_id("trd"),
                listing_id=listing_id,
                terms=build_trades.terms(),
            )
        listings.withdraw_listing(actor=cast.firm.actor, listing_id=listing_id)
        with pytest.raises((ListingNotAvailable, NotFound)):
            service.propose_trade(
                actor=cast.haulier.actor,
                trade_id=new_id("trd"),
                listing_id=listing_id,
                terms=build_trades.terms(),
            )


def test_need_makes_its_owner_the_buyer(app: Flask, cast: Cast) -> None:
    with app.app_context():
        listing_id, trade_id = build_trades.listing(cast.haulier, kind="need"), new_id("trd")
        service.propose_trade(
            actor=cast.firm.actor, trade_id=trade_id, listing_id=listing_id, terms=build_trades.terms()
        )
        trade = session.get_one(Trade, trade_id)
        assert (trade.buyer_id, trade.seller_id) == (cast.haulier.company_id, cast.firm.company_id)


def test_buyer_without_credit_and_seller_at_ceiling_are_refused_with_figures(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.proposed(
            cast.haulier, cast.firm, build_trades.terms(build_trades.line(700_000))
        )
        with pytest.raises(BuyerLacksCredit) as lack:
            service.agree_trade(actor=cast.firm.actor, trade_id=trade_id, version=1)
        assert (lack.value.available, lack.value.requested) == (Credits(800_000), Credits(840_000))
        small = build_trades.proposed(cast.haulier, cast.firm)
        with open_transaction():
            ledger.set_limits(
                account_id=cast.firm.account_id, credit_limit=Credits(0), balance_cap=Credits(500_000)
            )
        with pytest.raises(SellerAtCeiling):
            service.agree_trade(actor=cast.firm.actor, trade_id=small, version=1)
        assert state_of(small) == "proposed"
        assert ledger.account_view(cast.haulier.account_id).held_cents == 0


def test_barter_part_must_cover_the_commission_taken_from_it(app: Flask, paying_cast: Cast) -> None:
    cast = paying_cast
    with app.app_context():
        offered = build_trades.terms(settlement="share", euro_cents=580_000)
        with pytest.raises(BarterPartTooSmall) as refusal:
            build_trades.proposed(cast.haulier, cast.firm, offered)
    assert refusal.value.minimum == Credits(25_000)


@pytest.mark.parametrize(
    ("side", "status"), [("firm", "standby"), ("firm", "suspended"), ("haulier", "suspended")]
)
def test_company_that_may_not_trade_makes_no_new_one(app: Flask, cast: Cast, side: str, status: str) -> None:
    with app.app_context():
        trade_id = build_trades.proposed(cast.haulier, cast.firm)
        company_id = getattr(cast, side).company_id
        members.set_company_status(actor=build_members.operator(), company_id=company_id, status=status)
        with pytest.raises(CompanyMayNotTrade):
            service.agree_trade(actor=cast.firm.actor, trade_id=trade_id, version=1)


def test_standby_company_still_buys(app: Flask, cast: Cast) -> None:
    with app.app_context():
        members.set_company_status(
            actor=build_members.operator(), company_id=cast.haulier.company_id, status="standby"
        )
        build_trades.settled(cast.haulier, cast.firm)


def test_suspended_company_finishes_what_is_held(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.agreed(cast.haulier, cast.firm)
        for member in (cast.haulier, cast.firm):
            members.set_company_status(
                actor=build_members.operator(), company_id=member.company_id, status="suspended"
            )
        service.deliver_trade(actor=cast.firm.actor, trade_id=trade_id, delivered_on=clock.today(), note="")
        settlement.confirm_trade(actor=cast.haulier.actor, trade_id=trade_id, version=1)
        assert state_of(trade_id) == "settled"


@pytest.mark.parametrize("days", [-1, 1])
def test_delivery_is_declared_between_agreement_and_today(app: Flask, cast: Cast, days: int) -> None:
    with app.app_context():
        trade_id = build_trades.agreed(cast.haulier, cast.firm)
        with pytest.raises(DeliveryDateNotPossible):
            service.deliver_trade(
                actor=cast.firm.actor,
                trade_id=trade_id,
                delivered_on=clock.today() + timedelta(days=days),
                note="",
            )


# ------------------------------------------------------------------------------------------------ what time brings about


def test_proposal_expires_after_its_date_and_jobs_run_twice_do_nothing_more(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with clock.at(MORNING):
            trade_id = build_trades.proposed(cast.haulier, cast.firm)
        with clock.at(MORNING + timedelta(days=30)):
            assert settlement.expire_proposals() == 0
        with clock.at(MORNING + timedelta(days=31)):
            assert (settlement.expire_proposals(), settlement.expire_proposals()) == (1, 0)
        assert state_of(trade_id) == "expired"


def test_delivery_is_confirmed_automatically_after_reminders(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with clock.at(MORNING):
            trade_id = build_trades.delivered(cast.haulier, cast.firm)
        reminders = []
        for day in range(15):
            with clock.at(MORNING + timedelta(days=day, minutes=1)):
                reminders += [day] * settlement.remind_buyers()
                settled = settlement.confirm_overdue_deliveries()
        assert reminders == [7, 12]
        assert settled == 1
        session.rollback()
        assert session.get_one(Trade, trade_id).settled_how == "automatic"
        assert ledger.account_view(cast.firm.account_id).balance_cents == 600_000


def test_disputed_delivery_is_not_confirmed_by_time(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = bring_to("disputed", cast)
        with clock.at(clock.now() + timedelta(days=60)):
            assert settlement.confirm_overdue_deliveries() == 0
            assert settlement.expire_proposals() == 0
        assert state_of(trade_id) == "disputed"
