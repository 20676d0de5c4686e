"""What an account statement says: a period, its operations, and a second addition of every balance."""

import re
from dataclasses import dataclass, field
from datetime import date

from barterweb.documents.facts.frozen import Facts, require
from barterweb.documents.facts.parties import Party

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine(Facts):
    """One operation seen from the account: a debit or a credit, in cents of Barter, and the balance after."""

    booked_on: date
    operation_id: str
    counterparty: str
    wording: str
    trade_id: str | None = None
    debit_cents: int = 0
    credit_cents: int = 0
    balance_cents: int

    def __post_init__(self) -> None:
        require(min(self.debit_cents, self.credit_cents) == 0, "an operation is both a debit and a credit")
        require(max(self.debit_cents, self.credit_cents) > 0, "an operation moves nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFacts(Facts):
    """An account over a period, both days included; amounts in cents of Barter.

    `held_cents` and `credit_limit_cents` are those of the day the statement is made (`generated_on`); `head`
    is the hash at the head of the ledger's chain and `head_position` its place there. Raises
    `InconsistentFacts` unless opening + credits − debits = closing and each balance follows from the one before.
    """

    holder: Party
    account_id: str
    period_start: date
    period_end: date
    opening_cents: int
    lines: tuple[StatementLine, ...]
    closing_cents: int
    held_cents: int
    credit_limit_cents: int
    generated_on: date
    head: str | None = None
    head_position: int | None = None
    issued_by: str = "France Clusters"
    total_debit_cents: int = field(init=False)
    total_credit_cents: int = field(init=False)

    def __post_init__(self) -> None:
        require(self.period_start <= self.period_end, "the period ends before it starts")
        require(
            min(self.held_cents, self.credit_limit_cents) >= 0,
            "holds and credit line are not negative amounts",
        )
        require(self.head is None or _SHA256.fullmatch(self.head) is not None, "the head is not a SHA-256")
        require((self.head is None) == (self.head_position is None), "a head has a position")
        balance = self.opening_cents
        for line in self.lines:
            require(
                self.period_start <= line.booked_on <= self.period_end,
                f"{line.operation_id} is out of the period",
            )
            balance += line.credit_cents - line.debit_cents
            require(line.balance_cents == balance, f"the balance after {line.operation_id} is not {balance}")
        require(self.closing_cents == balance, f"the closing balance is not {balance}")
        object.__setattr__(self, "total_debit_cents", sum(line.debit_cents for line in self.lines))
        object.__setattr__(self, "total_credit_cents", sum(line.credit_cents for line in self.lines))
