"""Forgetting: a person who asks for it, and everything else when its time is over.

What the law makes us keep stays and points to a row that names nobody: the person's, with a pseudonym.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete, update

from barterweb import clock
from barterweb.db import Base, require_transaction, session, transaction
from barterweb.listings import saved
from barterweb.members.models import Application, AuditEvent, Invitation, Person, Role
from barterweb.members.service import record_access_event
from barterweb.notifications.models import Notification
from barterweb.outbox.models import OutboxMessage
from barterweb.privacy.errors import LastAdministrator
from barterweb.privacy.facts import RULES, rule
from barterweb.privacy.queries import (
    ERASED_DOMAIN,
    addresses,
    companies_left_without_administrator,
    own_data,
    people_to_forget,
)
from barterweb.security import service as guards

PSEUDONYM = "Personne effacée"


@transaction
def copy_own_data(*, person_id: str) -> dict[str, object]:
    """Return everything that names a person, and note that they took a copy."""
    record_access_event(person_id=person_id, kind="data_copied")
    session.flush()
    return own_data(person_id)


@transaction
def erase_person(*, person_id: str) -> None:
    """Replace a person by a pseudonym for ever: access closed, roles ended, factors and letters deleted (GDPR, art. 17).

    Raises `LastAdministrator` when a company would be left without one.
    """
    companies = companies_left_without_administrator(person_id)
    if companies:
        raise LastAdministrator(companies)
    _erase(person_id)


@transaction
def forget_what_is_over() -> int:
    """Execute the table of `facts.RULES`; return how many rows were deleted or pseudonymised."""
    now = clock.now()
    return sum(forget(now - rule(name).age) for name, forget in _BY_RULE.items())


def _erase(person_id: str) -> None:
    require_transaction()
    person = session.get_one(Person, person_id, with_for_update=True)
    pseudonym = f"{person.id.removeprefix('per_')}@{ERASED_DOMAIN}"
    session.execute(delete(OutboxMessage).where(OutboxMessage.to_email == person.email))
    for table in Base.metadata.sorted_tables:
        for column in addresses(table):
            name = column.name.removesuffix("_email") + "_name"
            session.execute(
                update(table).where(column == person.email).values({column.name: pseudonym, name: PSEUDONYM})
            )
    person.name, person.email, person.password_hash = PSEUDONYM, pseudonym, None
    person.disabled_at = person.disabled_at or clock.now()
    guards.forget_person(person_id)
    session.execute(delete(Invitation).where(Invitation.person_id == person_id))
    session.execute(delete(Notification).where(Notification.person_id == person_id))
    saved.forget_person(person_id)
    session.execute(
        update(Role)
        .where(Role.person_id == person_id, Role.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    record_access_event(person_id=person_id, kind="person_erased", by_owner=False)


def _forget_people(before: datetime) -> int:
    people = people_to_forget(clock.date_of(before))
    for person_id in people:
        _erase(person_id)
    return len(people)


def _forget_events(before: datetime) -> int:
    return _deleted(delete(AuditEvent).where(AuditEvent.at < before).returning(AuditEvent.id))


def _forget_letters(before: datetime) -> int:
    over = OutboxMessage.status.in_(("sent", "kept", "failed")) & (OutboxMessage.created_at < before)
    return _deleted(delete(OutboxMessage).where(over).returning(OutboxMessage.id))


def _forget_notifications(before: datetime) -> int:
    return _deleted(delete(Notification).where(Notification.created_at < before).returning(Notification.id))


def _forget_applicants(before: datetime) -> int:
    refused = (Application.status == "refused") & (Application.decided_at < before)
    named = Application.contact_name != PSEUDONYM
    gone = {"contact_name": PSEUDONYM, "contact_email": f"candidat@{ERASED_DOMAIN}"}
    return _deleted(update(Application).where(refused, named).values(gone).returning(Application.id))


def _forget_links(before: datetime) -> int:
    old = Invitation.expires_at < before
    invitations = _deleted(delete(Invitation).where(old).returning(Invitation.token_hash))
    return invitations + guards.forget_old_links(before) + guards.forget_old_counts()


def _deleted(statement: object) -> int:
    return len(session.scalars(statement).all())  # type: ignore[call-overload]


_BY_RULE: Mapping[str, Callable[[datetime], int]] = {
    "people": _forget_people,
    "sessions": guards.forget_sessions,
    "devices": guards.forget_devices,
    "events": _forget_events,
    "letters": _forget_letters,
    "notifications": _forget_notifications,
    "applications": _forget_applicants,
    "links": _forget_links,
}
assert set(_BY_RULE) == {each.name for each in RULES if each.days is not None}
