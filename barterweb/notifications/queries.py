"""Reading notifications: the list of one person for one company, and how many wait."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select

from barterweb.actors import Actor
from barterweb.db import session
from barterweb.notifications.facts import Told, read_date
from barterweb.notifications.models import Notification

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of notifications, unread ones first; `newest_unread_id` is None when all are read."""

    rows: tuple[Told, ...]
    total: int
    unread: int
    newest_unread_id: str | None


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
    newest_first = (Notification.created_at.desc(), Notification.id.desc())
    rows = session.scalars(
        select(Notification)
        .where(mine)
        .order_by(Notification.read_at.is_not(None), *newest_first)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    total, read = session.execute(select(func.count(), func.count(Notification.read_at)).where(mine)).one()
    unread = mine & Notification.read_at.is_(None)
    newest = session.scalar(select(Notification.id).where(unread).order_by(*newest_first).limit(1))
    return Inbox(tuple(map(_told, rows)), total, total - read, newest)


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
