"""What the two companies write and hand each other beside a trade, and staff of both sides while it is disputed.

A message has a text, a file, or both. It is evidence: nobody changes or removes it, the database refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from barterweb import clock
from barterweb.actors import Actor
from barterweb.attachments import EXTENSIONS
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.members.models import Company, Person
from barterweb.notifications import service as notifications
from barterweb.trades.errors import MessagesClosed, MessagesFull
from barterweb.trades.models import Trade, TradeMessage
from barterweb.trades.policy import may_read_messages, may_write_message
from barterweb.trades.progress import lock_trade, tell
from barterweb.trades.queries import trade_for

LATEST = 5
PAGE_SIZE = 50
MOST = 1_000


@dataclass(frozen=True, slots=True)
class FileKept:
    """A file that lies in the archive under `sha256`: what it is, what it was sent as, how many bytes it has."""

    sha256: str
    mimetype: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Line:
    """One message as it is read; `company_name` is empty for staff."""

    id: str
    at: datetime
    company_id: str | None
    company_name: str
    person_name: str
    body: str
    file_name: str | None
    file_mimetype: str | None
    file_bytes: int | None

    @property
    def is_picture(self) -> bool:
        """Whether its file can be shown by a browser: a picture that was drawn anew."""
        return (self.file_mimetype or "").startswith("image/")


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of what is written beside a trade, the oldest first; `may_write` tells whether the reader may add to it."""

    lines: Sequence[Line]
    total: int
    number: int
    pages: int
    may_write: bool


@transaction
def write_message(*, actor: Actor, trade_id: str, message_id: str, body: str, file: FileKept | None) -> None:
    """Write beside a trade and tell the other side. The id comes with the form: the same message sent twice is one.

    Raises `NotFound` for who may not read there, `MessagesClosed`, `MessagesFull`.
    """
    trade = lock_trade(_read_by(trade_id, actor).id)
    if not may_write_message(trade, actor, clock.now()):
        raise MessagesClosed(trade.state)
    known = session.get(TradeMessage, message_id)
    if known is not None:
        if (known.trade_id, known.person_id) != (trade.id, actor.person_id):
            raise NotFound
        return
    if _total(trade.id) >= MOST:
        raise MessagesFull(MOST)
    session.add(
        TradeMessage(
            id=message_id,
            trade_id=trade.id,
            at=clock.now(),
            company_id=actor.company_id,
            person_id=actor.person_id,
            body=body,
            file_name=file.name if file else None,
            file_mimetype=file.mimetype if file else None,
            file_bytes=file.size if file else None,
            file_sha256=file.sha256 if file else None,
        )
    )
    notifications.mark_subject_read(person_id=actor.person_id, kind="message", subject_id=trade.id)
    tell(trade, "message", actor)


def thread_of(
    trade: Trade, actor: Actor, number: int | None = None, *, size: int = PAGE_SIZE
) -> Thread | None:
    """Return a page of messages, the last when no number is given; None for who does not read them. Raises `NotFound`."""
    if not may_read_messages(trade, actor):
        return None
    total = _total(trade.id)
    pages = max(1, -(-total // size))
    number = pages if number is None else number
    if not 1 <= number <= pages:
        raise NotFound
    lines = _lines(trade.id, (number - 1) * size, size)
    return Thread(lines, total, number, pages, may_write_message(trade, actor, clock.now()))


def latest_of(trade: Trade, actor: Actor) -> Thread | None:
    """Return the last `LATEST` messages; None for who does not read them."""
    if not may_read_messages(trade, actor):
        return None
    total = _total(trade.id)
    lines = _lines(trade.id, max(0, total - LATEST), LATEST)
    return Thread(lines, total, 1, 1, may_write_message(trade, actor, clock.now()))


def file_of(trade_id: str, message_id: str, actor: Actor) -> tuple[str, str, str]:
    """Return the SHA-256, MIME type and random download name of a message's file; raises `NotFound`."""
    trade = _read_by(trade_id, actor)
    message = session.get(TradeMessage, message_id)
    if (
        message is None
        or message.trade_id != trade.id
        or not message.file_sha256
        or not message.file_mimetype
    ):
        raise NotFound
    name = f"{message.id}.{EXTENSIONS[message.file_mimetype]}"
    return message.file_sha256, message.file_mimetype, name


def _read_by(trade_id: str, actor: Actor) -> Trade:
    trade = trade_for(trade_id, actor)
    if not may_read_messages(trade, actor):
        raise NotFound
    return trade


def _total(trade_id: str) -> int:
    return session.scalar(select(func.count()).where(TradeMessage.trade_id == trade_id)) or 0


def _lines(trade_id: str, offset: int, limit: int) -> list[Line]:
    rows = session.execute(
        select(TradeMessage, Person.name, Company.name)
        .join(Person, Person.id == TradeMessage.person_id)
        .outerjoin(Company, Company.id == TradeMessage.company_id)
        .where(TradeMessage.trade_id == trade_id)
        .order_by(TradeMessage.at, TradeMessage.id)
        .offset(offset)
        .limit(limit)
    )
    return [
        Line(
            id=row.id,
            at=row.at,
            company_id=row.company_id,
            company_name=company or "",
            person_name=person,
            body=row.body,
            file_name=row.file_name,
            file_mimetype=row.file_mimetype,
            file_bytes=row.file_bytes,
        )
        for row, person, company in rows
    ]
