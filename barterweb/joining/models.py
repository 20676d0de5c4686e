"""Table of what applicants have typed so far."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp


class Draft(Model):
    """An application that is being written. Its id is that of the application it becomes, which is kept apart.

    `answers` holds what the steps brought, by name of field; `register` what the company register said of the SIRET. The
    link that proves the address is single-use: only the hash of its token is kept.
    """

    __tablename__ = "application_drafts"
    __table_args__ = (Index("ix_application_drafts_updated_at", "updated_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_email: Mapped[str] = mapped_column(String(254))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    register: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    token_hash: Mapped[str | None] = mapped_column(String(64))
    email_verified_at: Mapped[datetime | None] = mapped_column(Timestamp)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    updated_at: Mapped[datetime] = mapped_column(Timestamp)
    sent_at: Mapped[datetime | None] = mapped_column(Timestamp)
