"""Verbs of the ledger. Each needs the caller's open transaction and writes all or nothing; `store` writes the rows."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select

from barterweb import clock
from barterweb.db import require_transaction, session
from barterweb.ledger import store
from barterweb.ledger.booking import (
    Booking,
    HoldTerms,
    canonical,
    charged,
    check_legs,
    fingerprint_of,
    requested,
)
from barterweb.ledger.errors import (
    AccountExists,
    AccountNotEmpty,
    AccountNotOpen,
    HoldExceeded,
    InvalidTransfer,
    NotReversible,
    ReversalExceedsOriginal,
    UnknownTransfer,
)
from barterweb.ledger.facts import Fee, Leg, PostedTransfer
from barterweb.ledger.models import STRIPES, Account, Entry, Stripe, Transfer
from barterweb.ledger.queries import balance_of
from barterweb.money import Credits


def open_account(
    *,
    account_id: str,
    kind: str,
    name: str,
    credit_limit: Credits | None = None,
    balance_cap: Credits | None = None,
) -> None:
    """Open an account with a zero balance; None means no limit, which an account of the operator never has.

    Opening it twice alike does nothing. Raises `AccountExists` when the id is taken by an account of another kind.
    """
    require_transaction()
    if kind != "member" and (credit_limit, balance_cap) != (None, None):
        raise ValueError("an account of the operator has neither limit nor ceiling")
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
    if kind != "member":
        session.add_all(Stripe(account_id=account_id, stripe=number) for number in range(1, STRIPES + 1))
        session.flush()


def set_limits(*, account_id: str, credit_limit: Credits | None, balance_cap: Credits | None) -> None:
    """Change the credit limit and the ceiling. A balance already beyond them stays; new movements must respect them."""
    require_transaction()
    account = store.lock_accounts([account_id])[account_id]
    account.credit_limit_cents = None if credit_limit is None else credit_limit.cents
    account.balance_cap_cents = None if balance_cap is None else balance_cap.cents
    session.flush()


def set_frozen(*, account_id: str, frozen: bool) -> None:
    """Freeze an account (nothing new moves on it) or open it again; a closed account stays closed."""
    require_transaction()
    account = store.lock_accounts([account_id])[account_id]
    if account.status == "closed":
        raise AccountNotOpen(account_id, account.status)
    account.status = "frozen" if frozen else "open"
    session.flush()


def close_account(*, account_id: str) -> None:
    """Close an account for good. Raises `AccountNotEmpty` unless its balance and its holds are zero."""
    require_transaction()
    account = store.lock_accounts([account_id])[account_id]
    balance = Credits(balance_of(account_id))
    if balance or account.held_cents or account.incoming_cents:
        raise AccountNotEmpty(account_id, balance)
    account.status = "closed"
    session.flush()


def post_transfer(
    *, key: str, kind: str, legs: Sequence[Leg], reference: str, wording: str, fees: Sequence[Fee] = ()
) -> PostedTransfer:
    """Book a movement between accounts, today, and with it its `fees`, each as a transfer of its own.

    A fee is paid out of what its payer receives here, or on top of what it gives. `key` makes the whole idempotent: the same
    key with the same body returns the first result; with another body it raises `IdempotencyConflict`. Raises
    `InvalidTransfer`, `UnknownAccount`, `AccountNotOpen`, `CreditLimitExceeded`, `BalanceCapExceeded`.
    """
    require_transaction()
    transfer = requested(
        kind,
        key=key,
        fingerprint=fingerprint_of("transfer", kind, canonical(legs), reference, charged(fees)),
        reference=reference,
        wording=wording,
    )
    booking = Booking()
    booking.add_transfer(transfer, legs)
    booking.add_fees(fees)
    return store.book(booking)


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

    Both are members' accounts. The id makes it idempotent like a transfer's key. Raises `InvalidTransfer`,
    `UnknownAccount`, `AccountNotOpen`, `CreditLimitExceeded`, `BalanceCapExceeded`, `IdempotencyConflict`.
    """
    require_transaction()
    promised = amount if expected is None else expected
    check_legs([Leg(payer_account_id, -amount), Leg(payee_account_id, amount)])
    if not 1 <= promised.cents <= amount.cents:
        raise InvalidTransfer("a hold promises at least 0.01 and at most what it reserves")
    booking = Booking(
        hold={
            "action": "place",
            "id": hold_id,
            "payer_account_id": payer_account_id,
            "payee_account_id": payee_account_id,
            "amount_cents": amount.cents,
            "expected_cents": promised.cents,
            "reference": reference,
            "expires_at": None if expires_at is None else expires_at.astimezone(UTC).isoformat(),
        }
    )
    payer, payee = booking.move(payer_account_id), booking.move(payee_account_id)
    payer.held = payer.taken = amount.cents
    payee.incoming = payee.given = promised.cents
    store.settle(booking)


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
    hold = store.hold_terms(hold_id)
    transfer = requested(
        kind,
        key=key,
        fingerprint=fingerprint_of("hold", hold_id, kind, amount.cents, charged(fees)),
        reference=hold.reference,
        wording=wording,
    )
    booking = Booking(hold={"action": "post", "id": hold_id, "transfer_id": transfer.id})
    legs = [Leg(hold.payer_account_id, -amount), Leg(hold.payee_account_id, amount)]
    booking.add_transfer(transfer, legs, prepaid=True)
    _require_within_hold(hold, amount, fees)
    booking.add_fees(fees, prepaid=True)
    _free(booking, hold)
    return store.book(booking)


