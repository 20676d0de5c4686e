"""Sessions: begun with a fresh token, ended one by one or all at once, and the devices they were begun on."""

import secrets
from datetime import datetime

from sqlalchemy import delete, update

from barterweb import clock, ids
from barterweb.db import require_transaction, session
from barterweb.security.facts import ABSOLUTE, Begun, Visit
from barterweb.security.models import Device, Passkey, PersonSession, RecoveryCode, ResetLink, TotpKey
from barterweb.security.queries import hash_of


def begin_session(*, person_id: str, visit: Visit, strong: bool) -> Begun:
    """Write a new session, and note the device; `strong` tells whether a second factor was proven."""
    require_transaction()
    now, token = clock.now(), secrets.token_urlsafe(32)
    session.add(
        PersonSession(
            id=ids.new_id("ses"),
            token_hash=hash_of(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            strong_at=now if strong else None,
            browser=visit.browser[:60],
            address=visit.address[:45],
        )
    )
    return Begun(token, device_is_new=_note_device(person_id, visit, now))


def end_sessions(person_id: str, *, but: str | None = None) -> int:
    """End the sessions of a person, all or all but one; return how many."""
    return _end(PersonSession.person_id == person_id, PersonSession.id != (but or ""))


def end_session(session_id: str, person_id: str) -> bool:
    """End one session of a person; tell whether there was one to end."""
    return _end(PersonSession.id == session_id, PersonSession.person_id == person_id) > 0


def mark_seen(session_id: str) -> None:
    """Note that a session is being used."""
    require_transaction()
    session.execute(
        update(PersonSession).where(PersonSession.id == session_id).values(last_seen_at=clock.now())
    )


def mark_strong(session_id: str) -> None:
    """Note that a second factor was proven in a session."""
    require_transaction()
    session.execute(update(PersonSession).where(PersonSession.id == session_id).values(strong_at=clock.now()))


def forget_sessions(before: datetime) -> int:
    """Delete sessions that were over before a moment; return how many."""
    require_transaction()
    gone = delete(PersonSession).where(PersonSession.expires_at < before).returning(PersonSession.id)
    return len(session.scalars(gone).all())


def forget_devices(before: datetime) -> int:
    """Delete devices not seen since a moment; return how many."""
    require_transaction()
    gone = delete(Device).where(Device.last_seen_at < before).returning(Device.mark_hash)
    return len(session.scalars(gone).all())


def forget_person(person_id: str) -> None:
    """Delete everything that guarded a person's access: sessions, devices, factors, links."""
    require_transaction()
    for model in (PersonSession, Device, TotpKey, RecoveryCode, Passkey, ResetLink):
        session.execute(delete(model).where(model.person_id == person_id))


def _end(*conditions: object) -> int:
    require_transaction()
    ended = session.scalars(
        update(PersonSession)
        .where(PersonSession.ended_at.is_(None), *conditions)  # type: ignore[arg-type]
        .values(ended_at=clock.now())
        .returning(PersonSession.id)
    )
    return len(ended.all())


def _note_device(person_id: str, visit: Visit, now: datetime) -> bool:
    known = session.get(Device, (person_id, hash_of(visit.mark)))
    if known is not None:
        known.last_seen_at, known.browser = now, visit.browser[:60]
        return False
    session.add(
        Device(
            person_id=person_id,
            mark_hash=hash_of(visit.mark),
            browser=visit.browser[:60],
            first_seen_at=now,
            last_seen_at=now,
        )
    )
    return True
