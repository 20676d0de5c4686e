"""People: by address or invitation, and those who hold a role in a company or for the operator."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from barterweb import clock
from barterweb.actors import MEMBER_KINDS
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.models import (
    Invitation,
    Person,
    Role,
)
from barterweb.members.queries.hats import is_current
from barterweb.security import queries as guards
from barterweb.security.queries import hash_of


def person_by_email(email: str) -> Person | None:
    """Return the person with this address (in its normal form), enabled or not."""
    return session.scalar(select(Person).where(Person.email == email))


def person(person_id: str) -> Person:
    """Return a person, for those who have been authorised; raises `NotFound`."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def person_of_reset_link(token: str) -> Person | None:
    """Return the enabled person whose password a link may change, or None: unknown, used and expired look alike."""
    person_id = guards.person_of_reset_link(token)
    found = session.get(Person, person_id) if person_id else None
    return found if found and found.disabled_at is None else None


def invitation_for(token: str) -> Invitation | None:
    """Return the invitation a link opens, with its person, or None: unknown, used and expired look alike."""
    return session.scalar(
        select(Invitation)
        .join(Invitation.person)
        .options(contains_eager(Invitation.person))
        .where(
            Invitation.token_hash == hash_of(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
            Person.disabled_at.is_(None),
        )
    )


def accesses_to_company(company_id: str) -> list[Role]:
    """Return the current roles in a company with their people, by name.

    Administrators trade too: whoever is both appears once, as an administrator.
    """
    roles = session.scalars(
        select(Role)
        .join(Role.person)
        .options(contains_eager(Role.person))
        .where(Role.company_id == company_id, is_current(clock.today()))
        .order_by(Person.name, Person.id)
    ).all()
    administrators = {role.person_id for role in roles if role.kind == "administrator"}
    return [role for role in roles if role.kind != "trader" or role.person_id not in administrators]


def operators() -> Sequence[Person]:
    """Return the operator's staff of today, by name."""
    current = select(Role.person_id).where(Role.kind == "operator", is_current(clock.today()))
    return session.scalars(select(Person).where(Person.id.in_(current)).order_by(Person.name)).all()


def members_of(company_id: str, kinds: Collection[str] = MEMBER_KINDS) -> Sequence[Person]:
    """Return the enabled people who now hold one of these roles in a company: those to notify."""
    holders = select(Role.person_id).where(
        Role.company_id == company_id, Role.kind.in_(kinds), is_current(clock.today())
    )
    return session.scalars(
        select(Person)
        .where(Person.id.in_(holders), Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
    ).all()
