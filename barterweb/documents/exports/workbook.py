"""The statement as a spreadsheet whose dates and amounts are dates and numbers."""

import io
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook

from barterweb.documents.exports.tables import HEADERS, csv_text
from barterweb.documents.facts import StatementFacts

_WIDTHS = (11, 34, 34, 44, 34, 14, 14, 14)


def statement_xlsx(facts: StatementFacts) -> bytes:
    """Return the statement as XLSX. Texts are texts whatever they begin with; the first row stays in sight."""
    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        created = workbook.add_worksheet("Relevé")
        workbook.set_properties({"title": f"Relevé Barter {facts.holder.name}", "author": facts.issued_by})
        _Sheet(workbook, created).write(facts)
    return file.getvalue()


class _Sheet:
    """One worksheet and its formats."""

    def __init__(self, workbook: Any, sheet: Any) -> None:
        self._sheet = sheet
        self._head = workbook.add_format({"bold": True, "bg_color": "#0b5d4e", "font_color": "#ffffff"})
        self._day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        self._amount = workbook.add_format({"num_format": "#,##0.00"})
        self._row = 0

    def write(self, facts: StatementFacts) -> None:
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, HEADERS, self._head)
        self._line(facts.period_start, ("", "", "Solde d’ouverture", ""), (None, None, facts.opening_cents))
        for line in facts.lines:
            texts = (line.operation_id, line.counterparty, line.wording, line.trade_id or "")
            amounts = (line.debit_cents or None, line.credit_cents or None, line.balance_cents)
            self._line(line.booked_on, texts, amounts)
        sums = (facts.total_debit_cents, facts.total_credit_cents, facts.closing_cents)
        self._line(facts.period_end, ("", "", "Solde de clôture", ""), sums)

    def _line(self, day: Any, texts: tuple[str, ...], amounts: tuple[int | None, ...]) -> None:
        self._row += 1
        self._sheet.write_datetime(self._row, 0, day, self._day)
        for column, text in enumerate(texts, 1):
            self._sheet.write_string(self._row, column, csv_text(text))
        for column, cents in enumerate(amounts, 5):
            if cents is not None:
                self._sheet.write_number(self._row, column, Decimal(cents) / 100, self._amount)
