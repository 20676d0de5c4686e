"""A statement as CSV: what a French spreadsheet opens as numbers and dates, and never runs as a formula."""

import csv
import dataclasses
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb.documents.exports import statement_csv
from barterweb.documents.facts import StatementFacts
from tests.documents import samples

NUMBER = re.compile(r"-?\d+,\d\d")
TEXT_COLUMNS = {1: "operation_id", 2: "counterparty", 3: "wording", 4: "trade_id"}
# Texts come from forms and a database, which hold neither NUL nor halves of characters.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
risky = st.builds(str.__add__, st.sampled_from(list("=+-@\t\r\n＝＋－＠'\";")), texts)


def rows_of(facts: StatementFacts) -> list[list[str]]:
    text = statement_csv(facts).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def test_the_file_is_what_a_french_spreadsheet_expects() -> None:
    assert statement_csv(samples.statement(*samples.operations(1))).decode() == (
        "\ufeffDate;Opération;Contrepartie;Libellé;Échange;Débit;Crédit;Solde\r\n"
        "01/01/2026;;;Solde d’ouverture;;;;-1234,56\r\n"
        "01/01/2026;tfr_01k9x4v7m2q8r5t1w3y6z00000;Atelier du Pilat 0;Usinage de prototypes;"
        "trd_01k9x4v7m2q8r5t1w3y6z00000;12,50;;-1247,06\r\n"
        "31/12/2026;;;Solde de clôture;;12,50;0,00;-1247,06\r\n"
    )


def test_thousands_are_not_separated() -> None:
    facts = samples.statement(opening_cents=123_456_789_012, closing_cents=123_456_789_012)
    assert [row[7] for row in rows_of(facts)[1:]] == ["1234567890,12"] * 2


def test_the_rows_add_up_to_the_last() -> None:
    def cents(text: str) -> int:
        return int(text.replace(",", "") or "0")

    _, opening, *lines, closing = rows_of(samples.statement(*samples.operations(40)))
    assert cents(closing[5]) == sum(cents(row[5]) for row in lines)
    assert cents(closing[6]) == sum(cents(row[6]) for row in lines)
    assert cents(closing[7]) == cents(opening[7]) + cents(closing[6]) - cents(closing[5])


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_a_text_that_starts_like_a_formula_is_prefixed(start: str) -> None:
    line = dataclasses.replace(samples.operations(1)[0], counterparty=f"{start}SUM(A1)")
    assert rows_of(samples.statement(line))[2][2] == f"'{start}SUM(A1)"


@given(st.lists(risky | texts, min_size=4, max_size=4))
def test_no_text_can_become_a_formula_another_cell_or_another_row(values: list[str]) -> None:
    changes = dict(zip(TEXT_COLUMNS.values(), values, strict=True))
    line = dataclasses.replace(samples.operations(1)[0], **changes)
    header, opening, row, closing = rows_of(samples.statement(line))
    assert {len(header), len(opening), len(row), len(closing)} == {8}
    for column, name in TEXT_COLUMNS.items():
        assert row[column] in {changes[name], f"'{changes[name]}"}
        assert row[column][0] not in "=+-@\t\r\n＝＋－＠"


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12).filter(bool))
def test_amounts_stay_numbers(opening_cents: int, change_cents: int) -> None:
    line = dataclasses.replace(
        samples.operations(1)[0],
        debit_cents=max(0, -change_cents),
        credit_cents=max(0, change_cents),
        balance_cents=opening_cents + change_cents,
    )
    rows = rows_of(samples.statement(line, opening_cents=opening_cents))
    amounts = [cell for row in rows[1:] for cell in row[5:] if cell]
    assert len(amounts) == 1 + 2 + 3
    assert all(NUMBER.fullmatch(amount) for amount in amounts)
