"""Forgotten passwords: a request is noted for any address alike, a job answers it, a link serves once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update

from barterweb import clock, ids
from barterweb.db import require_transaction, session
from barterweb.security.errors import LinkOver
from barterweb.security.facts import RESET_LASTS
from barterweb.security.models import ResetLink, ResetRequest
from barterweb.security.queries import hash_of, person_of_reset_link


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for its answer."""

    id: str
    email: str


def note_request(email: str) -> None:
    """Note that somebody asks for a new password for an address, whether anybody has it or not."""
    require_transaction()
    session.add(ResetRequest(id=ids.new_id("rst"), email=email[:254], created_at=clock.now()))


def take_requests() -> Sequence[Waiting]:
    """Take the requests that wait, out of the table: each is answered once. One address counts once."""
    require_transaction()
    taken = session.execute(delete(ResetRequest).returning(ResetRequest.id, ResetRequest.email)).all()
    return [Waiting(id_, email) for email, id_ in {email: id_ for id_, email in taken}.items()]


def new_link(person_id: str) -> str:
    """Make a link for a person, in place of the earlier ones; return its token, of which only the hash is kept."""
    require_transaction()
    forget_links(person_id)
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        ResetLink(
            token_hash=hash_of(token), person_id=person_id, created_at=now, expires_at=now + RESET_LASTS
        )
    )
    return token


def use_link(token: str) -> str:
    """Use a link up and return the id of its person. Raises `LinkOver`, also for the second of two at once."""
    require_transaction()
    person_id = person_of_reset_link(token)
    used = update(ResetLink).where(ResetLink.token_hash == hash_of(token), ResetLink.used_at.is_(None))
    if (
        person_id is None
        or session.scalar(used.values(used_at=clock.now()).returning(ResetLink.token_hash)) is None
    ):
        raise LinkOver
    return person_id


def forget_links(person_id: str) -> None:
    """Delete the links of a person: they open nothing any more."""
    require_transaction()
    session.execute(delete(ResetLink).where(ResetLink.person_id == person_id))


def forget_old_links(before: datetime) -> int:
    """Delete links that were over before a moment; return how many."""
    require_transaction()
    gone = delete(ResetLink).where(ResetLink.expires_at < before).returning(ResetLink.token_hash)
    return len(session.scalars(gone).all())
