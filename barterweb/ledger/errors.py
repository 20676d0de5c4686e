"""What the ledger refuses, one exception a rule. Nothing is written when one is raised.

Amounts are `Credits`; accounts, holds and transfers are named by their ids.
"""

from dataclasses import dataclass

from barterweb.errors import BusinessError
from barterweb.money import Credits


class LedgerError(BusinessError):
    """Base of all refusals of the ledger."""


@dataclass
class UnknownAccount(LedgerError):
    """No account has this id."""

    account_id: str


@dataclass
class AccountExists(LedgerError):
    """The account was opened before, with other terms."""

    account_id: str


@dataclass
class AccountNotOpen(LedgerError):
    """The account is frozen or closed: nothing new moves on it."""

    account_id: str
    status: str


@dataclass
class AccountNotEmpty(LedgerError):
    """An account is closed only with a zero balance and nothing held."""

    account_id: str
    balance: Credits


@dataclass
class CreditLimitExceeded(LedgerError):
    """The debit asks for more than balance + credit limit − holds."""

    account_id: str
    available: Credits
    requested: Credits


@dataclass
class BalanceCapExceeded(LedgerError):
    """The credit, with what is already promised to the account, would pass its ceiling."""

    account_id: str
    room: Credits
    requested: Credits


@dataclass
class InvalidTransfer(LedgerError):
    """The legs are no transfer: fewer than two accounts, a zero or excessive amount, or a sum other than zero."""

    reason: str


@dataclass
class IdempotencyConflict(LedgerError):
    """The key (or hold id) was used before for something else."""

    key: str


@dataclass
class UnknownHold(LedgerError):
    """No hold has this id."""

    hold_id: str


@dataclass
class HoldAlreadySettled(LedgerError):
    """The hold was posted or released before; a hold ends once."""

    hold_id: str
    status: str


@dataclass
class HoldExpired(LedgerError):
    """The hold's time is over: it can be released, no longer posted."""

    hold_id: str


@dataclass
class HoldExceeded(LedgerError):
    """The posting takes more from the payer, or gives more to the payee, than was held."""

    hold_id: str
    held: Credits
    requested: Credits


@dataclass
class UnknownTransfer(LedgerError):
    """No transfer has this id."""

    transfer_id: str


@dataclass
class NotReversible(LedgerError):
    """A reversal is not itself reversed: book a new transfer."""

    transfer_id: str


@dataclass
class ReversalExceedsOriginal(LedgerError):
    """With the reversals before it, this one would undo more than was booked on the account."""

    transfer_id: str
    account_id: str
