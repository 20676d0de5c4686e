"""Who may do what with a trade: pure predicates, used by templates to show a button and by the service to refuse."""

from datetime import datetime, timedelta

from barterweb.actors import STAFF_KINDS, Actor
from barterweb.trades.models import Trade
from barterweb.trades.states import OPEN_STATES, TRANSITIONS

MESSAGES_AFTER = timedelta(days=90)
"""How long after its last movement people still write beside a trade that ended: about as long as a hidden defect shows."""


def roles_of(trade: Trade, company_id: str) -> set[str]:
    """Return the words of the transition table that fit this company."""
    if company_id not in (trade.buyer_id, trade.seller_id):
        return set()
    side = "buyer" if company_id == trade.buyer_id else "seller"
    turn = "proposer" if company_id == trade.proposer_id else "other"
    return {side, turn, "either"}


def may(action: str, trade: Trade, actor: Actor) -> bool:
    """Tell whether this actor may take this action on the trade as it stands."""
    step = TRANSITIONS.get((trade.state, action))
    if step is None:
        return False
    if actor.is_member:
        return step.who in roles_of(trade, actor.member_company_id)
    return actor.kind in (step.who, step.also)


def actions_of(trade: Trade, actor: Actor) -> list[str]:
    """Return the actions open to this actor, in the order of the table."""
    return [action for (state, action) in TRANSITIONS if state == trade.state and may(action, trade, actor)]


def must_act(trade: Trade, company_id: str) -> bool:
    """Tell whether the trade waits for this company: to answer, to deliver or to confirm."""
    roles = roles_of(trade, company_id)
    waiting_for = {"proposed": "other", "agreed": "seller", "delivered": "buyer"}.get(trade.state)
    return waiting_for in roles


def may_read_messages(trade: Trade, actor: Actor) -> bool:
    """Tell whether this actor reads what is written beside the trade: its two companies; staff while it is disputed."""
    if actor.is_member:
        return actor.company_id in (trade.buyer_id, trade.seller_id)
    return actor.kind in STAFF_KINDS and trade.state == "disputed"


def may_write_message(trade: Trade, actor: Actor, now: datetime) -> bool:
    """Tell whether this actor may write beside the trade, which has not ended or not long ago."""
    lively = trade.state in OPEN_STATES or now < trade.updated_at + MESSAGES_AFTER
    return may_read_messages(trade, actor) and lively