def release_hold(*, hold_id: str) -> None:
    """Give back what a hold reserved; releasing it twice does nothing. Works on frozen accounts too.

    Raises `UnknownHold`, and `HoldAlreadySettled` when it was posted.
    """
    require_transaction()
    booking = Booking(hold={"action": "release", "id": hold_id}, thaws=True)
    _free(booking, store.hold_terms(hold_id))
    store.settle(booking)


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
    booked = _sums_by_account([transfer_id])
    chosen = [Leg(account, Credits(-cents)) for account, cents in booked.items()] if legs is None else legs
    transfer = requested(
        "reversal",
        key=key,
        fingerprint=fingerprint_of("reversal", transfer_id, canonical(chosen)),
        reference=original.reference,
        wording=wording,
        reverses_id=transfer_id,
    )
    booking = Booking()
    booking.add_transfer(transfer, chosen)
    store.lock_accounts(
        [*booked, *booking.moves]
    )  # so that no other reversal of the same transfer passes between
    if not _is_booked(key):
        _require_within_original(transfer_id, booked, chosen)
    return store.book(booking)


def _is_booked(key: str) -> bool:
    return session.scalar(select(Transfer.id).where(Transfer.idempotency_key == key)) is not None


def _free(booking: Booking, hold: HoldTerms) -> None:
    """Take what the hold reserved and promised off its accounts."""
    booking.move(hold.payer_account_id).held = -hold.amount_cents
    booking.move(hold.payee_account_id).incoming = -hold.expected_cents


def _require_within_hold(hold: HoldTerms, amount: Credits, fees: Sequence[Fee]) -> None:
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


def _sums_by_account(transfer_ids: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(Entry.account_id, func.sum(Entry.amount_cents))
        .where(Entry.transfer_id.in_(transfer_ids))
        .group_by(Entry.account_id)
        .order_by(Entry.account_id)
    )
    return {account_id: int(total) for account_id, total in rows}


def _require_within_original(transfer_id: str, booked: dict[str, int], legs: Sequence[Leg]) -> None:
    earlier = session.scalars(select(Transfer.id).where(Transfer.reverses_id == transfer_id)).all()
    undone = _sums_by_account(earlier)
    for leg in legs:
        left = booked.get(leg.account_id, 0) + undone.get(leg.account_id, 0) + leg.amount.cents
        original = booked.get(leg.account_id, 0)
        if not (0 <= left <= original if original > 0 else original <= left <= 0):
            raise ReversalExceedsOriginal(transfer_id, leg.account_id)
