"""Reading the outbox: what operator staff see of the letters."""

from collections.abc import Sequence

from sqlalchemy import select

from barterweb.actors import Actor
from barterweb.counts import BOUND, Count, count_up_to
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.outbox.models import STATUSES, OutboxMessage


def count_by_status(bound: int = BOUND) -> dict[str, Count]:
    """Return how many letters there are of each status, every status included; each counted up to `bound`."""
    return {
        status: count_up_to(select(OutboxMessage.id).where(OutboxMessage.status == status), bound)
        for status in STATUSES
    }


def latest_messages(*, status: str | None = None, limit: int, offset: int = 0) -> Sequence[OutboxMessage]:
    """Return letters, the newest first, of one status or of all."""
    query = select(OutboxMessage).order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
    if status is not None:
        query = query.where(OutboxMessage.status == status)
    return session.scalars(query.limit(limit).offset(offset)).all()


def message_for(message_id: str, actor: Actor) -> OutboxMessage:
    """Return one letter to operator staff; raises `NotFound` for anybody else and when there is none."""
    message = session.get(OutboxMessage, message_id) if actor.kind == "operator" else None
    if message is None:
        raise NotFound
    return message
