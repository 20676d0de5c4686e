"""What every step of a trade does besides its own business: lock, move along the table, record, tell the other side."""

from datetime import date

from sqlalchemy import select

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import require_transaction, session
from barterweb.errors import NotFound
from barterweb.members.models import Company
from barterweb.notifications import service as notifications
from barterweb.trades.models import Trade, TradeEvent, TradeVersion
from barterweb.trades.states import TRANSITIONS


def lock_trade(trade_id: str) -> Trade:
    """Lock the trade for the rest of the transaction and return it as it is now; raises `NotFound`."""
    require_transaction()
    trade = session.scalar(
        select(Trade).where(Trade.id == trade_id).with_for_update().execution_options(populate_existing=True)
    )
    if trade is None:
        raise NotFound
    return trade


def move(trade: Trade, action: str) -> None:
    """Bring the trade where the table says; the caller has checked that the action is allowed."""
    trade.state = TRANSITIONS[trade.state, action].leads_to
    trade.updated_at = clock.now()


def record(trade: Trade, kind: str, actor: Actor | None, *, note: str = "") -> None:
    """Add to the trade's history; no actor means that time did it."""
    session.add(
        TradeEvent(
            id=ids.new_id("evt"),
            trade_id=trade.id,
            at=clock.now(),
            kind=kind,
            version=trade.version,
            company_id=actor.company_id if actor else None,
            person_id=actor.person_id if actor else None,
            note=note,
        )
    )


def tell(trade: Trade, kind: str, actor: Actor | None, *, only: Company | None = None) -> None:
    """Notify the other company, both when staff or time acted, or `only` the one that must act."""
    terms = session.get_one(TradeVersion, (trade.id, trade.version))
    due_on = _due_on(trade, terms, kind)
    for company in (only,) if only else (trade.buyer, trade.seller):
        if actor is not None and actor.company_id == company.id:
            continue
        notifications.notify_company(
            company_id=company.id,
            kind=kind,
            subject_id=trade.id,
            payload={
                "trade_id": trade.id,
                "title": trade.title,
                "counterparty": trade.counterparty_of(company.id).name,
                "amount_cents": str(terms.barter_cents),
                "due_on": due_on.isoformat() if due_on else "",
            },
        )


def _due_on(trade: Trade, terms: TradeVersion, kind: str) -> date | None:
    """The day that matters to who reads the notification: to answer, to deliver or to confirm."""
    if kind in ("proposal", "counter_proposal"):
        return trade.expires_on
    if kind == "agreement":
        return terms.delivery_on
    return clock.date_of(trade.confirm_by) if trade.confirm_by else None
