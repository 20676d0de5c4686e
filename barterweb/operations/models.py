"""Table of the state of the site as a whole: one row, made by its migration."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp


class SiteState(Model):
    """Whether writes are refused, since when, by whom and why; and how far the ledger was found clean."""

    __tablename__ = "site_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    read_only_since: Mapped[datetime | None] = mapped_column(Timestamp)
    reason: Mapped[str] = mapped_column(String(500), default="")
    set_by: Mapped[str] = mapped_column(String(120), default="")
    verified_position: Mapped[int] = mapped_column(BigInteger, default=0)
    verified_at: Mapped[datetime | None] = mapped_column(Timestamp)
