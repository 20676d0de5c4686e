"""Verbs of notifications: tell a company's people what happened, and take note that one of them has read it."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, update

from barterweb import clock
from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members import queries as members
from barterweb.notifications.facts import NOT_AGAIN_WITHIN, URGENT_KINDS, require_payload
from barterweb.notifications.models import Notification
from barterweb.outbox import service as outbox


def notify_company(
    *,
    company_id: str,
    kind: str,
    subject_id: str,
    payload: Mapping[str, str],
    except_person_id: str | None = None,
    kinds: Collection[str] = MEMBER_KINDS,
) -> None:
    """Tell the people of a company who hold one of these roles, within the caller's transaction; urgent kinds by e-mail too.

    `except_person_id` is whoever did it and knows; kinds of `facts.NOT_AGAIN_WITHIN` spare whom they told lately.
    `payload` holds `facts.PAYLOAD_KEYS`. Raises `TransactionMisuse` outside of a transaction, `UnknownNotification` for a
    kind or payload no sentence fits, `NotFound` for no company.
    """
    require_transaction()
    require_payload(kind, payload)
    company = members.company(company_id)
    spared = {except_person_id, *_told_lately(company_id, kind, subject_id)}
    for person in members.members_of(company_id, kinds):
        if person.id in spared:
            continue
        notify_person(
            person_id=person.id, company_id=company_id, kind=kind, subject_id=subject_id, payload=payload
        )
        if kind in URGENT_KINDS:
            letter = {**payload, "company": company.name}
            outbox.queue_mail(to_email=person.email, to_name=person.name, kind=kind, payload=letter)


def notify_person(
    *, person_id: str, company_id: str, kind: str, subject_id: str, payload: Mapping[str, str]
) -> None:
    """Tell one person, acting for a company, in the application only, within the caller's transaction.

    Raises `TransactionMisuse` outside of a transaction, `UnknownNotification`.
    """
    require_transaction()
    require_payload(kind, payload)
    session.add(
        Notification(
            id=new_id("ntf"),
            person_id=person_id,
            company_id=company_id,
            kind=kind,
            subject_id=subject_id,
            payload=dict(payload),
            created_at=clock.now(),
        )
    )


def write_to_company(
    *, company_id: str, kind: str, payload: Mapping[str, str], kinds: Collection[str] = MEMBER_KINDS
) -> None:
    """Write a letter to the people of a company who hold one of these roles, within the caller's transaction.

    The letter holds the payload and nothing more. Raises `TransactionMisuse`, `IncompletePayload`.
    """
    for person in members.members_of(company_id, kinds):
        outbox.queue_mail(to_email=person.email, to_name=person.name, kind=kind, payload=payload)


def mark_subject_read(*, person_id: str, kind: str, subject_id: str) -> None:
    """Mark as read what a person was told of this kind about one thing, within the caller's transaction."""
    require_transaction()
    about = (Notification.subject_id == subject_id) & (Notification.kind == kind)
    unread = (Notification.person_id == person_id) & Notification.read_at.is_(None)
    session.execute(update(Notification).where(about, unread).values(read_at=clock.now()))


def _told_lately(company_id: str, kind: str, subject_id: str) -> Collection[str]:
    """Return who of a company has not read yet that it was told the same lately."""
    if kind not in NOT_AGAIN_WITHIN:
        return ()
    about = (Notification.subject_id == subject_id) & (Notification.kind == kind)
    lately = Notification.created_at > clock.now() - NOT_AGAIN_WITHIN[kind]
    unread = (Notification.company_id == company_id) & Notification.read_at.is_(None)
    return session.scalars(select(Notification.person_id).where(about, unread, lately)).all()


@transaction
def mark_read(*, actor: Actor, newest_id: str) -> None:
    """Mark the actor's notifications as read up to the newest one that was displayed; later ones stay unread.

    Raises `NotFound` when that notification is not the actor's.
    """
    mine = (Notification.person_id == actor.person_id) & (Notification.company_id == actor.company_id)
    displayed_at = session.scalar(select(Notification.created_at).where(mine, Notification.id == newest_id))
    if displayed_at is None:
        raise NotFound
    session.execute(
        update(Notification)
        .where(mine, Notification.read_at.is_(None), Notification.created_at <= displayed_at)
        .values(read_at=clock.now())
    )
