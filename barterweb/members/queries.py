"""Reading members: who acts, companies and clusters, applications, people and what happened."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from barterweb import clock
from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.facts import DirectorySearch, Hat, fold
from barterweb.members.models import (
    Application,
    AuditEvent,
    Cluster,
    Company,
    Invitation,
    Person,
    Region,
    RegionTerms,
    Role,
    company_clusters,
)
from barterweb.members.policy import PUBLIC_STATUSES, may_decide

_ORDER_OF_HATS = ("operator", "staff", "administrator", "trader", "accountant", "funder")
"""The hat worn first after signing in, until the person chooses."""

OPEN_STATUSES = ("received", "question")
DIRECTORY_PAGE_SIZE = 20


RoleRow = Row[*tuple[Any, ...]]
"""A role with the names that go with it: see `_current_roles`."""


# ---------------------------------------------------------------------------------------------- who acts


@dataclass(frozen=True, slots=True)
class _Held:
    """Roles that make one hat, with the actor they make."""

    role_ids: tuple[str, ...]
    actor: Actor
    company_names: tuple[str, ...]


def actor_for(person_id: str, stamp: str, role_id: str | None) -> Actor | None:
    """Return the actor of a session, in one query: who wears the chosen role, else the first by order of hats.

    None when the session is over (another stamp, a disabled person) or when no role of the person is current.
    """
    held = _held(_current_roles(Person.id == person_id, Person.session_stamp == stamp))
    chosen = next((hat for hat in held if role_id in hat.role_ids), None)
    return replace((chosen or held[0]).actor, has_several_roles=len(held) > 1) if held else None


def hats_of(person_id: str) -> list[Hat]:
    """Return what a person can act as, in the order of the role page."""
    return [
        Hat(hat.role_ids[0], hat.actor.kind, hat.actor.label, hat.company_names)
        for hat in _held(_current_roles(Person.id == person_id))
    ]


def is_current(on: date) -> ColumnElement[bool]:
    """Return the condition that a role has started, has not ended and is not revoked on that day."""
    return (
        (Role.starts_on <= on) & or_(Role.ends_on.is_(None), Role.ends_on >= on) & Role.revoked_at.is_(None)
    )


def _current_roles(*conditions: ColumnElement[bool]) -> Sequence[RoleRow]:
    return session.execute(
        select(
            Role,
            Person.name.label("person_name"),
            Company.name.label("company_name"),
            Cluster.name.label("cluster_name"),
            func.coalesce(Role.region_id, Cluster.region_id, Company.region_id).label("home_region_id"),
            Region.name.label("region_name"),
        )
        .join(Person, Person.id == Role.person_id)
        .outerjoin(Company, Company.id == Role.company_id)
        .outerjoin(Cluster, Cluster.id == Role.cluster_id)
        .outerjoin(Region, Region.id == Role.region_id)
        .where(*conditions, Person.disabled_at.is_(None), is_current(clock.today()))
        .order_by(Company.search_text, Cluster.name, Region.name, Role.id)
    ).all()


def _held(rows: Sequence[RoleRow]) -> list[_Held]:
    """Put roles together: one hat a company, cluster or region, and one for everything kept as an accountant."""
    groups: dict[tuple[str, str | None], list[RoleRow]] = defaultdict(list)
    for row in rows:
        if row.Role.kind in MEMBER_KINDS:
            groups["member", row.Role.company_id].append(row)
        elif row.Role.kind == "accountant":
            groups["accountant", None].append(row)
        else:
            groups[row.Role.kind, row.Role.cluster_id or row.Role.region_id].append(row)
    held = [_hat(group) for group in groups.values()]
    return sorted(held, key=lambda hat: _ORDER_OF_HATS.index(hat.actor.kind))


def _hat(rows: Sequence[RoleRow]) -> _Held:
    first = rows[0]
    kind = min((row.Role.kind for row in rows), key=_ORDER_OF_HATS.index)
    companies = {row.Role.company_id: row.company_name for row in rows if row.Role.company_id is not None}
    names = tuple(companies.values())
    actor = Actor(
        person_id=first.Role.person_id,
        person_name=first.person_name,
        kind=kind,
        label=_label(kind, names, first),
        company_id=first.Role.company_id if kind in MEMBER_KINDS else None,
        company_ids=frozenset(companies),
        cluster_id=first.Role.cluster_id,
        region_id=None if kind == "accountant" else first.home_region_id,
    )
    return _Held(tuple(row.Role.id for row in rows), actor, names)


def _label(kind: str, names: Sequence[str], row: RoleRow) -> str:
    if kind == "accountant":
        return f"Comptable de {names[0]}" if len(names) == 1 else f"Comptable de {len(names)} entreprises"
    return names[0] if names else row.cluster_name or row.region_name or "France Clusters"


def person_by_email(email: str) -> Person | None:
    """Return the person with this address (in its normal form), enabled or not."""
    return session.scalar(select(Person).where(Person.email == email))


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


def hash_of(token: str) -> str:
    """Return the form in which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


# ------------------------------------------------------------------------------------- regions and clusters


