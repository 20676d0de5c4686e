"""The audit trail, read by those concerned."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select

from barterweb.db import session
from barterweb.members.models import (
    AuditEvent,
    Person,
)


def downloads_by_accountants(company_id: str) -> dict[str, tuple[int, datetime]]:
    """Return how many documents each accountant took from the company, and when last, by the accountant's person id."""
    rows = session.execute(
        select(AuditEvent.person_id, func.count(), func.max(AuditEvent.at))
        .where(AuditEvent.company_id == company_id, AuditEvent.kind == "download")
        .group_by(AuditEvent.person_id)
    )
    return {person_id: (count, last) for person_id, count, last in rows if person_id is not None}


def events_of_company(company_id: str, limit: int = 30) -> Sequence[Row[AuditEvent, str]]:
    """Return the latest audit events about a company with the name of who did each (empty for the site itself)."""
    return session.execute(
        select(AuditEvent, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.company_id == company_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    ).all()


def events_of_access(person_id: str, limit: int = 30) -> Sequence[AuditEvent]:
    """Return the latest events about a person's own access, for that person."""
    return session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == person_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    ).all()
