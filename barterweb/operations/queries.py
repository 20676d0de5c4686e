"""Whether the site is read-only: asked by every write and every page, so each process remembers it for two seconds."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from barterweb.db import SiteReadOnly, memory, session
from barterweb.operations.models import SiteState

REMEMBERED_SECONDS = 2
_KEY = "read_only"


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """Since when, why and by whom writes are refused."""

    since: datetime
    reason: str
    set_by: str


def read_only() -> ReadOnly | None:
    """Return why the site is read-only, None when it is not; at most two seconds old."""
    state: ReadOnly | None
    until, state = memory().get(_KEY, (0.0, None))
    if until < time.monotonic():
        state = _read()
        memory()[_KEY] = time.monotonic() + REMEMBERED_SECONDS, state
    return state


def forget() -> None:
    """Ask the database again next time: this process has just changed the state."""
    memory().pop(_KEY, None)


def refuse_when_read_only() -> None:
    """Raise `SiteReadOnly` while writes are refused."""
    state = read_only()
    if state is not None:
        raise SiteReadOnly(state.reason)


def _read() -> ReadOnly | None:
    columns = select(SiteState.read_only_since, SiteState.reason, SiteState.set_by)
    with session.no_autoflush:
        since, reason, set_by = session.execute(columns).one()
    return None if since is None else ReadOnly(since, reason, set_by)
