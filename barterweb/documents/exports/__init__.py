"""Statements and entries as files for spreadsheets and accounting software."""

from barterweb.documents.exports.banking import ofx, qif
from barterweb.documents.exports.entries import entries
from barterweb.documents.exports.fec import fec, fec_name
from barterweb.documents.exports.journal import hledger
from barterweb.documents.exports.tables import csv_number, csv_text, statement_csv, year_csv
from barterweb.documents.exports.workbook import statement_xlsx

__all__ = [
    "csv_number",
    "csv_text",
    "entries",
    "fec",
    "fec_name",
    "hledger",
    "ofx",
    "qif",
    "statement_csv",
    "statement_xlsx",
    "year_csv",
]
