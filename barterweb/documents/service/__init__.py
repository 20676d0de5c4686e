"""Issuing documents: facts are frozen and numbered in the transaction of their cause; files are made outside of any.

A file is rendered once, archived under its SHA-256 and served ever after (docs/decisions/0020 and following).
"""

from barterweb.documents.service.accounting import record_export, set_accounting
from barterweb.documents.service.bundles import Progress, bundle, prepare_bundle
from barterweb.documents.service.contests import answer_contest, contest_invoice, withdraw_contest
from barterweb.documents.service.fees import credit_commission, issue_commission_invoices, issue_fee_invoices
from barterweb.documents.service.files import render_document, render_waiting
from barterweb.documents.service.invoices import (
    correct_invoice,
    issue_credit_note,
    issue_trade_invoice,
    issue_waiting_invoice,
    issue_waiting_invoices,
)
from barterweb.documents.service.monthly import issue_monthly_statements
from barterweb.documents.service.own import record_own_invoice
from barterweb.documents.service.settings import set_invoicing_terms
from barterweb.documents.service.statements import log_download, statement_document

__all__ = [
    "Progress",
    "answer_contest",
    "bundle",
    "contest_invoice",
    "correct_invoice",
    "credit_commission",
    "issue_commission_invoices",
    "issue_credit_note",
    "issue_fee_invoices",
    "issue_monthly_statements",
    "issue_trade_invoice",
    "issue_waiting_invoice",
    "issue_waiting_invoices",
    "log_download",
    "prepare_bundle",
    "record_export",
    "record_own_invoice",
    "render_document",
    "render_waiting",
    "set_accounting",
    "set_invoicing_terms",
    "statement_document",
    "withdraw_contest",
]
