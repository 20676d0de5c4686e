"""Tables of sessions, devices, second factors, single-use links and limits. Nothing here opens anything by itself: of tokens
and codes only hashes are kept.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp


class PersonSession(Model):
    """One browser signed in as one person. It is over once `ended_at` is set, at `expires_at`, or when left idle.

    `strong_at` is when a second factor was last proven in it. `last_seen_at` is exact to a few minutes.
    """

    __tablename__ = "person_sessions"
    __table_args__ = (Index("ix_person_sessions_expires_at", "expires_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    last_seen_at: Mapped[datetime] = mapped_column(Timestamp)
    expires_at: Mapped[datetime] = mapped_column(Timestamp)
    ended_at: Mapped[datetime | None] = mapped_column(Timestamp)
    strong_at: Mapped[datetime | None] = mapped_column(Timestamp)
    browser: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(45))


class Device(Model):
    """A browser in which a person signed in before, known by a random value that its session cookie carries."""

    __tablename__ = "person_devices"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    mark_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(60))
    first_seen_at: Mapped[datetime] = mapped_column(Timestamp)
    last_seen_at: Mapped[datetime] = mapped_column(Timestamp)


class TotpKey(Model):
    """The secret a person shares with their authenticator, and the last time step whose code was taken (RFC 6238)."""

    __tablename__ = "totp_keys"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Timestamp)


class RecoveryCode(Model):
    """A code that stands in once for a lost second factor."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(Timestamp)


class Passkey(Model):
    """A WebAuthn credential: its public key and the counter it last showed."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(2048))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    last_used_at: Mapped[datetime | None] = mapped_column(Timestamp)


class ResetRequest(Model):
    """Somebody asked for a new password for an address, known or not; a job answers, so that the page cannot tell."""

    __tablename__ = "reset_requests"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Timestamp)


class ResetLink(Model):
    """A link to choose another password: single use, short-lived, only its hash is kept."""

    __tablename__ = "reset_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    expires_at: Mapped[datetime] = mapped_column(Timestamp)
    used_at: Mapped[datetime | None] = mapped_column(Timestamp)


class LimitCount(Model):
    """How often something was tried since the first time within its period. The key is a hash: no address is kept."""

    __tablename__ = "limit_counts"
    __table_args__ = (
        CheckConstraint("tried >= 0", name="tried"),
        Index("ix_limit_counts_ends_at", "ends_at"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tried: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[datetime] = mapped_column(Timestamp)
