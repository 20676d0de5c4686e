"""The audit trail, read by those concerned."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select

from barterweb.db import session
from barterweb.members.models import (
    AuditEvent,
    Person,
)


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
