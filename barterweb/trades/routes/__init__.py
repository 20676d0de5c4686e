"""Pages of trades: from the proposal to the settlement, purchases above a cap, messages, refunds."""

from barterweb.trades.routes import approvals, messages, refunds
from barterweb.trades.routes.trades import bp

__all__ = ["approvals", "bp", "messages", "refunds"]
