"""Pages of trades: from the proposal to the settlement, and what is given back afterwards."""

from barterweb.trades.routes import refunds
from barterweb.trades.routes.trades import bp

__all__ = ["bp", "refunds"]