def terms_in_force(region_id: str, on: date) -> RegionTerms:
    """Return the fees and limits of a region on a day; raises `NotFound` when none had started."""
    terms = session.scalar(
        select(RegionTerms)
        .where(RegionTerms.region_id == region_id, RegionTerms.starts_on <= on)
        .order_by(RegionTerms.starts_on.desc())
        .limit(1)
    )
    if terms is None:
        raise NotFound
    return terms


def operator_account_id(kind: str, region_code: str) -> str:
    """Return the ledger's id of an operator account of a region; `kind` is commission, membership or reserve."""
    return f"operator_{kind}_{region_code.lower()}"


def regions() -> Sequence[Region]:
    """Return all regions by name."""
    return session.scalars(select(Region).order_by(Region.name)).all()


def clusters() -> Sequence[Cluster]:
    """Return all clusters with their regions, by region and name."""
    return session.scalars(
        select(Cluster).join(Region).options(joinedload(Cluster.region)).order_by(Region.name, Cluster.name)
    ).all()


def cluster_by_slug(slug: str) -> Cluster:
    """Return a cluster by the word that names it in addresses; raises `NotFound`."""
    cluster = session.scalar(select(Cluster).where(Cluster.slug == slug))
    if cluster is None:
        raise NotFound
    return cluster


# -------------------------------------------------------------------------------------------- companies


def company(company_id: str) -> Company:
    """Return a company whatever its status, for those who have been authorised; raises `NotFound`."""
    found = session.get(Company, company_id)
    if found is None:
        raise NotFound
    return found


def public_company(company_id: str) -> Company:
    """Return a company of the directory with its clusters; raises `NotFound` for the others."""
    found = session.scalar(
        _with_clusters(select(Company)).where(Company.id == company_id, Company.status.in_(PUBLIC_STATUSES))
    )
    if found is None:
        raise NotFound
    return found


def siret_is_known(siret: str) -> bool:
    """Tell whether a company holds this SIRET here; one that was refused does not."""
    return (
        session.scalar(select(Company.id).where(Company.siret == siret, Company.status != "refused"))
        is not None
    )


def directory(search: DirectorySearch, number: int) -> tuple[Sequence[Company], int]:
    """Return one page (counted from 1) of the companies found, by name, and how many there are in all."""
    found = _found(search)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(
        _with_clusters(select(Company))
        .where(Company.id.in_(found))
        .order_by(Company.search_text, Company.id)
        .limit(DIRECTORY_PAGE_SIZE)
        .offset((number - 1) * DIRECTORY_PAGE_SIZE)
    ).all()
    return rows, total


def _found(search: DirectorySearch) -> Select[str]:
    found = select(Company.id).where(Company.status.in_(PUBLIC_STATUSES))
    for word in fold(search.words).split():
        found = found.where(Company.search_text.contains(word, autoescape=True))
    if search.department:
        found = found.where(Company.department == search.department)
    if search.cluster_slug:
        found = found.where(Company.clusters.any(Cluster.slug == search.cluster_slug))
    return found


def departments() -> Sequence[str]:
    """Return the départements where the directory has companies, by name."""
    return session.scalars(
        select(Company.department)
        .where(Company.status.in_(PUBLIC_STATUSES))
        .distinct()
        .order_by(Company.department)
    ).all()


def public_company_count() -> int:
    """Return how many companies the directory has."""
    return session.scalar(select(func.count()).where(Company.status.in_(PUBLIC_STATUSES))) or 0


def _with_clusters(query: Select[Company]) -> Select[Company]:
    return query.options(selectinload(Company.clusters))


# ------------------------------------------------------------------------------------------ applications


def application_for(application_id: str, actor: Actor) -> Application:
    """Return an application with its company and clusters to staff who may decide on it; else raises `NotFound`."""
    found = application(application_id)
    if not may_decide([cluster.id for cluster in found.company.clusters], actor):
        raise NotFound
    return found


def application(application_id: str) -> Application:
    """Return an application to whoever holds the address of its receipt; raises `NotFound`."""
    found = session.scalar(_with_company(select(Application)).where(Application.id == application_id))
    if found is None:
        raise NotFound
    return found


def open_applications(actor: Actor) -> Sequence[Application]:
    """Return the applications that wait for this member of staff, oldest first."""
    query = _with_company(select(Application)).where(Application.status.in_(OPEN_STATUSES))
    if actor.kind != "operator":
        ours = select(company_clusters.c.company_id).where(company_clusters.c.cluster_id == actor.cluster_id)
        query = query.where(Application.company_id.in_(ours))
    return session.scalars(query.order_by(Application.created_at, Application.id)).all()


def _with_company(query: Select[Application]) -> Select[Application]:
    return query.options(joinedload(Application.company).selectinload(Company.clusters))


# ------------------------------------------------------------------------------- people and what happened


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


def events_of_company(company_id: str, limit: int = 30) -> Sequence[Row[AuditEvent, str]]:
    """Return the latest audit events about a company with the name of who did each (empty for the site itself)."""
    return session.execute(
        select(AuditEvent, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.company_id == company_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    ).all()
