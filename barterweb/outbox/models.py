"""Table of the e-mails that wait, left, were kept or were given up."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp

STATUSES = ("waiting", "sent", "kept", "failed")


class OutboxMessage(Model):
    """One e-mail to one person. `next_attempt_at` is also the end of the sender's claim while it is being sent."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'sent', 'kept', 'failed')", name="status"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(status IN ('sent', 'kept')) = (sent_at IS NOT NULL)", name="sent_at"),
        Index("ix_outbox_messages_status_next_attempt_at", "status", "next_attempt_at"),
        Index("ix_outbox_messages_created_at", "created_at"),
        Index("ix_outbox_messages_status_created_at", "status", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    to_email: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, str]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Timestamp)
    last_error: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    sent_at: Mapped[datetime | None] = mapped_column(Timestamp)
