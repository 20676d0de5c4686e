"""Reading accounts and documents, by what they are about."""

from barterweb.documents.queries.accounts import CompanyAccount, accounts_for, company_for, statement_facts
from barterweb.documents.queries.books import accounting_of, books_of, pieces_between
from barterweb.documents.queries.contests import ContestLine, contest_deadline, contest_of, contests
from barterweb.documents.queries.desk import (
    Covered,
    DeskLine,
    companies_for,
    covered_by,
    desk_lines,
    monthly_statements,
)
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
    operator_invoices,
    own_invoices,
    sale_of_trade,
    waiting_drafts,
)
from barterweb.documents.queries.parties import party_of
from barterweb.documents.queries.terms import invoicing_terms
from barterweb.documents.queries.years import year_facts

__all__ = [
    "CompanyAccount",
    "ContestLine",
    "Covered",
    "DeskLine",
    "InvoiceLine",
    "InvoicePage",
    "InvoiceView",
    "accounting_of",
    "accounts_for",
    "books_of",
    "companies_for",
    "company_for",
    "contest_deadline",
    "contest_of",
    "contests",
    "covered_by",
    "desk_lines",
    "document_for",
    "documents_of_trade",
    "file_of",
    "invoice_of_trade",
    "invoice_view",
    "invoices_of",
    "invoices_query",
    "invoicing_terms",
    "latest_version",
    "monthly_statements",
    "operator_invoices",
    "own_invoices",
    "party_of",
    "pieces_between",
    "sale_of_trade",
    "statement_facts",
    "waiting_documents",
    "waiting_drafts",
    "year_facts",
]
