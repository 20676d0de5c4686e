"""What accounting entries are made of, and what they are: balanced, dated, each with its piece."""

from dataclasses import dataclass
from datetime import date

from barterweb.documents.facts.frozen import require
from barterweb.documents.facts.invoices import InvoiceFacts
from barterweb.documents.facts.parties import Party


@dataclass(frozen=True, slots=True)
class Piece:
    """An invoice or credit note seen from a company: `sold` by it or bought; `number` as its issuer numbers it."""

    number: str
    issued_on: date
    facts: InvoiceFacts
    sold: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """An operation of the Barter account, in cents, positive when it credits the company.

    `facts` is the invoice or credit note it settles, if any; `with_operator` tells that the other side is the operator.
    """

    operation_id: str
    kind: str
    booked_on: date
    wording: str
    counterparty: str
    amount_cents: int
    facts: InvoiceFacts | None = None
    with_operator: bool = False


@dataclass(frozen=True, slots=True)
class Books:
    """All that a company's entries of a period are written from; both days included."""

    company: Party
    start: date
    end: date
    pieces: tuple[Piece, ...]
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: a debit or a credit, in cents; `party` is the auxiliary account, code and name."""

    account: str
    account_name: str
    debit_cents: int = 0
    credit_cents: int = 0
    party: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Entry:
    """An accounting entry. Raises `InconsistentFacts` unless debits equal credits (PCG, art. 911-1)."""

    journal: str
    journal_name: str
    booked_on: date
    piece: str
    piece_on: date
    wording: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        require(bool(self.postings), "an entry has no line")
        for line in self.postings:
            require((line.debit_cents > 0) != (line.credit_cents > 0), "a line is a debit or a credit")
        debits = sum(line.debit_cents for line in self.postings)
        require(debits == sum(line.credit_cents for line in self.postings), f"{self.piece} does not balance")
