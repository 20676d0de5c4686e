"""The hash chain: each transfer is sealed, seconds after its commit, with the hash of itself and of the seal before it.

Sealing is a step of its own because a chain has one end: were it extended in the transaction that books, every trade would
wait for the one before it. What is not yet sealed stands in `ledger_unsealed`, written with the transfer. How an auditor
computes the same hashes: docs/ledger.md.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC

from sqlalchemy import ColumnElement, delete, func, insert, select, text

from barterweb import clock
from barterweb.db import dialect_name, require_transaction, session, transaction
from barterweb.ledger.facts import ChainHead, Finding
from barterweb.ledger.models import Entry, Seal, Transfer, Unsealed

BATCH = 500
FIRST = "0" * 64
"""What stands for the hash before the first seal."""

CHAINED = "each transfer is what was sealed"

_ONE_SEALER = 7_253_021  # an advisory lock of PostgreSQL; any number that nothing else here uses
_TRANSFER = (
    Transfer.id,
    Transfer.kind,
    Transfer.idempotency_key,
    Transfer.fingerprint,
    Transfer.reference,
    Transfer.wording,
    Transfer.booked_on,
    Transfer.created_at,
    Transfer.reverses_id,
)
_ENTRY = (
    Entry.account_id,
    Entry.stripe,
    Entry.sequence,
    Entry.amount_cents,
    Entry.balance_after_cents,
    Entry.booked_on,
)


def seal() -> int:
    """Seal the transfers that wait, at most `BATCH`, in the caller's transaction; return how many.

    Returns 0 while another process seals.
    """
    require_transaction()
    if dialect_name() == "postgresql" and not session.scalar(
        text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ONE_SEALER}
    ):
        return 0
    waiting = session.scalars(select(Unsealed.transfer_id).order_by(Unsealed.transfer_id).limit(BATCH)).all()
    if not waiting:
        return 0
    head = chain_head()
    position, last = (0, FIRST) if head is None else (head.position, head.hash)
    bodies = _bodies(Transfer.id.in_(waiting), Entry.transfer_id.in_(waiting))
    seals = []
    for transfer_id in waiting:
        position, last = position + 1, hash_of(last, bodies[transfer_id])
        seals.append(
            {"position": position, "transfer_id": transfer_id, "hash": last, "sealed_at": clock.now()}
        )
    session.execute(insert(Seal), seals)
    session.execute(delete(Unsealed).where(Unsealed.transfer_id.in_(waiting)))
    return len(seals)


def seal_all() -> int:
    """Seal everything that waits, batch by batch, each in a transaction of its own; return how many transfers.

    For a job every few seconds: what is sealed can no longer be changed unnoticed.
    """
    sealed = 0
    while batch := transaction(seal)():
        sealed += batch
    return sealed


def chain_head() -> ChainHead | None:
    """Return the last seal, which stands for the whole ledger up to it; None before the first."""
    row = session.execute(
        select(Seal.position, Seal.hash, Seal.sealed_at).order_by(Seal.position.desc()).limit(1)
    ).one_or_none()
    return None if row is None else ChainHead(*row)


def hash_of(previous: str, body: str) -> str:
    """Return the SHA-256, in hexadecimal, of the previous hash, a line feed and the transfer's body."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def broken_links(since: int, progress: Callable[[str], None]) -> Iterator[Finding]:
    """Compute the chain again from the seal after position `since` on; yield each transfer that is not what was sealed."""
    last = FIRST if since == 0 else session.scalar(select(Seal.hash).where(Seal.position == since)) or FIRST
    end = session.scalar(select(func.max(Seal.position))) or 0
    for start in range(since, end, BATCH):
        within = Seal.position.between(start + 1, start + BATCH)
        seals = session.execute(
            select(Seal.position, Seal.transfer_id, Seal.hash).where(within).order_by(Seal.position)
        ).all()
        sealed = select(Seal.transfer_id).where(within)
        bodies = _bodies(Transfer.id.in_(sealed), Entry.transfer_id.in_(sealed))
        found = {row.position: row for row in seals}
        for position in range(start + 1, min(start + BATCH, end) + 1):
            row = found.get(position)
            if row is None:
                yield Finding(CHAINED, f"seal {position}", "is missing")
                continue
            body = bodies.get(row.transfer_id)
            if body is None:
                yield Finding(CHAINED, row.transfer_id, f"sealed at position {position}, is missing")
            elif hash_of(last, body) != row.hash:
                yield Finding(
                    CHAINED, row.transfer_id, f"differs from what was sealed at position {position}"
                )
            last = row.hash
        if start // BATCH % 20 == 19:
            progress(f"{start + BATCH} of {end} seals")


def _bodies(transfers: ColumnElement[bool], entries: ColumnElement[bool]) -> dict[str, str]:
    """Return what is hashed of each transfer: a JSON array of its columns, then of its entries by account."""
    of_transfer: dict[str, list[Sequence[object]]] = defaultdict(list)
    rows = session.execute(select(Entry.transfer_id, *_ENTRY).where(entries).order_by(Entry.account_id))
    for transfer_id, *entry, booked_on in rows:
        of_transfer[transfer_id].append([*entry, booked_on.isoformat()])
    return {
        row.id: json.dumps(
            [
                *row[:6],
                row.booked_on.isoformat(),
                row.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
                row.reverses_id,
                of_transfer[row.id],
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row in session.execute(select(*_TRANSFER).where(transfers))
    }
