"""Tables of requests for credit, and of what is owed in euros when an account is cleared otherwise than by trade."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barterweb.db import Model, Timestamp
from barterweb.members.models import Company


class CreditRequest(Model):
    """A company's request for another credit line, with its figures, and what the operator decided.

    `turnover_cents` is in cents of euro a year; lines are in cents of Barter. At most one request of a company waits.
    """

    __tablename__ = "credit_requests"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'granted', 'refused', 'withdrawn')", name="status"),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(status = 'granted') = (granted_cents IS NOT NULL)", name="granted"),
        CheckConstraint("wanted_cents >= 1 AND turnover_cents >= 1", name="figures"),
        Index("ix_credit_requests_status_asked_at", "status", "asked_at"),
        Index("ix_credit_requests_company_id_asked_at", "company_id", "asked_at"),
        Index("ix_credit_requests_decided_at", "decided_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(Timestamp)
    wanted_cents: Mapped[int] = mapped_column(BigInteger)
    turnover_cents: Mapped[int] = mapped_column(BigInteger)
    sells: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(9), default="waiting")
    granted_cents: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Timestamp)

    company: Mapped[Company] = relationship()


class Claim(Model):
    """What a company that left or failed owes the operator in euros: its negative balance on a day; one of each kind."""

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("company_id", "kind"),
        CheckConstraint("kind IN ('departure', 'insolvency')", name="kind"),
        CheckConstraint("amount_cents >= 1", name="amount"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(10))
    established_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    amount_cents: Mapped[int] = mapped_column(BigInteger)

    company: Mapped[Company] = relationship()
    clearings: Mapped[list["Clearing"]] = relationship(order_by="Clearing.cleared_on, Clearing.id")

    @property
    def cleared_cents(self) -> int:
        """What was paid or written off so far."""
        return sum(clearing.amount_cents for clearing in self.clearings)

    @property
    def open_cents(self) -> int:
        """What is still owed."""
        return self.amount_cents - self.cleared_cents


class Clearing(Model):
    """A part of a claim that is no longer owed: paid in euros, by a bank transfer with its reference, or written off.

    `transfer_id` is the ledger's transfer from the reserve that clears as much of the account. Only ever inserted.
    """

    __tablename__ = "clearings"
    __table_args__ = (
        CheckConstraint("how IN ('paid', 'written_off')", name="how"),
        CheckConstraint("amount_cents >= 1", name="amount"),
        Index("ix_clearings_claim_id", "claim_id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"))
    how: Mapped[str] = mapped_column(String(11))
    cleared_on: Mapped[date] = mapped_column(Date)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(300))
    transfer_id: Mapped[str] = mapped_column(String(40))
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime] = mapped_column(Timestamp)
