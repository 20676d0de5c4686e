"""Where a booking meets the database: `book` writes all of it, or nothing and raises what refused it.

Two backends do the same steps in the same order: lock the members' accounts by id, then one stripe of each account of the
operator; answer a key that is known; settle the hold; check status, limits and ceilings; write. On PostgreSQL it is one
call of the function `ledger_book` (migrations 0004 and 0066), since each further round trip would cost a tenth of the
throughput; on SQLite, where a statement costs no trip, `store_sqlite` takes the steps one by one. Why:
docs/decisions/0080-write-path.md.
"""

import json
import random
from collections.abc import Iterable
from datetime import UTC, date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from barterweb import clock
from barterweb.db import RetryTransaction, dialect_name, driver_connection, session
from barterweb.ledger import store_sqlite
from barterweb.ledger.booking import Booking, HoldTerms
from barterweb.ledger.errors import (
    AccountNotOpen,
    BalanceCapExceeded,
    CreditLimitExceeded,
    HoldAlreadySettled,
    HoldExpired,
    IdempotencyConflict,
    InvalidTransfer,
    LedgerError,
    UnknownAccount,
    UnknownHold,
)
from barterweb.ledger.facts import PostedTransfer
from barterweb.ledger.models import STRIPES, Account
from barterweb.money import Credits

TERMS_OF_HOLD = """
    SELECT id, payer_account_id, payee_account_id, amount_cents, expected_cents, reference
    FROM ledger_holds WHERE id = """
TERMS = {"sqlite": f"{TERMS_OF_HOLD} ?", "postgresql": f"{TERMS_OF_HOLD} %s"}
_KEYS = ("uq_ledger_transfers_idempotency_key", "pk_ledger_holds")


def book(booking: Booking) -> PostedTransfer:
    """Carry out a booking; return its first transfer. Raises what the verbs document."""
    outcome = settle(booking)
    replayed = outcome["outcome"] == "replayed"
    return PostedTransfer(outcome["id"], date.fromisoformat(outcome["booked_on"]), replayed)


def settle(booking: Booking) -> dict[str, Any]:
    """Carry out a booking and return its outcome, "booked" or "replayed"; raise for any other."""
    try:
        outcome = carry_out(booking)
    except IntegrityError as error:
        if not any(key in str(error.orig) for key in _KEYS):
            raise
        raise RetryTransaction from error  # another transaction took the key since we looked: see what it booked
    if outcome["outcome"] not in ("booked", "replayed"):
        raise _refusal(booking, outcome)
    return outcome


def carry_out(booking: Booking) -> dict[str, Any]:
    """Write a booking whole and return its outcome, or write nothing and return what refuses it."""
    now = clock.now()
    body = booking.as_json() | {
        "today": clock.date_of(now).isoformat(),
        "now": now.astimezone(UTC).isoformat(),
        "stripe": random.randint(1, STRIPES),
    }
    with driver_connection() as connection:
        if dialect_name() == "sqlite":
            return store_sqlite.book(connection, body)
        outcome: dict[str, Any] = connection.execute(
            "SELECT ledger_book(%s)", (json.dumps(body),)
        ).fetchone()[0]
        return outcome


def hold_terms(hold_id: str) -> HoldTerms:
    """Return what never changes of a hold; whether it may still be settled is decided where it is."""
    with driver_connection() as connection:
        row = connection.execute(TERMS[dialect_name()], (hold_id,)).fetchone()
    if row is None:
        raise UnknownHold(hold_id)
    return HoldTerms(*row)


def lock_accounts(account_ids: Iterable[str]) -> dict[str, Account]:
    """Lock accounts in the order of their ids for what is not a booking; raises `UnknownAccount`."""
    wanted = sorted(set(account_ids))
    rows = session.scalars(
        select(Account)
        .where(Account.id.in_(wanted))
        .order_by(Account.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    accounts = {account.id: account for account in rows}
    for account_id in wanted:
        if account_id not in accounts:
            raise UnknownAccount(account_id)
    return accounts


def _refusal(booking: Booking, outcome: dict[str, Any]) -> LedgerError:
    """Return the exception for what the database refused."""
    subject = outcome.get("subject", "")
    match outcome["outcome"]:
        case "unknown account":
            return UnknownAccount(subject)
        case "account not open":
            return AccountNotOpen(subject, outcome["status"])
        case "no holds":
            return InvalidTransfer("a hold lies between members' accounts")
        case "limit":
            return CreditLimitExceeded(
                subject, Credits(outcome["left"]), Credits(booking.moves[subject].taken)
            )
        case "cap":
            return BalanceCapExceeded(
                subject, Credits(outcome["left"]), Credits(booking.moves[subject].given)
            )
        case "key of another":
            return IdempotencyConflict(subject)
        case "unknown hold":
            return UnknownHold(subject)
        case "hold settled":
            return HoldAlreadySettled(subject, outcome["status"])
        case "hold expired":
            return HoldExpired(subject)
    raise AssertionError(outcome)
