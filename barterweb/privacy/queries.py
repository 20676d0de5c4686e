"""A copy of what the site holds about a person, found by the tables' own references: a new table cannot be forgotten."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, func, select

from barterweb import clock
from barterweb.db import Base, session
from barterweb.members import queries as members
from barterweb.members.models import AuditEvent, Company, Person, Role
from barterweb.members.queries import is_current

SECRETS = {
    "password_hash", "session_stamp", "token_hash", "mark_hash", "secret", "last_step", "code_hash", "credential_id",
    "public_key", "sign_count",
}  # fmt: skip
"""Columns that guard an access: they say nothing about the person, and would open it."""

ERASED_DOMAIN = "efface.invalid"
"""Where the address of somebody erased points: nowhere (RFC 2606)."""

_MOST_ROWS = 20_000


def own_data(person_id: str) -> dict[str, Any]:
    """Return everything that names a person, table by table (GDPR, art. 15 and 20): plain values, ready for JSON."""
    person = members.person(person_id)
    found: dict[str, Any] = {"personne": _plain(Person.__table__, person_id, "id")[0]}
    for table in Base.metadata.sorted_tables:
        for column in references_to_people(table):
            if rows := _plain(table, person_id, column.name):
                found[f"{table.name}.{column.name}"] = rows
        for column in addresses(table):
            if rows := _plain(table, person.email, column.name):
                found[f"{table.name}.{column.name}"] = rows
    if rows := _plain(AuditEvent.__table__, person_id, "subject"):
        found["audit_events.subject"] = rows
    return found


def references_to_people(table: Table) -> Iterator[Column[Any]]:
    """Yield the columns of a table that say which person did or is something."""
    for column in table.columns:
        if any(key.target_fullname == "people.id" for key in column.foreign_keys):
            yield column


def addresses(table: Table) -> Iterator[Column[Any]]:
    """Yield the columns of a table that hold a person's address beside their name: ``to_email`` beside ``to_name``."""
    for column in table.columns:
        prefix, _, rest = column.name.rpartition("_")
        if rest == "email" and prefix and f"{prefix}_name" in table.columns:
            yield column


def companies_left_without_administrator(person_id: str) -> tuple[str, ...]:
    """Return the names of the companies whose only administrator is this person."""
    administers = (Role.kind == "administrator") & is_current(clock.today())
    own = select(Role.company_id).where(Role.person_id == person_id, administers)
    lonely = (
        select(Role.company_id)
        .where(administers, Role.company_id.in_(own))
        .group_by(Role.company_id)
        .having(func.count(Role.person_id.distinct()) == 1)
    )
    names = select(Company.name).where(
        Company.id.in_(lonely), Company.status.in_(("active", "standby", "suspended"))
    )
    return tuple(session.scalars(names.order_by(Company.name)))


def people_to_forget(before: date) -> list[str]:
    """Return the ids of people whose last role ended before a day, and who are not erased yet."""
    current = select(Role.person_id).where(is_current(clock.today()))
    without_role = session.scalars(
        select(Role.person_id)
        .join(Person, Person.id == Role.person_id)
        .where(Role.person_id.not_in(current), Person.email.not_like(f"%@{ERASED_DOMAIN}"))
        .distinct()
    ).all()
    return [person_id for person_id in without_role if _ended(person_id) < before]


def _ended(person_id: str) -> date:
    """Return the day on which a person's last role ended."""
    rows = session.execute(select(Role.ends_on, Role.revoked_at).where(Role.person_id == person_id))
    ends = [
        min(end for end in (ends_on, clock.date_of(revoked_at) if revoked_at else None) if end is not None)
        for ends_on, revoked_at in rows
        if ends_on or revoked_at
    ]
    return max(ends, default=clock.today())


def _plain(table: Any, value: str, column: str) -> list[dict[str, Any]]:
    shown = [each for each in table.columns if each.name not in SECRETS]
    rows = session.execute(select(*shown).where(table.c[column] == value).limit(_MOST_ROWS)).mappings()
    return [{name: _readable(cell) for name, cell in row.items()} for row in rows]


def _readable(cell: Any) -> Any:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell if isinstance(cell, str | int | bool | dict | list | type(None)) else "…"
