"""Caps on purchases: above the cap of the person, or of the company, an administrator of the buyer decides.

What counts is what would leave the account: the Barter part and the buyer's share of the commission. Administrators have no
cap: they are the ones who are asked. A version the buyer proposed above a cap reaches the seller once it is approved; a
version the seller proposed is agreed to by the administrator in person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.members.models import Company, Person, Role
from barterweb.members.queries import is_current
from barterweb.money import Credits
from barterweb.trades.errors import ActionNotPossible, ApprovalNeeded, ApprovalWaiting, TermsChanged
from barterweb.trades.models import PurchaseApproval, Trade
from barterweb.trades.progress import cost_to_buyer, lock_trade, move, record, tell, tell_one
from barterweb.trades.queries import trade_for


def cap_of(actor: Actor) -> Credits | None:
    """Return the largest purchase the actor may commit the company to alone; None means that there is no cap."""
    if actor.kind != "trader":
        return None
    own = session.scalar(
        select(func.min(Role.spending_cap_cents)).where(
            Role.person_id == actor.person_id,
            Role.company_id == actor.member_company_id,
            Role.kind == "trader",
            is_current(clock.today()),
        )
    )
    company_cap = session.get_one(Company, actor.member_company_id).purchase_cap_cents
    caps = [cap for cap in (own, company_cap) if cap is not None]
    return Credits(min(caps)) if caps else None


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """What the buyer's caps mean to a reader of the version on the table.

    `must_ask` the reader is above a cap; `decides` the reader is asked; `waits_for_buyer` the reader sells and cannot agree
    yet. `status` is empty when nobody was asked.
    """

    cap: Credits | None
    amount: Credits
    status: str
    asked_by: str
    reason: str
    must_ask: bool
    decides: bool
    own_proposal: bool
    waits_for_buyer: bool


def view_of(trade: Trade, actor: Actor) -> ApprovalView | None:
    """Return what caps mean to this reader, None when they mean nothing (staff, or no proposal on the table)."""
    if not actor.is_member or trade.state != "proposed":
        return None
    row = session.get(PurchaseApproval, (trade.id, trade.version))
    buys = actor.company_id == trade.buyer_id
    cap, amount = cap_of(actor) if buys else None, cost_to_buyer(trade)
    status, own_proposal = row.status if row else "", trade.proposer_id == trade.buyer_id
    asked_by = session.get_one(Person, row.asked_by_id).name if row and buys else ""
    return ApprovalView(
        cap=cap,
        amount=amount,
        status=status,
        asked_by=asked_by,
        reason=row.reason if row and buys else "",
        must_ask=cap is not None and amount > cap and not own_proposal,
        decides=buys and actor.kind == "administrator" and status == "waiting",
        own_proposal=own_proposal,
        waits_for_buyer=not buys and status == "waiting",
    )


def purchases_to_approve(actor: Actor) -> Sequence[Trade]:
    """Return the purchases that wait for an administrator of the actor's company, the oldest first; none for others."""
    if actor.kind != "administrator":
        return []
    waiting = (PurchaseApproval.trade_id == Trade.id) & (PurchaseApproval.version == Trade.version)
    return session.scalars(
        select(Trade)
        .join(PurchaseApproval, waiting)
        .options(joinedload(Trade.buyer), joinedload(Trade.seller))
        .where(PurchaseApproval.company_id == actor.company_id, PurchaseApproval.status == "waiting")
        .where(Trade.state == "proposed")
        .order_by(PurchaseApproval.asked_at)
    ).all()


def require_allowed(trade: Trade, actor: Actor) -> None:
    """Refuse an agreement that a cap of the buyer stands against; an administrator's own agreement is its approval.

    Raises `ApprovalNeeded` to the buyer, `ApprovalWaiting` to the seller.
    """
    approval = session.get(PurchaseApproval, (trade.id, trade.version), populate_existing=True)
    if actor.company_id != trade.buyer_id:
        if approval is not None and approval.status != "approved":
            raise ApprovalWaiting(trade.id)
        return
    cap, amount = cap_of(actor), cost_to_buyer(trade)
    if cap is not None and amount > cap:
        raise ApprovalNeeded(cap, amount)
    if approval is not None and approval.status == "waiting":
        _decide(approval, actor, "approved")


