"""What the ledger takes and gives: plain frozen values, never its rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from barterweb.money import Credits

PAGE_LINES = 40
"""Lines of a statement that a page shows, unless its last day alone has more; files hold the whole period."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A signed amount for one account: positive credits it, negative debits it."""

    account_id: str
    amount: Credits


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge booked together with a transfer, as a transfer of its own, e.g. the operator's commission."""

    payer_account_id: str
    payee_account_id: str
    amount: Credits
    kind: str
    wording: str


@dataclass(frozen=True, slots=True)
class PostedTransfer:
    """The outcome of a posting; `replayed` tells that the same key had posted it before."""

    id: str
    booked_on: date
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as shown: all amounts in cents of Barter; None means no limit."""

    id: str
    kind: str
    name: str
    status: str
    balance_cents: int
    held_cents: int
    incoming_cents: int
    credit_limit_cents: int | None
    balance_cap_cents: int | None
    opened_at: datetime

    @property
    def available_cents(self) -> int | None:
        """Balance + credit limit − holds; None without limit."""
        if self.credit_limit_cents is None:
            return None
        return self.balance_cents + self.credit_limit_cents - self.held_cents

    @property
    def room_cents(self) -> int | None:
        """What can still be received before the ceiling, promises included; None without ceiling."""
        if self.balance_cap_cents is None:
            return None
        return self.balance_cap_cents - self.balance_cents - self.incoming_cents


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of an account with what explains it."""

    sequence: int
    transfer_id: str
    kind: str
    booked_on: date
    reference: str
    wording: str
    counterparty: str
    amount_cents: int
    balance_after_cents: int


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """Opening balance, entries of a period (both days included), closing balance; in cents of Barter."""

    account_id: str
    start: date
    end: date
    opening_cents: int
    lines: tuple[StatementLine, ...]
    closing_cents: int
    last_sequence: int

    @property
    def day_before(self) -> date:
        """The last day that is not of this statement."""
        return self.start - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """What a month, or the days of it that are asked for, brought to an account and took from it; cents of Barter."""

    month: date
    credit_cents: int
    debit_cents: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One leg of a transfer in the journal; the balance after it is known on a member's account only."""

    account_id: str
    account_name: str
    amount_cents: int
    balance_after_cents: int | None


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One transfer of the journal with its entries."""

    id: str
    kind: str
    booked_on: date
    created_at: datetime
    reference: str
    wording: str
    reverses_id: str | None
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """Whether everything sums to zero, in figures; cents of Barter."""

    accounts: int
    transfers: int
    balance_sum_cents: int
    supply_cents: int
    debt_cents: int
    held_cents: int


@dataclass(frozen=True, slots=True)
class KindTotals:
    """Sums over the accounts of one kind; cents of Barter. Supply and debt are what members have and owe."""

    kind: str
    accounts: int
    balance_cents: int
    held_cents: int
    incoming_cents: int
    supply_cents: int = 0
    debt_cents: int = 0


@dataclass(frozen=True, slots=True)
class IdleAccount:
    """An account with credit that nothing has left since a day."""

    account: AccountView
    since: date


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last seal of the hash chain; whoever keeps it can prove later that nothing before it was changed."""

    position: int
    hash: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong that `verify` found."""

    check: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of `verify`: the checks made, the rows read (table → number) and what is wrong."""

    checks: tuple[str, ...]
    checked: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings
