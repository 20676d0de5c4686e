"""Statements as comma-separated values, and how texts and numbers go into a spreadsheet."""

import csv
import io
from datetime import date

from barterweb.documents.facts import StatementFacts, YearFacts
from barterweb.money import format_cents
from barterweb.web.filters import percent_bp

HEADERS = ("Date", "Opération", "Contrepartie", "Libellé", "Échange", "Débit", "Crédit", "Solde")
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER = str.maketrans({"\u202f": None, "\u2212": "-"})


def statement_csv(facts: StatementFacts) -> bytes:
    """Return the statement as a French spreadsheet opens it: UTF-8 with BOM, `;`, CRLF, decimal comma, JJ/MM/AAAA.

    Amounts are in Barter. The first row is the opening balance, the last one the totals and the closing balance.
    """
    text = io.StringIO()
    write = csv.writer(text, delimiter=";", lineterminator="\r\n").writerow
    write(HEADERS)
    write(
        [_day(facts.period_start), "", "", "Solde d’ouverture", "", "", "", csv_number(facts.opening_cents)]
    )
    for line in facts.lines:
        write(
            [
                _day(line.booked_on),
                csv_text(line.operation_id),
                csv_text(line.counterparty),
                csv_text(line.wording),
                csv_text(line.trade_id or ""),
                csv_number(line.debit_cents) if line.debit_cents else "",
                csv_number(line.credit_cents) if line.credit_cents else "",
                csv_number(line.balance_cents),
            ]
        )
    totals = [facts.total_debit_cents, facts.total_credit_cents, facts.closing_cents]
    write([_day(facts.period_end), "", "", "Solde de clôture", "", *map(csv_number, totals)])
    return text.getvalue().encode("utf-8-sig")


_YEAR_HEADERS = (
    *("Mois", "Ventes HT (€)", "TVA sur ventes (€)", "Achats HT (€)", "TVA sur achats (€)"),
    *("Crédits (B)", "Débits (B)", "Solde (B)"),
)


def year_csv(summary: YearFacts) -> bytes:
    """Return a financial year as a French spreadsheet opens it: a row a month, then totals, then VAT by rate."""
    text = io.StringIO()
    write = csv.writer(text, delimiter=";", lineterminator="\r\n").writerow
    write(_YEAR_HEADERS)
    for name, line in (
        *((f"{line.month:%m/%Y}", line) for line in summary.months),
        ("Exercice", summary.totals),
    ):
        cents = (
            *(line.sales_cents, line.sales_vat_cents, line.purchases_cents, line.purchases_vat_cents),
            *(line.credit_cents, line.debit_cents, line.closing_cents),
        )
        write([name, *map(csv_number, cents)])
    for title, rates in (("TVA collectée", summary.collected), ("TVA déductible", summary.deductible)):
        write([])
        write([title, "Base HT (€)", "TVA (€)"])
        for rate in rates:
            write([percent_bp(rate.rate_bp), csv_number(rate.base_cents), csv_number(rate.vat_cents)])
    return text.getvalue().encode("utf-8-sig")


def csv_text(value: str) -> str:
    """Keep a spreadsheet from running a text as a formula (OWASP, CSV injection; full-width signs included)."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def csv_number(cents: int) -> str:
    """``-123456`` → ``-1234,56``: digits, an ASCII minus and a comma, which spreadsheets read as a number."""
    return format_cents(cents).translate(_PLAIN_NUMBER)


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
