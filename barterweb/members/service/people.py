"""People, the roles they hold and the invitations that let them in.

Nobody takes away a role of their own: whoever acts for a company as its administrator stays one, so there always is one.
"""

import secrets
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import RetryTransaction, require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.members.errors import EmailTaken, InvitationOver, OwnRole
from barterweb.members.facts import Invitee, Subject, normal_email
from barterweb.members.models import Company, Invitation, Person, Role
from barterweb.members.policy import may_administer
from barterweb.members.queries import invitation_for, is_current, person_by_email
from barterweb.members.service.access_events import record_access_event
from barterweb.members.service.audit import record_event
from barterweb.outbox.service import queue_mail
from barterweb.security import service as guards
from barterweb.security.queries import hash_of

INVITATION_DAYS = 14


@transaction
def create_person(*, email: str, name: str, password_hash: str | None = None) -> str:
    """Create a person and return the id; without a password nobody can sign in. Raises `EmailTaken`."""
    if person_by_email(normal_email(email)) is not None:
        raise EmailTaken(email)
    return add_person(email=email, name=name, password_hash=password_hash).id


@transaction
def set_password(*, person_id: str, password_hash: str) -> None:
    """Set a person's password (made by `hash_password`) and end all their sessions."""
    write_password(session.get_one(Person, person_id), password_hash)


@transaction
def disable_person(*, person_id: str) -> None:
    """Close a person's access at once, whatever their roles, and end all their sessions."""
    person = session.get_one(Person, person_id)
    person.disabled_at = clock.now()
    person.session_stamp = _new_stamp()
    guards.end_sessions(person_id)
    record_access_event(person_id=person_id, kind="access_disabled", by_owner=False)


@transaction
def grant_role(
    *,
    person_id: str,
    kind: str,
    company_id: str | None = None,
    cluster_id: str | None = None,
    region_id: str | None = None,
    ends_on: date | None = None,
) -> str:
    """Give a role from today on and return its id: traders, administrators and accountants for a company, staff for a
    cluster, funders for a region, operators for none. A role already held is kept, with the new end.
    """
    return add_role(
        person_id, kind, company_id=company_id, cluster_id=cluster_id, region_id=region_id, ends_on=ends_on
    ).id


@transaction
def invite_person(*, actor: Actor, invitee: Invitee) -> str:
    """Open the actor's company to a colleague or an accountant, by e-mail, and return the role's id.

    Somebody who is known here gets the role and a letter; others also choose a password first. Inviting again sends the
    letter again and takes over the new end.
    """
    company = _company_administered(actor)
    person = find_or_add_person(email=invitee.email, name=invitee.name)
    role = add_role(person.id, invitee.kind, company_id=company.id, ends_on=invitee.ends_on)
    kind = "accountant_invited" if invitee.kind == "accountant" else "invitation"
    send_invitation(person, company, kind=kind)
    record_event(
        actor=actor,
        kind=f"{invitee.kind}_invited",
        company_id=company.id,
        subject=role.id,
        detail=person.name,
    )
    return role.id


