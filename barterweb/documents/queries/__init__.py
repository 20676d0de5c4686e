"""Reading accounts and documents, by what they are about."""

from barterweb.documents.queries.accounts import CompanyAccount, accounts_for, company_for, statement_facts
from barterweb.documents.queries.files import file_of, waiting_documents
from barterweb.documents.queries.invoices import InvoiceLine, InvoicePage, invoice_for, invoices_of
from barterweb.documents.queries.parties import party_of

__all__ = [
    "CompanyAccount",
    "InvoiceLine",
    "InvoicePage",
    "accounts_for",
    "company_for",
    "file_of",
    "invoice_for",
    "invoices_of",
    "party_of",
    "statement_facts",
    "waiting_documents",
]
