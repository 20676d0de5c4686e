"""Why a demonstration network cannot be made."""

from click import ClickException


class HalfMade(ClickException):
    """An earlier load was interrupted: what it made is sound but incomplete, and cannot be continued."""


class LedgerWrong(ClickException):
    """The ledger does not verify after the load: a fault of the services, which must be known at once."""
