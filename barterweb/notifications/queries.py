"""Reading notifications: the list of one person for one company, by trade, and how many wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select

from barterweb.actors import Actor
from barterweb.db import session
from barterweb.notifications.facts import Told, read_date
from barterweb.notifications.models import Notification

PAGE_SIZE = 20
"""Trades and searches on a page."""

EARLIER = 9
"""How many of what came before the latest is shown of each."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What was told about one trade or saved search: the latest, some of what came before, how much of all is unread."""

    latest: Told
    earlier: tuple[Told, ...]
    total: int
    unread: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of what was told, by trade; of `total` trades and searches. `newest_unread_id` is None when all is read."""

    matters: tuple[Matter, ...]
    total: int
    unread: int
    newest_unread_id: str | None


_NEWEST_FIRST = (Notification.created_at.desc(), Notification.id.desc())

_UNREAD = select(func.count(Notification.id)).where(
    Notification.person_id == bindparam("person_id"),
    Notification.company_id == bindparam("company_id"),
    Notification.read_at.is_(None),
)
"""Built once: every page of a member asks it."""


def unread_count(person_id: str, company_id: str) -> int:
    """Return how many notifications the person has not read for this company: one look at an index."""
    return session.scalar(_UNREAD, {"person_id": person_id, "company_id": company_id}) or 0


def inbox(actor: Actor, number: int) -> Inbox:
    """Return the page `number`, from 1, of what the actor was told for the company acted for: unread, then newest, first."""
    mine = _of(actor.person_id, actor.member_company_id)
    told, read = func.count(), func.count(Notification.read_at)
    page = session.execute(
        select(Notification.subject_id, told, told - read)
        .where(mine)
        .group_by(Notification.subject_id)
        .order_by(told == read, func.max(Notification.created_at).desc(), Notification.subject_id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    found = _latest_of(mine, [subject_id for subject_id, _, _ in page])
    newest = (
        select(Notification.id)
        .where(mine & Notification.read_at.is_(None))
        .order_by(*_NEWEST_FIRST)
        .limit(1)
        .scalar_subquery()
    )
    total, unread, newest_id = session.execute(
        select(func.count(Notification.subject_id.distinct()), told - read, newest).where(mine)
    ).one()
    matters = tuple(
        Matter(found[subject_id][0], found[subject_id][1:], count, waiting)
        for subject_id, count, waiting in page
    )
    return Inbox(matters, total, unread, newest_id)


def _latest_of(mine: ColumnElement[bool], subject_ids: Sequence[str]) -> dict[str, tuple[Told, ...]]:
    """Return the latest notifications of each subject, newest first."""
    place = func.row_number().over(partition_by=Notification.subject_id, order_by=_NEWEST_FIRST)
    ranked = (
        select(Notification.id, place.label("place"))
        .where(mine, Notification.subject_id.in_(subject_ids))
        .subquery()
    )
    rows = session.scalars(
        select(Notification)
        .join(ranked, Notification.id == ranked.c.id)
        .where(ranked.c.place <= EARLIER + 1)
        .order_by(*_NEWEST_FIRST)
    )
    found: dict[str, tuple[Told, ...]] = {}
    for row in rows:
        found[row.subject_id] = (*found.get(row.subject_id, ()), _told(row))
    return found


def _of(person_id: str, company_id: str) -> ColumnElement[bool]:
    return (Notification.person_id == person_id) & (Notification.company_id == company_id)


def _told(row: Notification) -> Told:
    return Told(
        kind=row.kind,
        at=row.created_at,
        read=row.read_at is not None,
        subject_id=row.payload.get("trade_id", row.subject_id),
        title=row.payload["title"],
        counterparty=row.payload.get("counterparty", ""),
        amount_cents=int(row.payload.get("amount_cents", 0)),
        due_on=read_date(row.payload.get("due_on", "")),
        listings=int(row.payload.get("listings", 0)),
    )
