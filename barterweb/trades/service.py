"""Verbs of a trade, from the first proposal to its end: one transaction each.

The trade's row is locked first, then accounts, then document counters, in every verb; what the actor was shown is compared
with what is there (`version`), so that nobody agrees to terms that changed meanwhile. How a trade is settled is in
`settlement.py`.
"""

from datetime import date, timedelta

from barterweb import clock, ids, ledger
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.listings import queries as listings
from barterweb.members.models import Company
from barterweb.members.policy import may_buy, may_sell
from barterweb.money import Credits
from barterweb.trades.approval import hold_back, require_allowed
from barterweb.trades.errors import (
    ActionNotPossible,
    BuyerLacksCredit,
    CompanyMayNotTrade,
    DeliveryDateNotPossible,
    ListingNotAvailable,
    OwnListing,
    SellerAtCeiling,
    TermsChanged,
)
from barterweb.trades.facts import Terms, require_commission_covered
from barterweb.trades.models import Trade, TradeLine, TradeVersion
from barterweb.trades.policy import may
from barterweb.trades.progress import lock_trade, move, record, tell, warn_near_limit
from barterweb.trades.queries import commission_in_force, trade_for

ANSWER_WITHIN_DAYS = 30
CONFIRM_WITHIN_DAYS = 14


@transaction
def propose_trade(*, actor: Actor, trade_id: str, listing_id: str, terms: Terms) -> None:
    """Propose terms on a listing; proposing binds the proposer until the other side answers or time runs out.

    The id comes with the form: the same proposal sent twice is one trade. Raises `ListingNotAvailable`, `OwnListing`,
    `CompanyMayNotTrade`, `BarterPartTooSmall`.
    """
    existing = session.get(Trade, trade_id)
    if existing is not None:
        trade_for(trade_id, actor)
        return
    listing = listings.listing_for(listing_id, actor)
    company_id = actor.member_company_id
    if listing.company_id == company_id:
        raise OwnListing(listing_id)
    if listing.status != "online":
        raise ListingNotAvailable(listing_id)
    buyer_id, seller_id = (
        (company_id, listing.company_id) if listing.kind == "offer" else (listing.company_id, company_id)
    )
    buyer, seller = session.get_one(Company, buyer_id), session.get_one(Company, seller_id)
    _require_trading(buyer, seller)
    require_commission_covered(commission_in_force(seller, terms.net_cents), terms.barter_cents)
    now = clock.now()
    trade = Trade(
        id=trade_id,
        listing_id=listing.id,
        title=listing.title,
        nature="goods" if listing.nature == "goods" else "services",
        buyer_id=buyer_id,
        seller_id=seller_id,
        state="proposed",
        version=0,
        proposer_id=company_id,
        created_at=now,
        updated_at=now,
        expires_on=clock.today(),
    )
    session.add(trade)
    _add_version(trade, actor, terms)
    record(trade, "proposed", actor, note=terms.message)
    if not hold_back(trade, actor):
        tell(trade, "proposal", actor)


@transaction
def counter_trade(*, actor: Actor, trade_id: str, version: int, terms: Terms) -> None:
    """Answer with other terms: a new version, which binds the company that proposes it.

    Raises `ActionNotPossible`, `TermsChanged`, `CompanyMayNotTrade`, `BarterPartTooSmall`.
    """
    trade = _open_for(trade_id, actor, "counter", version)
    _require_trading(trade.buyer, trade.seller)
    require_commission_covered(commission_in_force(trade.seller, terms.net_cents), terms.barter_cents)
    _add_version(trade, actor, terms)
    move(trade, "counter")
    record(trade, "countered", actor, note=terms.message)
    if not hold_back(trade, actor):
        tell(trade, "counter_proposal", actor)


@transaction
def agree_trade(*, actor: Actor, trade_id: str, version: int) -> None:
    """Agree on the version shown: the Barter part, and the buyer's share of the commission, are held on the buyer's account.

    Raises `ActionNotPossible`, `TermsChanged`, `CompanyMayNotTrade`, `BuyerLacksCredit`, `SellerAtCeiling`, and above a
    cap of the buyer's `ApprovalNeeded` or `ApprovalWaiting`.
    """
    trade = _open_for(trade_id, actor, "agree", version)
    _require_trading(trade.buyer, trade.seller)
    require_allowed(trade, actor)
    terms = session.get_one(TradeVersion, (trade.id, trade.version))
    commission = commission_in_force(trade.seller, terms.net_cents)
    require_commission_covered(commission, terms.barter_cents)
    trade.hold_id = ids.new_id("hld")
    trade.agreed_at = clock.now()
    trade.commission_rate_bp = commission.rate_bp
    trade.commission_waived = commission.waived
    trade.commission_buyer_cents = commission.buyer_cents
    trade.commission_seller_cents = commission.seller_cents
    move(trade, "agree")
    for company in (trade.buyer, trade.seller):
        company.traded_since = company.traded_since or clock.today()
    session.flush()
    _hold(trade, terms.barter_cents)
    record(trade, "agreed", actor)
    tell(trade, "agreement", actor)
    warn_near_limit(trade)


@transaction
def decline_trade(*, actor: Actor, trade_id: str, version: int, reason: str) -> None:
    """Refuse the version shown, with a reason the other side reads. Raises `ActionNotPossible`, `TermsChanged`."""
    trade = _open_for(trade_id, actor, "decline", version)
    move(trade, "decline")
    record(trade, "declined", actor, note=reason)
    tell(trade, "declined", actor)


