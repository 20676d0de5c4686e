"""Pages of accounts and documents, for the company and its accountants."""

from barterweb.documents.routes import accounts, invoices, terms
from barterweb.documents.routes.serving import bp

__all__ = ["accounts", "bp", "invoices", "terms"]
