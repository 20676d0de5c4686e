"""Entries in the FEC's form, each rule of LPF, art. A. 47 A-1, on invoices and operations of every kind."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

import pytest

from barterweb.documents.errors import InconsistentFacts
from barterweb.documents.exports import entries, fec, fec_name
from barterweb.documents.exports.fec import COLUMNS, latin9
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.facts.books import Books, Entry, Movement, Piece, Posting
from barterweb.documents.facts.plans import AccountPlan
from tests.documents import samples

START, END = date(2026, 8, 1), date(2026, 8, 31)
NEVER_EMPTY = (*range(6), *range(8, 13), 15)
"""Fields 1 to 6, 9 to 13 and 16, counted from zero."""

Rows = list[list[str]]


def sale(**changes: object) -> InvoiceFacts:
    return samples.invoice(samples.line(), samples.line("Transport", vat_rate_bp=1_000), **changes)


def movement(facts: InvoiceFacts | None, cents: int, **changes: object) -> Movement:
    values: dict[str, object] = {
        "operation_id": samples.OPERATION,
        "kind": "trade",
        "booked_on": END,
        "wording": "Stockage\u202f— « été »",
        "counterparty": "Cabinet Valeyre & Associés",
        "amount_cents": cents,
        "facts": facts,
    }
    return Movement(**values | changes)  # type: ignore[arg-type]


def books(*pieces: Piece, movements: tuple[Movement, ...] = (), company: object = None) -> Books:
    return Books(company or samples.seller(), START, END, pieces, movements)  # type: ignore[arg-type]


def every_case() -> Books:
    full = sale(paid_cents=115_000)
    bought = sale(number="BC2026-00021", seller=samples.buyer(), buyer=samples.seller(), nature="goods")
    note = replace(
        full, kind="credit_note", preceding=samples_preceding(full), number="BA2026-00001", payment=None
    )
    fee = sale(number="FC2026-00001", subject="commission", seller=samples.buyer(), buyer=samples.seller())
    pieces = [Piece(facts.number, facts.issued_on, facts, sold) for facts, sold in
              ((full, True), (bought, False), (note, True), (fee, False))]  # fmt: skip
    moves = (
        movement(full, 115_000),
        movement(bought, -50_000),
        movement(full, -11_500, kind="reversal"),
        movement(None, -500, kind="commission", counterparty="Commissions", with_operator=True),
        movement(None, 700, kind="write_off", counterparty=""),
        movement(None, -1, counterparty="=cmd|' /C calc'!A0\t\r\n"),
    )
    return books(*pieces, movements=moves)


def samples_preceding(facts: InvoiceFacts) -> object:
    from barterweb.documents.facts import Preceding

    return Preceding(number=facts.number, issued_on=facts.issued_on)


def rows_of(found: Books, plan: AccountPlan | None = None) -> Rows:
    data = b"".join(fec(entries(found, plan or AccountPlan())))
    assert data.endswith(b"\r\n")
    lines = data.decode("iso8859-15").removesuffix("\r\n").split("\r\n")
    return [line.split("\t") for line in lines]


def cents(text: str) -> int:
    whole, rest = text.split(",")
    assert len(rest) == 2
    return int(whole) * 100 + int(rest)


def sums(found: Books, plan: AccountPlan | None = None) -> dict[str, int]:
    """Debits less credits of each account."""
    totals: dict[str, int] = defaultdict(int)
    for row in rows_of(found, plan)[1:]:
        totals[row[4]] += cents(row[11]) - cents(row[12])
    return {account: total for account, total in totals.items() if total}


def test_columns_are_the_eighteen_of_the_order() -> None:
    header, *rows = rows_of(every_case())
    assert tuple(header) == COLUMNS
    assert len(header) == 18
    assert rows
    assert all(len(row) == 18 for row in rows)


def test_compulsory_fields_are_never_empty() -> None:
    for row in rows_of(every_case())[1:]:
        assert all(row[place].strip() for place in NEVER_EMPTY), row


def test_days_and_amounts_have_the_form_of_the_order() -> None:
    for row in rows_of(every_case())[1:]:
        for place in (3, 9, 15):
            assert datetime.strptime(row[place], "%Y%m%d").date() <= END  # noqa: DTZ007
        assert (cents(row[11]) == 0) != (cents(row[12]) == 0)
        assert "." not in row[11] + row[12]


def test_every_entry_balances() -> None:
    rows = rows_of(every_case())[1:]
    for _, lines in groupby(rows, key=lambda row: (row[0], row[2])):
        found = list(lines)
        assert len(found) >= 2
        assert sum(cents(row[11]) for row in found) == sum(cents(row[12]) for row in found)


def test_entries_of_a_journal_are_numbered_without_gap() -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in rows_of(every_case())[1:]:
        if int(row[2]) not in numbers[row[0]]:
            numbers[row[0]].append(int(row[2]))
    assert {journal: found == list(range(1, len(found) + 1)) for journal, found in numbers.items()} == {
        "VE": True,
        "AC": True,
        "BT": True,
    }


def test_the_file_is_named_by_siren_and_last_day() -> None:
    assert fec_name("732829320", END) == "732829320FEC20260831.txt"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1\u202f234\u00a0€ — cœur, Łódź", "1 234 € - cœur, Lódz"),
        ("a\tb\r\nc", "a b c"),
        ("l’été « vrai »", "l'été « vrai »"),
        ("😀", "?"),
        ("e\u0301", "é"),
    ],
)
def test_texts_are_written_with_what_the_encoding_holds(text: str, written: str) -> None:
    assert latin9(text) == written


def test_no_text_is_a_formula() -> None:
    for row in rows_of(every_case())[1:]:
        assert not any(field.startswith(("=", "+", "-", "@")) for field in row)


def test_a_sale_of_services_paid_in_barter_clears_customer_and_waiting_vat() -> None:
    facts = sale(paid_cents=115_000)
    found = sums(books(Piece(facts.number, END, facts, True), movements=(movement(facts, 115_000),)))
    assert found == {"706": -100_000, "44571": -15_000, "4671": 115_000}


def test_vat_on_services_falls_due_with_the_part_that_is_paid() -> None:
    facts = sale(paid_cents=57_500)
    found = sums(books(Piece(facts.number, END, facts, True), movements=(movement(facts, 57_500),)))
    assert found == {"706": -100_000, "44574": -7_500, "44571": -7_500, "411": 57_500, "4671": 57_500}


@pytest.mark.parametrize("changes", [{"nature": "goods"}, {"vat_on_debits": True}])
def test_vat_on_goods_or_on_debits_falls_due_at_once(changes: dict[str, object]) -> None:
    facts = sale(**changes)
    account = "707" if facts.nature == "goods" else "706"
    assert sums(books(Piece(facts.number, END, facts, True))) == {
        "411": 115_000,
        account: -100_000,
        "44571": -15_000,
    }


def test_a_purchase_mirrors_the_sale() -> None:
    facts = sale(paid_cents=115_000)
    mine = books(
        Piece(facts.number, END, facts, False),
        movements=(movement(facts, -115_000),),
        company=samples.buyer(),
    )
    assert sums(mine) == {"604": 100_000, "44566": 15_000, "4671": -115_000}


def test_a_credit_note_and_its_refund_undo_the_sale() -> None:
    facts = sale(paid_cents=115_000)
    note = replace(facts, kind="credit_note", number="BA2026-00001", preceding=samples_preceding(facts))
    undone = books(
        Piece(facts.number, END, facts, True),
        Piece(note.number, END, note, True),
        movements=(movement(facts, 115_000), movement(facts, -115_000, kind="reversal")),
    )
    assert sums(undone) == {}


@pytest.mark.parametrize(("subject", "account"), [("commission", "622"), ("membership", "6281")])
def test_the_operators_fees_are_charges_of_their_own(subject: str, account: str) -> None:
    facts = sale(subject=subject, seller=samples.buyer(), buyer=samples.seller())
    paid = movement(None, -100_000, kind=subject, counterparty="Commissions", with_operator=True)
    found = sums(books(Piece(facts.number, END, facts, False), movements=(paid,)))
    assert found == {account: 100_000, "44566": 15_000, "401": -15_000, "4671": -100_000}


def test_accounts_and_journals_are_the_companys_own() -> None:
    plan = AccountPlan(customers="411BAR", barter="512900", sales_journal="VTE", digits=8)
    facts = sale(nature="goods")
    rows = rows_of(books(Piece(facts.number, END, facts, True), movements=(movement(facts, 1),)), plan)
    assert {row[4] for row in rows[1:]} == {"411BAR00", "70700000", "44571000", "51290000"}
    assert {row[0] for row in rows[1:]} == {"VTE", "BT"}


@pytest.mark.parametrize(
    "plan", [{"barter": "9"}, {"barter": "46 7"}, {"barter_journal": "VE"}, {"digits": 2}]
)
def test_a_plan_that_no_software_takes_cannot_exist(plan: dict[str, object]) -> None:
    with pytest.raises(InconsistentFacts):
        AccountPlan(**plan)  # type: ignore[arg-type]


def test_an_entry_that_does_not_balance_cannot_exist() -> None:
    with pytest.raises(InconsistentFacts, match="balance"):
        Entry("VE", "Ventes", END, "1", END, "x", (Posting("411", "Clients", 1), Posting("706", "V", 0, 2)))