@transaction
def revoke_role(*, actor: Actor, role_id: str) -> None:
    """Take away a role in the actor's company, at once; twice is once. Raises `OwnRole`, `NotFound`.

    An administrator trades too: without the one, they keep nothing of the other.
    """
    company = _company_administered(actor)
    role = session.get(Role, role_id)
    if role is None or role.company_id != company.id:
        raise NotFound
    if role.person_id == actor.person_id:
        raise OwnRole(role_id)
    if role.revoked_at is not None:
        return
    ended = (role.kind, "trader") if role.kind == "administrator" else (role.kind,)
    session.execute(
        update(Role)
        .where(Role.person_id == role.person_id, Role.company_id == company.id, Role.kind.in_(ended))
        .where(Role.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    record_event(
        actor=actor,
        kind=f"{role.kind}_revoked",
        company_id=company.id,
        subject=role.id,
        detail=role.person.name,
    )


@transaction
def accept_invitation(*, token: str, password_hash: str) -> Subject:
    """Set the password of whoever holds an invitation's link, and return whom their session belongs to.

    The link and the person's other ones end. Raises `InvitationOver`.
    """
    invitation = invitation_for(token)
    if invitation is None:
        raise InvitationOver
    person = session.get_one(Person, invitation.person_id, with_for_update=True)
    used = session.execute(
        update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(Invitation.token_hash)
    ).scalars()
    if hash_of(token) not in used.all():  # the link was used in the moment between the two
        raise InvitationOver
    write_password(person, password_hash)
    record_access_event(person_id=person.id, kind="password_chosen")
    return Subject(person.id, person.session_stamp)


def add_person(*, email: str, name: str, password_hash: str | None = None) -> Person:
    """Write a person into the caller's transaction."""
    require_transaction()
    person = Person(
        id=ids.new_id("per"),
        email=normal_email(email),
        name=name,
        password_hash=password_hash,
        session_stamp=_new_stamp(),
        created_at=clock.now(),
    )
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else took the address since we looked
        raise RetryTransaction from error
    return person


def find_or_add_person(*, email: str, name: str) -> Person:
    """Return the person with this address, created in the caller's transaction when there is none."""
    return person_by_email(normal_email(email)) or add_person(email=email, name=name)


def add_role(
    person_id: str,
    kind: str,
    *,
    company_id: str | None = None,
    cluster_id: str | None = None,
    region_id: str | None = None,
    ends_on: date | None = None,
) -> Role:
    """Write a role into the caller's transaction, or return the current one of the same kind with the new end."""
    require_transaction()
    scope = {"company_id": company_id, "cluster_id": cluster_id, "region_id": region_id}
    role = session.scalar(
        select(Role)
        .where(Role.person_id == person_id, Role.kind == kind, is_current(clock.today()))
        .filter_by(**scope)
        .with_for_update()
    )
    if role is None:
        role = Role(id=ids.new_id("rol"), person_id=person_id, kind=kind, starts_on=clock.today(), **scope)
        session.add(role)
    role.ends_on = ends_on
    session.flush()
    return role


def send_invitation(person: Person, company: Company, *, kind: str) -> None:
    """Queue the letter that lets a person in: by a link to choose a password, or to sign in with the one they have."""
    require_transaction()
    url = "/connexion"
    if person.password_hash is None:
        token = secrets.token_urlsafe(32)
        now = clock.now()
        session.add(
            Invitation(
                token_hash=hash_of(token),
                person_id=person.id,
                created_at=now,
                expires_at=now + timedelta(days=INVITATION_DAYS),
            )
        )
        url = f"/invitation/{token}"
    queue_mail(
        to_email=person.email, to_name=person.name, kind=kind, payload={"company": company.name, "url": url}
    )


def _company_administered(actor: Actor) -> Company:
    """Lock and return the actor's company, provided that the actor administers it now; raises `NotFound`."""
    company_id = actor.company_id
    if company_id is None or not may_administer(company_id, actor):
        raise NotFound
    company = session.get_one(Company, company_id, with_for_update=True)
    still = select(Role.id).where(
        Role.person_id == actor.person_id,
        Role.company_id == company_id,
        Role.kind == "administrator",
        is_current(clock.today()),
    )
    if session.scalar(still) is None:
        raise NotFound
    return company


def write_password(person: Person, password_hash: str, *, kept_session: str | None = None) -> None:
    """Write a password into the caller's transaction; every session ends but the one it was changed in, every link too."""
    require_transaction()
    person.password_hash = password_hash
    person.session_stamp = _new_stamp()
    guards.end_sessions(person.id, but=kept_session)
    guards.forget_links(person.id)


def _new_stamp() -> str:
    return secrets.token_hex(16)
