"""The Barter account as a journal for hledger (https://hledger.org), to check it by an independent program."""

from collections.abc import Iterator
from datetime import timedelta

from barterweb.documents.facts import StatementFacts


def hledger(facts: StatementFacts) -> Iterator[bytes]:
    """Yield one balanced transaction an operation; after each, and at the end, the balance is asserted."""
    yield b"commodity 1000.00 B\n\naccount Barter\n"
    before = facts.period_start - timedelta(days=1)
    yield _transaction(f"{before} solde d’ouverture", facts.opening_cents, facts.opening_cents, "Ouverture")
    for line in facts.lines:
        head = f"{line.booked_on} ({line.operation_id}) {_plain(line.wording)}"
        other = f"Contreparties:{_plain(line.counterparty).replace(':', ' ') or 'Divers'}"
        yield _transaction(head, line.credit_cents - line.debit_cents, line.balance_cents, other)
    yield _transaction(f"{facts.period_end} solde de clôture", 0, facts.closing_cents, "Ouverture")


def _transaction(head: str, cents: int, balance_cents: int, other: str) -> bytes:
    return (
        f"\n{head}\n    Barter  {_amount(cents)} = {_amount(balance_cents)}\n    {other}  {_amount(-cents)}\n"
    ).encode()


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d} B"


def _plain(text: str) -> str:
    """Keep a text from ending the line, beginning a comment or separating an account from its amount (two spaces)."""
    return " ".join(text.split()).replace(";", ",").replace("|", "/").strip("()[] ")
