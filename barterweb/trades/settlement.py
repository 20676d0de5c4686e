"""The end of a trade: the hold becomes a transfer, the commission is taken, the invoice gets its number, in one transaction.

Also what time brings about before that end: expiry, reminders, automatic confirmation. Jobs are idempotent: each trade is
handled in a transaction of its own and looked at again under its lock.
"""

from datetime import timedelta

from sqlalchemy import select

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.documents import service as documents
from barterweb.documents.facts import BarterPayment
from barterweb.members.queries import operator_account_id
from barterweb.money import BASIS_POINTS, Credits, share_bp
from barterweb.trades.errors import ActionNotPossible, TermsChanged
from barterweb.trades.facts import share_of
from barterweb.trades.models import Trade
from barterweb.trades.policy import may
from barterweb.trades.progress import lock_trade, move, record, tell
from barterweb.trades.queries import terms_of, trade_for

REMIND_AFTER_DAYS = (7, 12)


@transaction
def confirm_trade(*, actor: Actor, trade_id: str, version: int, order_reference: str = "") -> None:
    """Confirm a delivery: settle the trade. Confirming a trade one has settled already does nothing.

    `order_reference` is the buyer's own order number, which its invoice repeats.
    Raises `ActionNotPossible` (disputed, cancelled, not delivered, not the buyer), `TermsChanged`.
    """
    trade = lock_trade(trade_for(trade_id, actor).id)
    if trade.state == "settled" and trade.buyer_id == actor.company_id:
        return
    if not may("confirm", trade, actor):
        raise ActionNotPossible("confirm", trade.state)
    if version != trade.version:
        raise TermsChanged(shown=version, current=trade.version)
    _settle(trade, "confirm", how="buyer", order_reference=order_reference)
    record(trade, "settled", actor)
    tell(trade, "settled", actor)


@transaction
def settle_dispute(*, actor: Actor, trade_id: str, settled_share_bp: int, reason: str) -> None:
    """Decide a dispute: settle the whole trade (10 000), a share of it in basis points, or nothing (0: cancelled).

    A share reduces every line, the euro part and the commission alike. Only operator staff; raises `ActionNotPossible`.
    """
    trade = lock_trade(trade_for(trade_id, actor).id)
    action = "settle" if settled_share_bp else "cancel_dispute"
    if not may(action, trade, actor) or not 0 <= settled_share_bp <= BASIS_POINTS:
        raise ActionNotPossible(action, trade.state)
    if settled_share_bp:
        _settle(trade, action, how="dispute", share=settled_share_bp)
    else:
        ledger.release_hold(hold_id=trade.hold_id or "")
        move(trade, action)
    record(trade, "dispute_settled", actor, note=reason)
    tell(trade, "dispute_settled", actor)


def expire_proposals() -> int:
    """Job: end proposals whose date of answer has passed. Returns how many."""
    overdue = select(Trade.id).where(Trade.state == "proposed", Trade.expires_on < clock.today())
    return sum(_expire(trade_id) for trade_id in session.scalars(overdue).all())


def confirm_overdue_deliveries() -> int:
    """Job: settle deliveries that the buyer neither confirmed nor disputed in time. Returns how many."""
    overdue = select(Trade.id).where(Trade.state == "delivered", Trade.confirm_by <= clock.now())
    return sum(_confirm_automatically(trade_id) for trade_id in session.scalars(overdue).all())


def remind_buyers() -> int:
    """Job: remind buyers of deliveries to confirm, 7 and 12 days after they were declared. Returns how many."""
    waiting = select(Trade.id).where(Trade.state == "delivered", Trade.reminders < len(REMIND_AFTER_DAYS))
    return sum(_remind(trade_id) for trade_id in session.scalars(waiting).all())


@transaction
def _expire(trade_id: str) -> bool:
    trade = lock_trade(trade_id)
    if trade.state != "proposed" or trade.expires_on >= clock.today():
        return False
    move(trade, "expire")
    record(trade, "expired", None)
    tell(trade, "expired", None)
    return True


@transaction
def _confirm_automatically(trade_id: str) -> bool:
    trade = lock_trade(trade_id)
    if trade.state != "delivered" or trade.confirm_by is None or trade.confirm_by > clock.now():
        return False
    _settle(trade, "confirm_automatically", how="automatic")
    record(trade, "settled", None)
    tell(trade, "settled", None)
    return True


@transaction
def _remind(trade_id: str) -> bool:
    trade = lock_trade(trade_id)
    if trade.state != "delivered" or trade.confirm_by is None or trade.reminders >= len(REMIND_AFTER_DAYS):
        return False
    before_the_end = timedelta(days=14 - REMIND_AFTER_DAYS[trade.reminders])
    if clock.now() < trade.confirm_by - before_the_end:
        return False
    trade.reminders += 1
    tell(trade, "confirmation_reminder", None, only=trade.buyer)
    return True


def _settle(
    trade: Trade, action: str, *, how: str, share: int = BASIS_POINTS, order_reference: str = ""
) -> None:
    """Post the hold, take the commission, issue the invoice: all of it or nothing."""
    terms = share_of(terms_of(trade.id, trade.version), share)
    posted = ledger.post_hold(
        key=f"{trade.id}:settle",
        hold_id=trade.hold_id or "",
        amount=Credits(terms.barter_cents),
        kind="trade",
        wording=trade.title,
        fees=_fees(trade, share),
    )
    move(trade, action)
    trade.settled_at = clock.now()
    trade.settled_how = how
    trade.settled_barter_cents = terms.barter_cents
    trade.transfer_id = posted.id
    session.flush()
    trade.invoice_id = documents.issue_trade_invoice(
        trade_id=trade.id,
        seller_id=trade.seller_id,
        buyer_id=trade.buyer_id,
        nature="goods" if trade.nature == "goods" else "services",
        lines=terms.lines,
        delivered_on=trade.delivered_on or clock.today(),
        payment=BarterPayment(operation_id=posted.id, paid_on=posted.booked_on, cents=terms.barter_cents),
        order_reference=order_reference,
        delivery_place=terms.delivery_place,
    )
    documents.issue_commission_invoices(trade_id=trade.id)


def _fees(trade: Trade, share: int) -> list[ledger.Fee]:
    """The commission each side agreed to, as charges to the operator's account of the seller's region."""
    operator = operator_account_id("commission", trade.seller.region.code)
    shares = (
        (trade.buyer.account_id, share_bp(trade.commission_buyer_cents, share)),
        (trade.seller.account_id, share_bp(trade.commission_seller_cents, share)),
    )
    return [
        ledger.Fee(account_id or "", operator, Credits(cents), "commission", trade.title)
        for account_id, cents in shares
        if cents
    ]
