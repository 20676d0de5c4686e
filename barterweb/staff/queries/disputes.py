"""A dispute as the operator reads it before deciding."""

from collections.abc import Sequence
from dataclasses import dataclass

from barterweb import ledger
from barterweb.actors import Actor
from barterweb.errors import NotFound
from barterweb.trades import queries as trades
from barterweb.trades.facts import Commission, Terms
from barterweb.trades.models import Trade
from barterweb.trades.queries import Event

STATEMENTS = ("disputed", "frozen", "case_stated")


@dataclass(frozen=True, slots=True)
class Case:
    """A trade that is or was disputed: its terms, what each side states, both accounts, and the decision once made."""

    trade: Trade
    terms: Terms
    commission: Commission
    statements: Sequence[Event]
    decision: Event | None
    buyer: ledger.AccountView
    seller: ledger.AccountView


def case_for(trade_id: str, actor: Actor) -> Case:
    """Return the dispute; raises `NotFound` when the actor may not see the trade or it never was disputed."""
    trade = trades.trade_for(trade_id, actor)
    events = trades.events_of(trade, actor)
    statements = [event for event in events if event.kind in STATEMENTS]
    if not statements or not trade.buyer.account_id or not trade.seller.account_id:
        raise NotFound
    check = trades.check_of_trade(trade, actor)
    accounts = {
        view.id: view for view in ledger.account_views([trade.buyer.account_id, trade.seller.account_id])
    }
    return Case(
        trade=trade,
        terms=check.terms,
        commission=check.commission,
        statements=statements,
        decision=next((event for event in events if event.kind == "dispute_settled"), None),
        buyer=accounts[trade.buyer.account_id],
        seller=accounts[trade.seller.account_id],
    )
