"""Operations of a statement as lines of fixed width: preformatted text is laid out several times faster than table cells.

Each operation reads from left to right and from top to bottom, in print as for a screen reader: date, counterparty, debit,
credit, balance; below, what it was for and its numbers. See docs/decisions/0027-statements-in-preformatted-text.md.
"""

import textwrap
import unicodedata
from collections.abc import Iterator

from barterweb.documents.facts import StatementFacts, StatementLine
from barterweb.money import format_cents

_DATE, _TEXT, _AMOUNT = 12, 50, 17
_BELOW = _TEXT + 3 * _AMOUNT
_SHORT, _TOGETHER = 30, 5
"""Up to so many operations each has a block of its own, under a line; in longer lists so many share one: it is quicker."""
_NO_BREAK = str.maketrans("\u202f", "\u00a0")  # fonts of fixed width have no narrow space


def heading() -> str:
    """The line of headings that each page repeats."""
    amounts = "".join(f"{name:>{_AMOUNT}}" for name in ("Débit (B)", "Crédit (B)", "Solde (B)"))
    return f"{'Date':<{_DATE}}{'Opération':<{_TEXT}}{amounts}"


def opening(facts: StatementFacts) -> str:
    """The line of the opening balance."""
    return _line(_day(facts.period_start), "Solde d’ouverture", "", "", format_cents(facts.opening_cents))


def closing(facts: StatementFacts) -> str:
    """The line of the totals and the closing balance."""
    sums = (facts.total_debit_cents, facts.total_credit_cents, facts.closing_cents)
    return _line(_day(facts.period_end), "Totaux et solde de clôture", *map(format_cents, sums))


def blocks(facts: StatementFacts) -> Iterator[str]:
    """Yield the operations as text, a few to a block."""
    size = 1 if len(facts.lines) <= _SHORT else _TOGETHER
    for start in range(0, len(facts.lines), size):
        yield "\n".join(_operation(line) for line in facts.lines[start : start + size])


def _operation(line: StatementLine) -> str:
    debit = format_cents(line.debit_cents) if line.debit_cents else ""
    credit = format_cents(line.credit_cents) if line.credit_cents else ""
    name = _one_line(line.counterparty)
    fits = len(name) <= _TEXT - 1 and all(map(_is_one_wide, name))
    first = _line(_day(line.booked_on), name if fits else "", debit, credit, format_cents(line.balance_cents))
    numbers = f"{line.operation_id} · {line.trade_id}" if line.trade_id else line.operation_id
    words = _one_line(line.wording if fits else f"{name} – {line.wording}")
    below = [*textwrap.wrap(words, _BELOW)] if words else []
    if below and len(below[-1]) + 3 + len(numbers) <= _BELOW:
        below[-1] = f"{below[-1]} · {numbers}"
    else:
        below.append(numbers)
    return "\n".join([first, *(" " * _DATE + text for text in below)])


def _line(day: str, text: str, *amounts: str) -> str:
    columns = "".join(f"{amount:>{_AMOUNT}}" for amount in amounts)
    return f"{day:<{_DATE}}{text:<{_TEXT}}{columns.translate(_NO_BREAK)}"


def _day(value: object) -> str:
    return f"{value:%d/%m/%Y}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_one_wide(character: str) -> bool:
    """Whether a character takes one place in a font of fixed width: else amounts beside it would not stand in line."""
    return (
        (character < "\u0530" and unicodedata.combining(character) == 0)
        or "\u1e00" <= character <= "\u1eff"
        or character in "–—‘’“”…€•"
    )
