"""Pages of accounts and documents, for the company and its accountants."""

from barterweb.documents.routes import accounting, accounts, contests, desk, invoices, terms
from barterweb.documents.routes.serving import bp

__all__ = ["accounting", "accounts", "bp", "contests", "desk", "invoices", "terms"]
