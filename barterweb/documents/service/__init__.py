"""Issuing documents: facts are frozen and numbered in the transaction of their cause; files are made outside of any.

A file is rendered once, archived under its SHA-256 and served ever after (docs/decisions/0020 and following).
"""

from barterweb.documents.service.files import render_document, render_waiting
from barterweb.documents.service.invoices import EUROS_DUE_AFTER_DAYS, OPERATOR_NAME, issue_trade_invoice
from barterweb.documents.service.statements import log_download, statement_document

__all__ = [
    "EUROS_DUE_AFTER_DAYS",
    "OPERATOR_NAME",
    "issue_trade_invoice",
    "log_download",
    "render_document",
    "render_waiting",
    "statement_document",
]
