"""Verbs of the ledger. Each needs the caller's open transaction and writes all or nothing; `booking` writes the rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from barterweb import clock
from barterweb.db import require_transaction, session
from barterweb.ledger import booking
from barterweb.ledger.errors import (
    AccountExists,
    AccountNotEmpty,
    AccountNotOpen,
    HoldAlreadySettled,
    HoldExceeded,
    HoldExpired,
    IdempotencyConflict,
    InvalidTransfer,
    NotReversible,
    ReversalExceedsOriginal,
    UnknownHold,
    UnknownTransfer,
)
from barterweb.ledger.facts import Fee, Leg, PostedTransfer
from barterweb.ledger.models import Account, Entry, Hold, Transfer
from barterweb.money import Credits


def open_account(
    *,
    account_id: str,
    kind: str,
    name: str,
    credit_limit: Credits | None = None,
    balance_cap: Credits | None = None,
) -> None:
    """Open an account with a zero balance; None means no limit. Opening it twice alike does nothing.

    Raises `AccountExists` when the id is taken by an account of another kind.
    """
    require_transaction()
    existing = session.get(Account, account_id)
    if existing is not None:
        if existing.kind != kind:
            raise AccountExists(account_id)
        return
    session.add(
        Account(
            id=account_id,
            kind=kind,
            name=name,
            credit_limit_cents=None if credit_limit is None else credit_limit.cents,
            balance_cap_cents=None if balance_cap is None else balance_cap.cents,
            opened_at=clock.now(),
        )
    )
    session.flush()


def set_limits(*, account_id: str, credit_limit: Credits | None, balance_cap: Credits | None) -> None:
    """Change the credit limit and the ceiling. A balance already beyond them stays; new movements must respect them."""
    require_transaction()
    account = booking.lock_accounts([account_id])[account_id]
    account.credit_limit_cents = None if credit_limit is None else credit_limit.cents
    account.balance_cap_cents = None if balance_cap is None else balance_cap.cents


def set_frozen(*, account_id: str, frozen: bool) -> None:
    """Freeze an account (nothing new moves on it) or open it again; a closed account stays closed."""
    require_transaction()
    account = booking.lock_accounts([account_id])[account_id]
    if account.status == "closed":
        raise AccountNotOpen(account_id, account.status)
    account.status = "frozen" if frozen else "open"


def close_account(*, account_id: str) -> None:
    """Close an account for good. Raises `AccountNotEmpty` unless its balance and its holds are zero."""
    require_transaction()
    account = booking.lock_accounts([account_id])[account_id]
    if account.balance_cents or account.held_cents or account.incoming_cents:
        raise AccountNotEmpty(account_id, Credits(account.balance_cents))
    account.status = "closed"


def post_transfer(
    *, key: str, kind: str, legs: Sequence[Leg], reference: str, wording: str
) -> PostedTransfer:
    """Book a movement between accounts, today.

    `key` makes it idempotent: the same key with the same body returns the first result; with another body it raises
    `IdempotencyConflict`. Raises `InvalidTransfer`, `UnknownAccount`, `AccountNotOpen`, `CreditLimitExceeded`,
    `BalanceCapExceeded`.
    """
    require_transaction()
    booking.check_legs(legs)
    fingerprint = booking.fingerprint_of("transfer", kind, booking.canonical(legs), reference)
    accounts = booking.lock_accounts(leg.account_id for leg in legs)
    replayed = booking.replay(key, fingerprint)
    if replayed is not None:
        return replayed
    booking.require_open(accounts.values())
    return booking.book(accounts, key, kind, legs, reference, wording, fingerprint)


def place_hold(
    *,
    hold_id: str,
    payer_account_id: str,
    payee_account_id: str,
    amount: Credits,
    reference: str,
    expected: Credits | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Reserve `amount` on the payer's account and promise `expected` (by default the same) to the payee's.

    The id makes it idempotent like a transfer's key. Raises `InvalidTransfer`, `UnknownAccount`, `AccountNotOpen`,
    `CreditLimitExceeded`, `BalanceCapExceeded`, `IdempotencyConflict`.
    """
    require_transaction()
    promised = amount if expected is None else expected
    booking.check_legs([Leg(payer_account_id, -amount), Leg(payee_account_id, amount)])
    if not 1 <= promised.cents <= amount.cents:
        raise InvalidTransfer("a hold promises at least 0.01 and at most what it reserves")
    accounts = booking.lock_accounts([payer_account_id, payee_account_id])
    body = {
        "payer_account_id": payer_account_id,
        "payee_account_id": payee_account_id,
        "amount_cents": amount.cents,
        "expected_cents": promised.cents,
        "reference": reference,
    }
    existing = session.get(Hold, hold_id, populate_existing=True)
    if existing is not None:
        if any(getattr(existing, name) != value for name, value in body.items()):
            raise IdempotencyConflict(hold_id)
        return
    booking.require_open(accounts.values())
    booking.move(accounts[payer_account_id], held=amount)
    booking.move(accounts[payee_account_id], incoming=promised)
    session.add(Hold(id=hold_id, created_at=clock.now(), expires_at=expires_at, **body))
    session.flush()


