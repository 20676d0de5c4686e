"""What a verb asks of the ledger, worked out as plain data: a `Booking`, which `store` carries out at once or refuses.

Limits are met where an account stands lowest, and ceilings where it stands highest, while the transfers of a booking follow
each other; what a hold reserved or promised before (`prepaid`) meets them no more.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from barterweb import ids
from barterweb.ledger.errors import InvalidTransfer
from barterweb.ledger.facts import Fee, Leg
from barterweb.money import MAX_CENTS

FEE_SUFFIX = ":fee:"
"""What tells the key of a fee from that of its transfer."""


@dataclass(frozen=True)
class NewTransfer:
    """A transfer to be written; the first of a booking carries the caller's key, the fees keys made from it."""

    id: str
    kind: str
    idempotency_key: str
    fingerprint: str
    reference: str
    wording: str
    reverses_id: str | None = None


def requested(
    kind: str, *, key: str, fingerprint: str, reference: str, wording: str, reverses_id: str | None = None
) -> NewTransfer:
    """Return the transfer a caller asks for under its own key; raises `ValueError` for the key of a fee."""
    if FEE_SUFFIX in key:
        raise ValueError(f"{key!r} looks like the key of a fee")
    return NewTransfer(ids.new_id("ope"), kind, key, fingerprint, reference, wording, reverses_id)


@dataclass
class Line:
    """An entry to be written: its amount, and what the account's balance has changed by then within this booking."""

    transfer_id: str
    amount: int
    running: int


@dataclass
class Move:
    """One account's part in a booking, in cents.

    `taken` is what must be available before it, `given` the room that must be left under the ceiling; `held` and `incoming`
    are added to what holds reserve and promise.
    """

    change: int = 0
    taken: int = 0
    given: int = 0
    held: int = 0
    incoming: int = 0
    lines: list[Line] = field(default_factory=list)

    def add(self, line_of: str, amount: int, *, prepaid: bool) -> None:
        """Append an entry of a transfer to this account."""
        self.change += amount
        self.lines.append(Line(line_of, amount, self.change))
        if not prepaid:
            self.taken, self.given = max(self.taken, -self.change), max(self.given, self.change)


class HoldTerms(NamedTuple):
    """What never changes of a hold, in cents: what it reserves of the payer, what it promises to the payee."""

    id: str
    payer_account_id: str
    payee_account_id: str
    amount_cents: int
    expected_cents: int
    reference: str


@dataclass
class Booking:
    """Everything one verb writes: transfers, the part of each account, and what becomes of a hold.

    `hold` is what `store` needs to place, post or release one. `thaws` lets it touch accounts that are not open, to give
    back what was reserved.
    """

    transfers: list[NewTransfer] = field(default_factory=list)
    moves: dict[str, Move] = field(default_factory=dict)
    hold: dict[str, Any] | None = None
    thaws: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the booking as `store` sends it."""
        return {
            "thaws": self.thaws,
            "hold": self.hold,
            "transfers": [transfer.__dict__ for transfer in self.transfers],
            "moves": {
                account_id: move.__dict__ | {"lines": [line.__dict__ for line in move.lines]}
                for account_id, move in self.moves.items()
            },
        }

    def move(self, account_id: str) -> Move:
        """Return the account's part, made when missing."""
        return self.moves.setdefault(account_id, Move())

    def add_transfer(self, transfer: NewTransfer, legs: Sequence[Leg], *, prepaid: bool = False) -> None:
        """Append a transfer with its entries; raises `InvalidTransfer`."""
        check_legs(legs)
        self.transfers.append(transfer)
        for leg in legs:
            self.move(leg.account_id).add(transfer.id, leg.amount.cents, prepaid=prepaid)

    def add_fees(self, fees: Sequence[Fee], *, prepaid: bool = False) -> None:
        """Append each fee as a transfer of its own, with the reference of the first; raises `InvalidTransfer`."""
        first = self.transfers[0]
        for number, fee in enumerate(fees, start=1):
            transfer = NewTransfer(
                id=ids.new_id("ope"),
                kind=fee.kind,
                idempotency_key=f"{first.idempotency_key}{FEE_SUFFIX}{number}",
                fingerprint=first.fingerprint,
                reference=first.reference,
                wording=fee.wording,
            )
            legs = [Leg(fee.payer_account_id, -fee.amount), Leg(fee.payee_account_id, fee.amount)]
            self.add_transfer(transfer, legs, prepaid=prepaid)


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


def charged(fees: Sequence[Fee]) -> list[list[object]]:
    """Return what identifies the fees, for a fingerprint."""
    return [[fee.payer_account_id, fee.payee_account_id, fee.amount.cents, fee.kind] for fee in fees]


def fingerprint_of(*body: object) -> str:
    """Return what tells one request from another under the same key."""
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()
