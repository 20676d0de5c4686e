"""How often something may be tried, counted in the database so that all processes and machines count together."""

import hashlib

from sqlalchemy import BigInteger, String, bindparam, delete, text

from barterweb import clock
from barterweb.db import Timestamp, require_transaction, session
from barterweb.errors import TooMany
from barterweb.security.facts import Limit
from barterweb.security.models import LimitCount

# One statement, so that of any number of simultaneous tries each gets a number of its own, on both databases.
_COUNT = (
    text(
        """
    INSERT INTO limit_counts (key, tried, ends_at) VALUES (:key, 1, :ends_at)
    ON CONFLICT (key) DO UPDATE SET
        tried = CASE WHEN limit_counts.ends_at <= :now THEN 1 ELSE limit_counts.tried + 1 END,
        ends_at = CASE WHEN limit_counts.ends_at <= :now THEN :ends_at ELSE limit_counts.ends_at END
    RETURNING tried, ends_at
    """
    )
    .bindparams(
        bindparam("key", type_=String),
        bindparam("ends_at", type_=Timestamp),
        bindparam("now", type_=Timestamp),
    )
    .columns(tried=BigInteger, ends_at=Timestamp)
)


def count(limit: Limit, subject: str) -> TooMany | None:
    """Count a try for a subject (an account, an address) within the caller's transaction; return the refusal, or None.

    It is returned and not raised, because the count must be committed: the verb raises it after its transaction.
    """
    require_transaction()
    now = clock.now()
    values = {"key": _key(limit, subject), "now": now, "ends_at": now + limit.period}
    tried, ends_at = session.execute(_COUNT, values).one()
    return TooMany(max(int((ends_at - now).total_seconds()), 1)) if tried > limit.times else None


def forgive(limit: Limit, subject: str) -> None:
    """Forget the tries of a subject: the last one succeeded."""
    require_transaction()
    session.execute(delete(LimitCount).where(LimitCount.key == _key(limit, subject)))


def give_back(limit: Limit, subject: str) -> None:
    """Take back one try of a subject that others share: it succeeded."""
    require_transaction()
    session.execute(
        text("UPDATE limit_counts SET tried = tried - 1 WHERE key = :key AND tried > 0"),
        {"key": _key(limit, subject)},
    )


def forget_old_counts() -> int:
    """Delete the counts whose period is over; return how many."""
    require_transaction()
    gone = delete(LimitCount).where(LimitCount.ends_at <= clock.now()).returning(LimitCount.key)
    return len(session.scalars(gone).all())


def _key(limit: Limit, subject: str) -> str:
    return hashlib.sha256(f"{limit.name}\n{subject}".encode()).hexdigest()