def post_hold(
    *, key: str, hold_id: str, amount: Credits, kind: str, wording: str, fees: Sequence[Fee] = ()
) -> PostedTransfer:
    """Turn a hold into a transfer of `amount` from its payer to its payee; what is not posted is released.

    `fees` are booked with it, each as a transfer of its own, taken from the payee out of what it receives or from the payer
    out of what was reserved beyond `amount`; so nothing here meets a limit again, the hold having paid in advance. The key
    covers the whole. Raises `UnknownHold`, `HoldAlreadySettled`, `HoldExpired`, `HoldExceeded`, `InvalidTransfer`,
    `UnknownAccount`, `AccountNotOpen`, `IdempotencyConflict`.
    """
    require_transaction()
    known = _hold(hold_id)
    parties = (known.payer_account_id, known.payee_account_id)
    legs = [Leg(parties[0], -amount), Leg(parties[1], amount)]
    booking.check_legs(legs)
    charged = [[fee.payer_account_id, fee.payee_account_id, fee.amount.cents, fee.kind] for fee in fees]
    fingerprint = booking.fingerprint_of("hold", hold_id, kind, amount.cents, charged)
    accounts = booking.lock_accounts([*parties, *(fee.payee_account_id for fee in fees)])
    replayed = booking.replay(key, fingerprint)
    if replayed is not None:
        return replayed
    hold = _hold(hold_id)
    if hold.status != "held":
        raise HoldAlreadySettled(hold_id, hold.status)
    if hold.expires_at is not None and hold.expires_at <= clock.now():
        raise HoldExpired(hold_id)
    booking.require_open(accounts.values())
    _require_within_hold(hold, amount, fees)
    booking.free(hold, accounts)
    posted = booking.book(accounts, key, kind, legs, hold.reference, wording, fingerprint, prepaid=True)
    for number, fee in enumerate(fees, start=1):
        charge = [Leg(fee.payer_account_id, -fee.amount), Leg(fee.payee_account_id, fee.amount)]
        booking.check_legs(charge)
        fee_key = f"{key}:fee:{number}"
        booking.book(
            accounts, fee_key, fee.kind, charge, hold.reference, fee.wording, fingerprint, prepaid=True
        )
    hold.status, hold.settled_at, hold.transfer_id = "posted", clock.now(), posted.id
    session.flush()
    return posted


def release_hold(*, hold_id: str) -> None:
    """Give back what a hold reserved; releasing it twice does nothing. Works on frozen accounts too.

    Raises `UnknownHold`, and `HoldAlreadySettled` when it was posted.
    """
    require_transaction()
    known = _hold(hold_id)
    accounts = booking.lock_accounts([known.payer_account_id, known.payee_account_id])
    hold = _hold(hold_id)
    if hold.status == "posted":
        raise HoldAlreadySettled(hold_id, hold.status)
    if hold.status == "held":
        booking.free(hold, accounts)
        hold.status, hold.settled_at = "released", clock.now()
        session.flush()


def reverse_transfer(
    *, key: str, transfer_id: str, wording: str, legs: Sequence[Leg] | None = None
) -> PostedTransfer:
    """Undo a transfer by booking its opposite: wholly, or only the `legs` given (of opposite sign to the original's).

    The reversals of one transfer never undo more than it booked on any account. Raises `UnknownTransfer`,
    `NotReversible`, `ReversalExceedsOriginal` and what `post_transfer` raises.
    """
    require_transaction()
    original = session.get(Transfer, transfer_id)
    if original is None:
        raise UnknownTransfer(transfer_id)
    if original.reverses_id is not None:
        raise NotReversible(transfer_id)
    booked = dict(_sums_by_account([transfer_id]))
    chosen = (
        [Leg(account, Credits(-cents)) for account, cents in booked.items()] if legs is None else list(legs)
    )
    booking.check_legs(chosen)
    fingerprint = booking.fingerprint_of("reversal", transfer_id, booking.canonical(chosen))
    accounts = booking.lock_accounts([*booked, *(leg.account_id for leg in chosen)])
    replayed = booking.replay(key, fingerprint)
    if replayed is not None:
        return replayed
    booking.require_open(accounts.values())
    _require_within_original(transfer_id, booked, chosen)
    return booking.book(
        accounts, key, "reversal", chosen, original.reference, wording, fingerprint, reverses_id=transfer_id
    )


def _hold(hold_id: str) -> Hold:
    hold = session.get(Hold, hold_id, populate_existing=True)
    if hold is None:
        raise UnknownHold(hold_id)
    return hold


def _require_within_hold(hold: Hold, amount: Credits, fees: Sequence[Fee]) -> None:
    if amount.cents > hold.expected_cents:
        raise HoldExceeded(hold.id, Credits(hold.expected_cents), amount)
    funds = {hold.payer_account_id: Credits(hold.amount_cents) - amount, hold.payee_account_id: amount}
    for fee in fees:
        if fee.payer_account_id not in funds:
            raise InvalidTransfer("a fee is paid by the payer or the payee of the hold")
        funds[fee.payer_account_id] -= fee.amount
    for left in funds.values():
        if left < Credits(0):
            raise HoldExceeded(hold.id, Credits(hold.amount_cents), amount - left)


def _sums_by_account(transfer_ids: Sequence[str]) -> list[tuple[str, int]]:
    rows = session.execute(
        select(Entry.account_id, func.sum(Entry.amount_cents))
        .where(Entry.transfer_id.in_(transfer_ids))
        .group_by(Entry.account_id)
        .order_by(Entry.account_id)
    )
    return [(account_id, int(total)) for account_id, total in rows]


def _require_within_original(transfer_id: str, booked: dict[str, int], legs: Sequence[Leg]) -> None:
    earlier = session.scalars(select(Transfer.id).where(Transfer.reverses_id == transfer_id)).all()
    undone = dict(_sums_by_account(earlier)) if earlier else {}
    for leg in legs:
        left = booked.get(leg.account_id, 0) + undone.get(leg.account_id, 0) + leg.amount.cents
        original = booked.get(leg.account_id, 0)
        if not (0 <= left <= original if original > 0 else original <= left <= 0):
            raise ReversalExceedsOriginal(transfer_id, leg.account_id)
