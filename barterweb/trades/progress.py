"""What every step of a trade does besides its own business: lock, move along the table, record, tell the other side."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from barterweb import clock, ids, ledger
from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.db import require_transaction, session
from barterweb.errors import NotFound
from barterweb.members import queries as members
from barterweb.members.models import Company
from barterweb.money import Credits
from barterweb.notifications import service as notifications
from barterweb.trades.facts import near_limit
from barterweb.trades.models import Trade, TradeEvent, TradeVersion
from barterweb.trades.queries import commission_in_force
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
    for company in (only,) if only else (trade.buyer, trade.seller):
        if actor is None or actor.company_id != company.id:
            tell_one(trade, kind, company)


def tell_one(
    trade: Trade,
    kind: str,
    company: Company,
    *,
    kinds: Collection[str] = MEMBER_KINDS,
    except_person_id: str | None = None,
    amount: Credits | None = None,
) -> None:
    """Notify people of one company who hold one of these roles; `amount` when it is not the Barter part that matters."""
    terms = session.get_one(TradeVersion, (trade.id, trade.version))
    due_on = _due_on(trade, terms, kind)
    notifications.notify_company(
        company_id=company.id,
        kind=kind,
        subject_id=trade.id,
        payload={
            "trade_id": trade.id,
            "title": trade.title,
            "counterparty": trade.counterparty_of(company.id).name,
            "amount_cents": str(terms.barter_cents if amount is None else amount.cents),
            "due_on": due_on.isoformat() if due_on else "",
        },
        except_person_id=except_person_id,
        kinds=kinds,
    )


def cost_to_buyer(trade: Trade) -> Credits:
    """Return what the version on the table takes from the buyer's account: Barter part and share of the commission."""
    terms = session.get_one(TradeVersion, (trade.id, trade.version))
    return Credits(terms.barter_cents + commission_in_force(trade.seller, terms.net_cents).buyer_cents)


def warn_near_limit(trade: Trade) -> None:
    """Tell the buyer when what it just agreed to brings its account beyond the soft threshold of its credit line."""
    account = ledger.account_view(trade.buyer.account_id or "")
    terms = members.terms_in_force(trade.buyer.region_id, clock.today())
    limit, available = account.credit_limit_cents, account.available_cents
    if limit and available is not None and near_limit(limit, available, terms.soft_threshold_bp):
        tell_one(trade, "limit_reached", trade.buyer, amount=Credits(available))


def _due_on(trade: Trade, terms: TradeVersion, kind: str) -> date | None:
    """The day that matters to who reads the notification: to answer, to deliver or to confirm."""
    if kind in ("proposal", "counter_proposal"):
        return trade.expires_on
    if kind == "agreement":
        return terms.delivery_on
    return clock.date_of(trade.confirm_by) if trade.confirm_by else None
