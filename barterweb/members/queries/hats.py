"""Who acts: the hats a person can wear, made from their current roles."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, func, or_, select

from barterweb import clock
from barterweb.actors import MEMBER_KINDS, Actor, Signed
from barterweb.db import session
from barterweb.members.facts import Hat
from barterweb.members.models import (
    Cluster,
    Company,
    Person,
    Region,
    Role,
)
from barterweb.security.facts import IDLE
from barterweb.security.models import PersonSession
from barterweb.security.queries import hash_of, is_open

_ORDER_OF_HATS = ("operator", "staff", "administrator", "trader", "accountant", "funder")
"""The hat worn first after signing in, until the person chooses."""


RoleRow = Row[*tuple[Any, ...]]
"""A role with the names that go with it: see `_ROLES`."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Roles that make one hat, with the actor they make."""

    role_ids: tuple[str, ...]
    actor: Actor
    company_names: tuple[str, ...]


def actor_for(person_id: str, stamp: str, role_id: str | None) -> Actor | None:
    """Return whom a person acts as, in one query: who wears the chosen role, else the first by order of hats.

    None when the password changed since (another stamp), for a disabled person and when no role is current.
    """
    held = _held(_current(_OF_STAMP, person_id=person_id, stamp=stamp))
    chosen = next((hat for hat in held if role_id in hat.role_ids), None)
    return replace((chosen or held[0]).actor, has_several_roles=len(held) > 1) if held else None


def session_for(token: str, role_id: str | None) -> Signed | None:
    """Return the session of a token with who acts in it, in one query, as `actor_for` chooses the hat.

    None when there is no such session, when it is over, or when the person is disabled or has no current role.
    """
    now = clock.now()
    rows = _current(_OF_TOKEN, token_hash=hash_of(token), now=now, idle_since=now - IDLE)
    held = _held(rows)
    if not held:
        return None
    chosen = next((hat for hat in held if role_id in hat.role_ids), held[0])
    return Signed(
        actor=replace(chosen.actor, has_several_roles=len(held) > 1),
        session_id=rows[0].session_id,
        strong=rows[0].strong_at is not None,
        unseen_for=now - rows[0].last_seen_at,
    )


def hats_of(person_id: str) -> list[Hat]:
    """Return what a person can act as, in the order of the role page."""
    return [
        Hat(hat.role_ids[0], hat.actor.kind, hat.actor.label, hat.company_names)
        for hat in _held(_current(_OF_PERSON, person_id=person_id))
    ]


def actors_of(person_id: str) -> list[Actor]:
    """Return whom a person can act as today, one a hat; nobody when disabled."""
    return [hat.actor for hat in _held(_current(_OF_PERSON, person_id=person_id))]


def is_current(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a role has started, has not ended and is not revoked on that day."""
    return (
        (Role.starts_on <= on) & or_(Role.ends_on.is_(None), Role.ends_on >= on) & Role.revoked_at.is_(None)
    )


_ROLES = (
    select(
        Role.id,
        Role.kind,
        Role.person_id,
        Role.company_id,
        Role.cluster_id,
        Person.name.label("person_name"),
        Company.name.label("company_name"),
        Cluster.name.label("cluster_name"),
        func.coalesce(Role.region_id, Cluster.region_id, Company.region_id).label("home_region_id"),
        Role.region_id,
        Region.name.label("region_name"),
    )
    .join(Person, Person.id == Role.person_id)
    .outerjoin(Company, Company.id == Role.company_id)
    .outerjoin(Cluster, Cluster.id == Role.cluster_id)
    .outerjoin(Region, Region.id == Role.region_id)
    .where(Person.disabled_at.is_(None), is_current(bindparam("today")))
    .order_by(Company.search_text, Cluster.name, Region.name, Role.id)
)
_OF_PERSON = _ROLES.where(Person.id == bindparam("person_id"))
_OF_STAMP = _OF_PERSON.where(Person.session_stamp == bindparam("stamp"))
_OF_TOKEN = (
    _ROLES.join(PersonSession, PersonSession.person_id == Person.id)
    .add_columns(PersonSession.id.label("session_id"), PersonSession.strong_at, PersonSession.last_seen_at)
    .where(
        PersonSession.token_hash == bindparam("token_hash"),
        is_open(bindparam("now"), bindparam("idle_since")),
    )
)
"""Built once: one of them is asked by every request, and takes longer to build than to answer."""


def _current(query: Select[*tuple[Any, ...]], **asked: object) -> Sequence[RoleRow]:
    return session.execute(query, {"today": clock.today(), **asked}).all()


def _held(rows: Sequence[RoleRow]) -> list[_Held]:
    """Put roles together: one hat a company, cluster or region, and one for everything kept as an accountant."""
    groups: dict[tuple[str, str | None], list[RoleRow]] = defaultdict(list)
    for row in rows:
        if row.kind in MEMBER_KINDS:
            groups["member", row.company_id].append(row)
        elif row.kind == "accountant":
            groups["accountant", None].append(row)
        else:
            groups[row.kind, row.cluster_id or row.region_id].append(row)
    held = [_hat(group) for group in groups.values()]
    return sorted(held, key=lambda hat: _ORDER_OF_HATS.index(hat.actor.kind))


def _hat(rows: Sequence[RoleRow]) -> _Held:
    first = rows[0]
    kind = min((row.kind for row in rows), key=_ORDER_OF_HATS.index)
    companies = {row.company_id: row.company_name for row in rows if row.company_id is not None}
    names = tuple(companies.values())
    actor = Actor(
        person_id=first.person_id,
        person_name=first.person_name,
        kind=kind,
        label=_label(kind, names, first),
        company_id=first.company_id if kind in MEMBER_KINDS else None,
        company_ids=frozenset(companies),
        cluster_id=first.cluster_id,
        region_id=None if kind == "accountant" else first.home_region_id,
    )
    return _Held(tuple(row.id for row in rows), actor, names)


def _label(kind: str, names: Sequence[str], row: RoleRow) -> str:
    if kind == "accountant":
        return f"Comptable de {names[0]}" if len(names) == 1 else f"Comptable de {len(names)} entreprises"
    return names[0] if names else row.cluster_name or row.region_name or "France Clusters"
