"""Hashing and checking passwords, always outside write transactions. Why these costs: docs/decisions/0041-passwords.md."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from barterweb.members.facts import Subject, normal_email
from barterweb.members.queries import person_by_email

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Return what is stored of a password: argon2id with its own salt."""
    return _hasher.hash(_normal(password))


def check_password(*, email: str, password: str) -> Subject | None:
    """Return whom a new session belongs to, or None: nobody has the address, the password is wrong, or access is disabled.

    A password is hashed in every case, so that the time taken tells nothing about which one it was.
    """
    person = person_by_email(normal_email(email))
    stored = person.password_hash if person else None
    matches = _matches(stored or _NOBODYS_HASH, password)
    if person is None or stored is None or person.disabled_at is not None or not matches:
        return None
    return Subject(person.id, person.session_stamp)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """Write accents one way: keyboards differ in how they compose them (NIST SP 800-63B, § 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


_NOBODYS_HASH = hash_password(secrets.token_urlsafe())