def hold_back(trade: Trade, actor: Actor) -> bool:
    """Ask an administrator about the version the buyer just proposed, if it is above a cap; tell whether it is.

    The seller hears of the version when it is approved.
    """
    if actor.company_id != trade.buyer_id:
        return False
    cap, amount = cap_of(actor), cost_to_buyer(trade)
    if cap is None or amount <= cap:
        return False
    _ask(trade, actor, cap, amount)
    return True


@transaction
def ask_approval(*, actor: Actor, trade_id: str, version: int) -> None:
    """Ask the administrators of the actor's company to agree to the version shown; asking twice asks once.

    Raises `ActionNotPossible` (not the buyer, or no cap stands against it), `TermsChanged`.
    """
    trade = _shown(trade_id, version, actor)
    cap, amount = cap_of(actor), cost_to_buyer(trade)
    answers = trade.state == "proposed" and trade.proposer_id == trade.seller_id
    if not answers or actor.company_id != trade.buyer_id or cap is None or amount <= cap:
        raise ActionNotPossible("ask_approval", trade.state)
    if session.get(PurchaseApproval, (trade.id, version)) is None:
        _ask(trade, actor, cap, amount)


@transaction
def approve_purchase(*, actor: Actor, trade_id: str, version: int) -> None:
    """Let a proposal of one's own company go to the seller. Only its administrators.

    Raises `ActionNotPossible`, `TermsChanged`.
    """
    trade, approval = _waiting(trade_id, version, actor)
    if trade.proposer_id != trade.buyer_id:
        raise ActionNotPossible("approve", trade.state)
    _decide(approval, actor, "approved")
    record(trade, "approved", actor)
    tell(trade, "proposal" if version == 1 else "counter_proposal", actor)
    tell_one(trade, "approval_given", trade.buyer, except_person_id=actor.person_id)


@transaction
def refuse_purchase(*, actor: Actor, trade_id: str, version: int, reason: str) -> None:
    """Refuse a purchase above a cap: a proposal of one's own is withdrawn, one of the seller's stays on the table.

    Only administrators of the buyer. Raises `ActionNotPossible`, `TermsChanged`.
    """
    trade, approval = _waiting(trade_id, version, actor)
    _decide(approval, actor, "refused")
    approval.reason = reason
    record(trade, "approval_refused", actor, note=reason)
    tell_one(trade, "approval_refused", trade.buyer, except_person_id=actor.person_id)
    if trade.proposer_id == trade.buyer_id:
        move(trade, "withdraw")
        record(trade, "withdrawn", actor)
        if version > 1:
            tell(trade, "withdrawn", actor)


def _ask(trade: Trade, actor: Actor, cap: Credits, amount: Credits) -> None:
    session.add(
        PurchaseApproval(
            trade_id=trade.id,
            version=trade.version,
            company_id=trade.buyer_id,
            asked_by_id=actor.person_id,
            asked_at=clock.now(),
            amount_cents=amount.cents,
            cap_cents=cap.cents,
            status="waiting",
        )
    )
    record(trade, "approval_asked", actor)
    tell_one(trade, "approval_asked", trade.buyer, kinds=("administrator",))


def _decide(approval: PurchaseApproval, actor: Actor, status: str) -> None:
    approval.status, approval.decided_by_id, approval.decided_at = status, actor.person_id, clock.now()


def _shown(trade_id: str, version: int, actor: Actor) -> Trade:
    trade = lock_trade(trade_for(trade_id, actor).id)
    if version != trade.version:
        raise TermsChanged(shown=version, current=trade.version)
    return trade


def _waiting(trade_id: str, version: int, actor: Actor) -> tuple[Trade, PurchaseApproval]:
    trade = _shown(trade_id, version, actor)
    approval = session.get(PurchaseApproval, (trade.id, version), populate_existing=True)
    decides = actor.kind == "administrator" and actor.company_id == trade.buyer_id
    if not decides or approval is None or approval.status != "waiting" or trade.state != "proposed":
        raise ActionNotPossible("decide_approval", trade.state)
    return trade, approval
