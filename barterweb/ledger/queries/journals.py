"""The journal: transfers with their entries."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, tuple_

from barterweb.db import session
from barterweb.ledger.facts import JournalEntry, JournalLine
from barterweb.ledger.models import Account, Entry, Seal, Transfer, Unsealed

_TRANSFER = (
    Transfer.id,
    Transfer.kind,
    Transfer.booked_on,
    Transfer.created_at,
    Transfer.reference,
    Transfer.wording,
    Transfer.reverses_id,
)
_AT_ONCE = 1_000


def journal(
    *, limit: int, offset: int = 0, start: date | None = None, end: date | None = None
) -> list[JournalLine]:
    """Return transfers, newest first, with their entries; two queries."""
    newest_first = (Transfer.booked_on.desc(), Transfer.id.desc())
    query = select(*_TRANSFER).where(*_within(start, end)).order_by(*newest_first).limit(limit).offset(offset)
    return _with_entries(session.execute(query).all())


def journal_lines(start: date | None = None, end: date | None = None) -> Iterator[JournalLine]:
    """Yield the transfers of a period by day and id with their entries, reading a thousand at a time."""
    last: tuple[date, str] | None = None
    while True:
        query = select(*_TRANSFER).where(*_within(start, end)).order_by(Transfer.booked_on, Transfer.id)
        if last is not None:
            query = query.where(tuple_(Transfer.booked_on, Transfer.id) > last)
        transfers = session.execute(query.limit(_AT_ONCE)).all()
        if not transfers:
            return
        yield from _with_entries(transfers)
        last = transfers[-1].booked_on, transfers[-1].id


def journal_of(reference: str) -> list[JournalLine]:
    """Return the transfers with this reference, the oldest first, with their entries; two queries."""
    query = (
        select(*_TRANSFER).where(Transfer.reference == reference).order_by(Transfer.booked_on, Transfer.id)
    )
    return _with_entries(session.execute(query).all())


def journal_size(*, start: date | None = None, end: date | None = None) -> int:
    """Return the number of transfers booked in the period; without one, of all, which are not counted one by one.

    Each is sealed or waits for it, as `verify` proves, and seals are numbered from 1 without gap.
    """
    if start is None and end is None:
        sealed = select(func.coalesce(func.max(Seal.position), 0)).scalar_subquery()
        waiting = select(func.count()).select_from(Unsealed).scalar_subquery()
        return int(session.execute(select(sealed + waiting)).scalar_one())
    return session.scalar(select(func.count()).select_from(Transfer).where(*_within(start, end))) or 0


def _with_entries(transfers: Sequence[Row[*tuple[Any, ...]]]) -> list[JournalLine]:
    legs: dict[str, list[JournalEntry]] = defaultdict(list)
    for transfer_id, stripe, account_id, name, amount_cents, after_cents in session.execute(
        select(
            Entry.transfer_id,
            Entry.stripe,
            Entry.account_id,
            Account.name,
            Entry.amount_cents,
            Entry.balance_after_cents,
        )
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id.in_([transfer.id for transfer in transfers]))
        .order_by(Entry.amount_cents, Entry.account_id)
    ):
        after = None if stripe else after_cents
        legs[transfer_id].append(JournalEntry(account_id, name, amount_cents, after))
    return [
        JournalLine(
            t.id, t.kind, t.booked_on, t.created_at, t.reference, t.wording, t.reverses_id, tuple(legs[t.id])
        )
        for t in transfers
    ]


def _within(start: date | None, end: date | None) -> list[ColumnElement[bool]]:
    conditions = []
    if start is not None:
        conditions.append(Transfer.booked_on >= start)
    if end is not None:
        conditions.append(Transfer.booked_on <= end)
    return conditions
