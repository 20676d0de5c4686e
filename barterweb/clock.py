"""The only place that asks what time it is.

Moments are aware UTC datetimes; dates are those of Europe/Paris, because a French invoice or statement carries the
date its reader saw on the wall.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_set_to: ContextVar[datetime | None] = ContextVar("clock_set_to", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _set_to.get() or datetime.now(UTC)


def today() -> date:
    """Return the present date in Europe/Paris."""
    return date_of(now())


def date_of(moment: datetime) -> date:
    """Return the Europe/Paris date of an aware moment."""
    return moment.astimezone(PARIS).date()


def start_of(day: date) -> datetime:
    """Return the first moment of a day in Europe/Paris, aware."""
    return datetime.combine(day, time.min, tzinfo=PARIS)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the clock to an aware `moment` within the block (tests and the demonstration network)."""
    if moment.tzinfo is None:
        raise ValueError("the clock takes aware moments only")
    token = _set_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)
