"""Verbs of joining: begin a draft, keep what a step brings, prove the address, send, forget what was left."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from barterweb import clock
from barterweb.db import RetryTransaction, session, transaction
from barterweb.errors import NotFound
from barterweb.joining.errors import DraftSent, LinkOver
from barterweb.joining.facts import KEPT_DAYS
from barterweb.joining.models import Draft
from barterweb.joining.queries import draft_for_link
from barterweb.members.facts import Contact, normal_email
from barterweb.members.models import Application
from barterweb.outbox.service import queue_mail
from barterweb.security.queries import hash_of


@transaction
def begin_draft(*, draft_id: str, contact: Contact, via: str = "") -> None:
    """Begin an application, or correct who applies, and send the link that proves the address and leads back to it.

    The id comes with the form: sent twice it is one draft; another address is another proof. `via` is the word of the
    cluster whose framed page led here; correcting who applies does not change it. Raises `DraftSent`.
    """
    draft = session.get(Draft, draft_id, with_for_update=True)
    email, now = normal_email(contact.email), clock.now()
    if draft is None:
        draft = Draft(
            id=draft_id,
            contact_name="",
            contact_email="",
            answers={"via": via} if via else {},
            register={},
            created_at=now,
            updated_at=now,
        )
        session.add(draft)
    _require_open(draft)
    changed = draft.contact_email != email
    draft.contact_name, draft.contact_email, draft.updated_at = contact.name, email, now
    if changed:
        draft.email_verified_at = None
        _send_link(draft)
    try:
        session.flush()
    except IntegrityError as error:  # the same form arrived since we looked
        raise RetryTransaction from error


@transaction
def keep_answers(
    *, draft_id: str, answers: Mapping[str, Any], register: Mapping[str, str] | None = None
) -> None:
    """Keep what a step brought, by name of field; `register` is what a company register said, when it was asked.

    Raises `NotFound`, `DraftSent`.
    """
    draft = _locked(draft_id)
    draft.answers = {**draft.answers, **answers}
    if register is not None:
        draft.register = dict(register)
    draft.updated_at = clock.now()


@transaction
def send_link_again(*, draft_id: str) -> None:
    """Send the link once more, which ends the one before. Raises `NotFound`, `DraftSent`."""
    _send_link(_locked(draft_id))


@transaction
def verify_email(*, draft_id: str, token: str) -> Draft:
    """Note that the contact reads letters sent to their address, once. Raises `LinkOver`.

    The application that was already made of the draft learns it too.
    """
    draft = draft_for_link(draft_id, token)
    if draft is None:
        raise LinkOver
    session.refresh(draft, with_for_update=True)
    if draft.token_hash != hash_of(token):
        raise LinkOver
    draft.token_hash, draft.email_verified_at = None, clock.now()
    session.execute(
        update(Application)
        .where(Application.id == draft_id, Application.contact_email == draft.contact_email)
        .values(email_verified_at=draft.email_verified_at)
    )
    return draft


@transaction
def note_sent(*, draft_id: str) -> None:
    """Close the draft: it became an application. What was typed is forgotten, the application holds it now."""
    draft = session.get(Draft, draft_id, with_for_update=True)
    if draft is not None and draft.sent_at is None:
        draft.sent_at, draft.answers, draft.register = clock.now(), {}, {}


def forget_drafts() -> int:
    """Job: erase drafts that nobody touched for `KEPT_DAYS` days. Returns how many."""
    old = clock.now() - timedelta(days=KEPT_DAYS)
    ids = session.scalars(select(Draft.id).where(Draft.updated_at < old).order_by(Draft.id)).all()
    return sum(_forget(draft_id) for draft_id in ids)


@transaction
def _forget(draft_id: str) -> bool:
    old = clock.now() - timedelta(days=KEPT_DAYS)
    gone = session.execute(
        delete(Draft).where(Draft.id == draft_id, Draft.updated_at < old).returning(Draft.id)
    )
    return gone.scalar() is not None


def _send_link(draft: Draft) -> None:
    token = secrets.token_urlsafe(32)
    draft.token_hash = hash_of(token)
    queue_mail(
        to_email=draft.contact_email,
        to_name=draft.contact_name,
        kind="application_begun",
        payload={"url": f"/adhesion/{draft.id}/adresse/{token}"},
    )


def _locked(draft_id: str) -> Draft:
    draft = session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NotFound
    _require_open(draft)
    return draft


def _require_open(draft: Draft) -> None:
    if draft.sent_at is not None:
        raise DraftSent(draft.id)
