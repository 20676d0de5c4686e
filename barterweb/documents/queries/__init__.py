"""Reading accounts and documents, by what they are about."""

from barterweb.documents.queries.accounts import CompanyAccount, accounts_for, company_for, statement_facts
from barterweb.documents.queries.files import file_of, waiting_documents
from barterweb.documents.queries.invoices import (
    InvoiceLine,
    InvoicePage,
    InvoiceView,
    document_for,
    documents_of_trade,
    invoice_of_trade,
    invoice_view,
    invoices_of,
    invoices_query,
    latest_version,
    own_invoices,
    sale_of_trade,
    waiting_drafts,
)
from barterweb.documents.queries.parties import party_of
from barterweb.documents.queries.terms import invoicing_terms

__all__ = [
    "CompanyAccount",
    "InvoiceLine",
    "InvoicePage",
    "InvoiceView",
    "accounts_for",
    "company_for",
    "document_for",
    "documents_of_trade",
    "file_of",
    "invoice_of_trade",
    "invoice_view",
    "invoices_of",
    "invoices_query",
    "invoicing_terms",
    "latest_version",
    "own_invoices",
    "party_of",
    "sale_of_trade",
    "statement_facts",
    "waiting_documents",
    "waiting_drafts",
]
