"""Reading the ledger: balances from the rows that were written, statements by (account, stripe, sequence).

Nothing here sums the history of an account; the balance of one of the operator's is the sum of its stripes, whatever its
age. Only columns are read, never objects, since `store` writes past the ORM.
"""

from barterweb.ledger.queries.accounts import (
    AccountIds,
    account_view,
    account_views,
    accounts_near_limits,
    accounts_of_kinds,
    balance_of,
    debt_cents,
    idle_accounts,
    supply_cents,
    totals,
    totals_by_kind,
)
from barterweb.ledger.queries.journals import (
    journal,
    journal_lines,
    journal_of,
    journal_size,
)
from barterweb.ledger.queries.statements import (
    balances_before,
    entries_per_day,
    first_day_of_page,
    month_end_balances,
    months,
    statement,
    statement_page,
)

__all__ = [
    "AccountIds",
    "account_view",
    "account_views",
    "accounts_near_limits",
    "accounts_of_kinds",
    "balance_of",
    "balances_before",
    "debt_cents",
    "entries_per_day",
    "first_day_of_page",
    "idle_accounts",
    "journal",
    "journal_lines",
    "journal_of",
    "journal_size",
    "month_end_balances",
    "months",
    "statement",
    "statement_page",
    "supply_cents",
    "totals",
    "totals_by_kind",
]
