"""Pages of trades: from the proposal to the settlement, purchases above a cap, and what is given back afterwards."""

from barterweb.trades.routes import approvals, refunds
from barterweb.trades.routes.trades import bp

__all__ = ["approvals", "bp", "refunds"]
