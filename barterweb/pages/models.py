"""The table of legal notices."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp


class LegalNotice(Model):
    """Who publishes the site and who hosts it, from a day on (loi n° 2004-575, art. 1-1). Only ever inserted.

    Of two for the same day the one set last holds.
    """

    __tablename__ = "legal_notices"
    __table_args__ = (Index("ix_legal_notices_starts_on", "starts_on"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    starts_on: Mapped[date] = mapped_column(Date)
    publisher: Mapped[str] = mapped_column(String(160))
    registration: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254))
    director: Mapped[str] = mapped_column(String(120))
    host_name: Mapped[str] = mapped_column(String(160))
    host_address: Mapped[str] = mapped_column(String(300))
    host_phone: Mapped[str] = mapped_column(String(30))
    set_at: Mapped[datetime] = mapped_column(Timestamp)
    set_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