@transaction
def withdraw_trade(*, actor: Actor, trade_id: str) -> None:
    """Take one's own proposal back before it is answered. Raises `ActionNotPossible`."""
    trade = _open_for(trade_id, actor, "withdraw")
    move(trade, "withdraw")
    record(trade, "withdrawn", actor)
    tell(trade, "withdrawn", actor)


@transaction
def cancel_trade(*, actor: Actor, trade_id: str, reason: str) -> bool:
    """Ask to cancel an agreed trade or, when the other side asked, cancel it and release what is held.

    Returns whether the trade is now cancelled. Asking twice changes nothing. Raises `ActionNotPossible`.
    """
    trade = _open_for(trade_id, actor, "cancel")
    if trade.cancellation_asked_by_id == actor.member_company_id:
        return False
    if trade.cancellation_asked_by_id is None:
        trade.cancellation_asked_by_id = actor.member_company_id
        record(trade, "cancellation_asked", actor, note=reason)
        tell(trade, "cancellation_asked", actor)
        return False
    ledger.release_hold(hold_id=_held(trade))
    move(trade, "cancel")
    record(trade, "cancelled", actor, note=reason)
    tell(trade, "cancelled", actor)
    return True


@transaction
def deliver_trade(*, actor: Actor, trade_id: str, delivered_on: date, note: str) -> None:
    """Declare the delivery; the buyer has `CONFIRM_WITHIN_DAYS` days to confirm or dispute.

    Raises `ActionNotPossible`, `DeliveryDateNotPossible`.
    """
    trade = _open_for(trade_id, actor, "deliver")
    earliest = clock.date_of(trade.agreed_at or trade.created_at)
    if not earliest <= delivered_on <= clock.today():
        raise DeliveryDateNotPossible(earliest.isoformat())
    trade.delivered_on = delivered_on
    trade.delivery_note = note
    trade.confirm_by = clock.now() + timedelta(days=CONFIRM_WITHIN_DAYS)
    trade.cancellation_asked_by_id = None
    move(trade, "deliver")
    record(trade, "delivered", actor, note=note)
    tell(trade, "delivery_to_confirm", actor)


@transaction
def dispute_trade(*, actor: Actor, trade_id: str, reason: str) -> None:
    """Refuse to confirm a delivery: the amount stays held until operator staff settle it. Raises `ActionNotPossible`."""
    trade = _open_for(trade_id, actor, "dispute")
    move(trade, "dispute")
    record(trade, "disputed", actor, note=reason)
    tell(trade, "dispute", actor)


@transaction
def state_case(*, actor: Actor, trade_id: str, statement: str) -> None:
    """Add a company's account of the facts to a dispute. Raises `ActionNotPossible`."""
    trade = _open_for(trade_id, actor, "state_case")
    move(trade, "state_case")
    record(trade, "case_stated", actor, note=statement)
    tell(trade, "dispute", actor)


def _open_for(trade_id: str, actor: Actor, action: str, version: int | None = None) -> Trade:
    """Lock the trade and refuse what its state, the actor's side or a change of terms does not allow."""
    trade = lock_trade(trade_for(trade_id, actor).id)
    if not may(action, trade, actor):
        raise ActionNotPossible(action, trade.state)
    if version is not None and version != trade.version:
        raise TermsChanged(shown=version, current=trade.version)
    return trade


def _require_trading(buyer: Company, seller: Company) -> None:
    if not may_buy(buyer, clock.today()):
        raise CompanyMayNotTrade(buyer.id, buyer.status)
    if not may_sell(seller):
        raise CompanyMayNotTrade(seller.id, seller.status)


def _held(trade: Trade) -> str:
    if trade.hold_id is None:
        raise ActionNotPossible("release", trade.state)
    return trade.hold_id


def _hold(trade: Trade, barter_cents: int) -> None:
    price = Credits(barter_cents)
    try:
        ledger.place_hold(
            hold_id=_held(trade),
            payer_account_id=trade.buyer.account_id or "",
            payee_account_id=trade.seller.account_id or "",
            amount=price + Credits(trade.commission_buyer_cents),
            expected=price,
            reference=trade.id,
        )
    except ledger.CreditLimitExceeded as error:
        raise BuyerLacksCredit(error.available, error.requested) from error
    except ledger.BalanceCapExceeded as error:
        raise SellerAtCeiling(error.room, error.requested) from error


def _add_version(trade: Trade, actor: Actor, terms: Terms) -> None:
    trade.version += 1
    trade.proposer_id = actor.member_company_id
    trade.expires_on = clock.today() + timedelta(days=ANSWER_WITHIN_DAYS)
    session.flush()
    session.add(
        TradeVersion(
            trade_id=trade.id,
            number=trade.version,
            proposed_by_id=trade.proposer_id,
            created_at=clock.now(),
            message=terms.message,
            delivery_on=terms.delivery_on,
            delivery_place=terms.delivery_place,
            settlement=terms.settlement,
            net_cents=terms.net_cents,
            vat_cents=terms.vat_cents,
            barter_cents=terms.barter_cents,
            euro_cents=terms.euro_cents,
        )
    )
    session.flush()
    for position, line in enumerate(terms.lines, start=1):
        session.add(
            TradeLine(
                trade_id=trade.id,
                version=trade.version,
                position=position,
                description=line.description,
                quantity_milli=line.quantity_milli,
                unit=line.unit,
                unit_price_cents=line.unit_price_cents,
                vat_rate_bp=line.vat_rate_bp,
            )
        )
    session.flush()
