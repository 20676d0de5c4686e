"""Reading what guards an access: a session of its token, a person's sessions, devices and factors."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, func, select

from barterweb import clock
from barterweb.db import session
from barterweb.security.facts import IDLE, Factors
from barterweb.security.models import Device, Passkey, PersonSession, RecoveryCode, ResetLink, TotpKey


def hash_of(token: str) -> str:
    """Return the form in which a token is stored: SHA-256, enough for values nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_open(
    now: datetime | BindParameter[datetime], idle_since: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Return the condition that a session has not ended, expired or been left idle, `IDLE` ago at the latest."""
    return (
        PersonSession.ended_at.is_(None)
        & (PersonSession.expires_at > now)
        & (PersonSession.last_seen_at > idle_since)
    )


def sessions_of(person_id: str) -> Sequence[PersonSession]:
    """Return the open sessions of a person, the one used last first."""
    now = clock.now()
    return session.scalars(
        select(PersonSession)
        .where(PersonSession.person_id == person_id, is_open(now, now - IDLE))
        .order_by(PersonSession.last_seen_at.desc(), PersonSession.id.desc())
    ).all()


def devices_of(person_id: str) -> Sequence[Device]:
    """Return the devices on which a person signed in, the latest first."""
    return session.scalars(
        select(Device)
        .where(Device.person_id == person_id)
        .order_by(Device.last_seen_at.desc(), Device.mark_hash)
    ).all()


def factors_of(person_id: str) -> Factors:
    """Return what a person has set up beside the password, in one query."""
    totp = select(func.count()).select_from(TotpKey).where(TotpKey.person_id == person_id).scalar_subquery()
    keys = select(func.count()).select_from(Passkey).where(Passkey.person_id == person_id).scalar_subquery()
    codes = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    row = session.execute(select(totp, keys, codes)).one()
    return Factors(totp=row[0] > 0, passkeys=row[1], recovery_codes=row[2])


def passkeys_of(person_id: str) -> Sequence[Passkey]:
    """Return the passkeys of a person, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)).all()


def passkey_by_credential(credential_id: bytes) -> Passkey | None:
    """Return the passkey with this credential id, whoever's."""
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def person_of_reset_link(token: str) -> str | None:
    """Return the id of the person whose password a link may change, or None: unknown, used and expired look alike."""
    return session.scalar(
        select(ResetLink.person_id).where(
            ResetLink.token_hash == hash_of(token),
            ResetLink.used_at.is_(None),
            ResetLink.expires_at > clock.now(),
        )
    )
