"""How a movement is written: lock the accounts, check what moves, write the transfer and its entries.

Order of locks, everywhere: accounts by id, then what hangs on them (holds, transfers), which change only under the lock of
their accounts. So two transfers that cross wait for each other and never deadlock.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from barterweb import clock, ids
from barterweb.db import RetryTransaction, session
from barterweb.ledger.errors import (
    AccountNotOpen,
    BalanceCapExceeded,
    CreditLimitExceeded,
    IdempotencyConflict,
    InvalidTransfer,
    UnknownAccount,
)
from barterweb.ledger.facts import Leg, PostedTransfer
from barterweb.ledger.models import Account, Entry, Hold, Transfer
from barterweb.money import MAX_CENTS, Credits

NOTHING = Credits(0)
KEY_IS_UNIQUE = "uq_ledger_transfers_idempotency_key"


def check_legs(legs: Sequence[Leg]) -> None:
    """Raise `InvalidTransfer` unless the legs make a transfer: two accounts or more, amounts in bounds, sum zero."""
    if len({leg.account_id for leg in legs}) != len(legs) or len(legs) < 2:
        raise InvalidTransfer("a transfer has at least two legs, each on an account of its own")
    if any(not 1 <= abs(leg.amount.cents) <= MAX_CENTS for leg in legs):
        raise InvalidTransfer("each leg moves between 0.01 and 10,000,000,000 Barters")
    if sum(leg.amount.cents for leg in legs) != 0:
        raise InvalidTransfer("the legs must sum to zero")


def canonical(legs: Sequence[Leg]) -> list[list[object]]:
    """Return the legs in one order, for a fingerprint."""
    return sorted([leg.account_id, leg.amount.cents] for leg in legs)


def fingerprint_of(*body: object) -> str:
    """Return what tells one request from another under the same key."""
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def lock_accounts(account_ids: Iterable[str]) -> dict[str, Account]:
    """Lock the accounts in the order of their ids and return them as they are now."""
    wanted = sorted(set(account_ids))
    rows = session.scalars(
        select(Account)
        .where(Account.id.in_(wanted))
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    accounts = {account.id: account for account in rows}
    for account_id in wanted:
        if account_id not in accounts:
            raise UnknownAccount(account_id)
    return accounts


def require_open(accounts: Iterable[Account]) -> None:
    """Raise `AccountNotOpen` for the first frozen or closed account."""
    for account in accounts:
        if account.status != "open":
            raise AccountNotOpen(account.id, account.status)


def replay(key: str, fingerprint: str) -> PostedTransfer | None:
    """Return what this key posted before, if anything."""
    first = session.scalar(select(Transfer).where(Transfer.idempotency_key == key))
    if first is None:
        return None
    if first.fingerprint != fingerprint:
        raise IdempotencyConflict(key)
    return PostedTransfer(first.id, first.booked_on, replayed=True)


def free(hold: Hold, accounts: dict[str, Account]) -> None:
    """Take what a hold reserved and promised off its accounts."""
    accounts[hold.payer_account_id].held_cents -= hold.amount_cents
    accounts[hold.payee_account_id].incoming_cents -= hold.expected_cents


def move(
    account: Account,
    amount: Credits = NOTHING,
    *,
    held: Credits = NOTHING,
    incoming: Credits = NOTHING,
    prepaid: bool = False,
) -> None:
    """Change a locked account's balance and holds, refusing to pass its limits."""
    if not prepaid:
        taken, given = held - min(amount, NOTHING), incoming + max(amount, NOTHING)
        if account.credit_limit_cents is not None and taken:
            available = Credits(account.balance_cents + account.credit_limit_cents - account.held_cents)
            if taken > available:
                raise CreditLimitExceeded(account.id, available, taken)
        if account.balance_cap_cents is not None and given:
            room = Credits(account.balance_cap_cents - account.balance_cents - account.incoming_cents)
            if given > room:
                raise BalanceCapExceeded(account.id, room, given)
    account.balance_cents += amount.cents
    account.held_cents += held.cents
    account.incoming_cents += incoming.cents


def book(
    accounts: dict[str, Account],
    key: str,
    kind: str,
    legs: Sequence[Leg],
    reference: str,
    wording: str,
    fingerprint: str,
    *,
    reverses_id: str | None = None,
    prepaid: bool = False,
) -> PostedTransfer:
    """Write a transfer and its entries on accounts locked by the caller."""
    touched = [accounts[leg.account_id] for leg in legs]
    booked_on = max([clock.today(), *(a.last_booked_on for a in touched if a.last_booked_on)])
    transfer = Transfer(
        id=ids.new_id("ope"),
        kind=kind,
        idempotency_key=key,
        fingerprint=fingerprint,
        reference=reference,
        wording=wording,
        booked_on=booked_on,
        created_at=clock.now(),
        reverses_id=reverses_id,
    )
    session.add(transfer)
    try:
        session.flush()
    except IntegrityError as error:
        if KEY_IS_UNIQUE not in str(error.orig):
            raise
        raise RetryTransaction from error  # another transaction took the key since we looked: see what it booked
    for account, leg in zip(touched, legs, strict=True):
        move(account, leg.amount, prepaid=prepaid)
        account.last_sequence += 1
        account.last_booked_on = booked_on
        session.add(
            Entry(
                account_id=account.id,
                sequence=account.last_sequence,
                transfer_id=transfer.id,
                amount_cents=leg.amount.cents,
                balance_after_cents=account.balance_cents,
                booked_on=booked_on,
            )
        )
    session.flush()
    return PostedTransfer(transfer.id, booked_on)
