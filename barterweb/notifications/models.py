"""Table of notifications: what one person is told for one company."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp


class Notification(Model):
    """One event told to one person acting for one company; `subject_id` names what it is about, such as a trade.

    The payload is what the event was made of when it happened: text only, amounts in cents, dates as 2026-08-03.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_person_id_company_id_read_at", "person_id", "company_id", "read_at"),
        Index("ix_notifications_subject_id", "subject_id"),
        Index(
            "ix_notifications_by_subject",  # all that an inbox reads to group what was told
            *("person_id", "company_id", "subject_id", "created_at", "id", "read_at"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    read_at: Mapped[datetime | None] = mapped_column(Timestamp)
