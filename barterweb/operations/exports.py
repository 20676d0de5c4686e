"""The journal of the ledger in formats that others read: plain text accounting (hledger), CSV, JSON.

Text is yielded piece by piece, so that a history of any length passes through little memory. Every amount is in Barter.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta

from barterweb import ledger
from barterweb.documents.exports import csv_text
from barterweb.ledger import JournalLine

COLUMNS = (
    *("transfer", "kind", "booked_on", "created_at", "reference", "wording", "reverses"),
    *("account", "account_name", "amount"),
)


def hledger(start: date | None = None, end: date | None = None) -> Iterator[str]:
    """Yield a journal for hledger (https://hledger.org/hledger.html#journal): one balanced transaction a transfer.

    Accounts are declared first. What they held before `start` is a transaction of its own; at the end every balance is
    asserted as the ledger shows it, unless `end` cuts the history short.
    """
    accounts = {view.id: view for view in ledger.account_views()}
    names = {account_id: f"{view.kind}:{account_id}" for account_id, view in accounts.items()}
    yield "commodity 1000.00 B\n\n"
    for account_id, name in names.items():
        yield f"account {name}  ; {_one_line(accounts[account_id].name)}\n"
    if start is not None:
        before = ledger.balances_before(start)
        yield f"\n{start - timedelta(days=1)} (opening) balances before\n"
        for account_id, cents in before.items():
            yield _posting(names[account_id], _decimal(cents)) if cents else ""
    last = start
    for line in ledger.journal_lines(start, end):
        last = line.booked_on
        yield f"\n{line.booked_on} ({line.id}) {_one_line(line.wording)}\n    ; {_tags(line)}\n"
        for entry in line.entries:
            yield _posting(names[entry.account_id], _decimal(entry.amount_cents))
    if end is None and last is not None:
        yield f"\n{last} (closing) balances as the ledger shows them\n"
        for account_id, view in accounts.items():
            yield _posting(names[account_id], f"0.00 B = {_decimal(view.balance_cents)}")


def csv_lines(start: date | None = None, end: date | None = None) -> Iterator[str]:
    """Yield one row an entry, comma separated, decimal point, moments in UTC."""
    yield _row(COLUMNS)
    for line in ledger.journal_lines(start, end):
        head = (
            *(line.id, line.kind, line.booked_on.isoformat(), line.created_at.isoformat()),
            *(csv_text(line.reference), csv_text(line.wording), line.reverses_id or ""),
        )
        for entry in line.entries:
            amount = _decimal(entry.amount_cents).removesuffix(" B")
            yield _row((*head, entry.account_id, csv_text(entry.account_name), amount))


def json_lines(start: date | None = None, end: date | None = None) -> Iterator[str]:
    """Yield one JSON object a transfer, with its entries, amounts in cents; moments in UTC."""
    for line in ledger.journal_lines(start, end):
        body = {
            "id": line.id,
            "kind": line.kind,
            "booked_on": line.booked_on.isoformat(),
            "created_at": line.created_at.isoformat(),
            "reference": line.reference,
            "wording": line.wording,
            "reverses": line.reverses_id,
            "entries": [
                {"account": e.account_id, "name": e.account_name, "amount_cents": e.amount_cents}
                for e in line.entries
            ],
        }
        yield json.dumps(body, ensure_ascii=False) + "\n"


FORMATS = {"hledger": hledger, "csv": csv_lines, "json": json_lines}


def _posting(account: str, amount: str) -> str:
    return f"    {account}  {amount}\n"


def _decimal(cents: int) -> str:
    """``-600000`` → ``-6000.00 B``."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d} B"


def _tags(line: JournalLine) -> str:
    tags = {"kind": line.kind, "reference": line.reference, "reverses": line.reverses_id}
    return ", ".join(f"{name}:{_one_line(value).replace(',', ' ')}" for name, value in tags.items() if value)


def _one_line(text: str) -> str:
    """Keep a text from ending the line or beginning a comment."""
    return " ".join(text.split()).replace(";", ",").replace("|", "/")


def _row(values: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return text.getvalue()
