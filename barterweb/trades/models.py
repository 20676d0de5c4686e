"""Tables of trades: the trade, its versions of the terms with their lines, and what happened to it."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barterweb.db import Model, Timestamp
from barterweb.members.models import Company


class Trade(Model):
    """A negotiated sale between two members. Amounts in cents; `version` is the one on the table or agreed.

    The commission's terms are those in force at agreement: `commission_rate_bp`, `commission_waived`, and what each side
    pays in Barter (zero when waived).
    """

    __tablename__ = "trades"
    __table_args__ = (
        CheckConstraint(
            "state IN ('proposed', 'agreed', 'delivered', 'disputed', 'settled',"
            " 'declined', 'withdrawn', 'expired', 'cancelled')",
            name="state",
        ),
        CheckConstraint("buyer_id <> seller_id", name="two_companies"),
        CheckConstraint("proposer_id IN (buyer_id, seller_id)", name="proposer"),
        CheckConstraint(
            "(state IN ('agreed', 'delivered', 'disputed')) <= (hold_id IS NOT NULL)", name="held"
        ),
        CheckConstraint("(state = 'settled') = (transfer_id IS NOT NULL)", name="settled_by_transfer"),
        Index("ix_trades_buyer_id_updated_at", "buyer_id", "updated_at"),
        Index("ix_trades_seller_id_updated_at", "seller_id", "updated_at"),
        Index("ix_trades_buyer_id_state", "buyer_id", "state"),
        Index("ix_trades_seller_id_state", "seller_id", "state"),
        Index("ix_trades_state_settled_at", "state", "settled_at", "settled_barter_cents"),
        Index("ix_trades_state_confirm_by", "state", "confirm_by"),
        Index("ix_trades_state_expires_on", "state", "expires_on"),
        Index("ix_trades_state_updated_at", "state", "updated_at", "id"),
        Index("ix_trades_buyer_id_settled_at", "buyer_id", "settled_at", "settled_barter_cents"),
        Index("ix_trades_seller_id_settled_at", "seller_id", "settled_at", "settled_barter_cents"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listings.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    nature: Mapped[str] = mapped_column(String(8))
    buyer_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    seller_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    proposer_id: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    updated_at: Mapped[datetime] = mapped_column(Timestamp)
    expires_on: Mapped[date] = mapped_column(Date)

    agreed_at: Mapped[datetime | None] = mapped_column(Timestamp)
    commission_rate_bp: Mapped[int | None]
    commission_waived: Mapped[bool | None]
    commission_buyer_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    commission_seller_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    hold_id: Mapped[str | None] = mapped_column(String(40))

    delivered_on: Mapped[date | None] = mapped_column(Date)
    delivery_note: Mapped[str] = mapped_column(Text, default="")
    confirm_by: Mapped[datetime | None] = mapped_column(Timestamp)
    reminders: Mapped[int] = mapped_column(default=0)
    cancellation_asked_by_id: Mapped[str | None] = mapped_column(String(40))

    settled_at: Mapped[datetime | None] = mapped_column(Timestamp)
    settled_how: Mapped[str | None] = mapped_column(String(10))
    settled_barter_cents: Mapped[int | None] = mapped_column(BigInteger)
    transfer_id: Mapped[str | None] = mapped_column(String(40))
    invoice_id: Mapped[str | None] = mapped_column(String(40))

    buyer: Mapped[Company] = relationship(foreign_keys=[buyer_id])
    seller: Mapped[Company] = relationship(foreign_keys=[seller_id])
    versions: Mapped[list["TradeVersion"]] = relationship(
        back_populates="trade", order_by="TradeVersion.number"
    )

    def counterparty_of(self, company_id: str) -> Company:
        """The other company of the trade."""
        return self.seller if company_id == self.buyer_id else self.buyer


class TradeVersion(Model):
    """One version of the terms, as proposed by one side; never changed afterwards."""

    __tablename__ = "trade_versions"
    __table_args__ = (
        CheckConstraint("settlement IN ('barter', 'net_in_barter', 'share')", name="settlement"),
        CheckConstraint("barter_cents >= 1 AND euro_cents >= 0", name="parts"),
        CheckConstraint("barter_cents + euro_cents = net_cents + vat_cents", name="parts_make_the_total"),
    )

    trade_id: Mapped[str] = mapped_column(ForeignKey("trades.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    message: Mapped[str] = mapped_column(Text)
    delivery_on: Mapped[date] = mapped_column(Date)
    delivery_place: Mapped[str] = mapped_column(String(200))
    settlement: Mapped[str] = mapped_column(String(14))
    net_cents: Mapped[int] = mapped_column(BigInteger)
    vat_cents: Mapped[int] = mapped_column(BigInteger)
    barter_cents: Mapped[int] = mapped_column(BigInteger)
    euro_cents: Mapped[int] = mapped_column(BigInteger)

    trade: Mapped[Trade] = relationship(back_populates="versions")
    lines: Mapped[list["TradeLine"]] = relationship(order_by="TradeLine.position")


class TradeLine(Model):
    """One line of a version: thousandths of the unit, unit price in cents excl. VAT, rate in basis points."""

    __tablename__ = "trade_lines"
    __table_args__ = (
        ForeignKeyConstraint(["trade_id", "version"], ["trade_versions.trade_id", "trade_versions.number"]),
        CheckConstraint("quantity_milli > 0", name="quantity"),
        CheckConstraint("unit_price_cents >= 0", name="unit_price"),
    )

    trade_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    description: Mapped[str] = mapped_column(String(300))
    quantity_milli: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(30))
    unit_price_cents: Mapped[int] = mapped_column(BigInteger)
    vat_rate_bp: Mapped[int]


class TradeEvent(Model):
    """Something that happened to a trade, in order; nobody's company means time did it."""

    __tablename__ = "trade_events"
    __table_args__ = (Index("ix_trade_events_trade_id_at", "trade_id", "at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    trade_id: Mapped[str] = mapped_column(ForeignKey("trades.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    kind: Mapped[str] = mapped_column(String(24))
    version: Mapped[int]
    company_id: Mapped[str | None] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")


class TradeMessage(Model):
    """What a person wrote beside a trade, with one file or none; never changed afterwards.

    `company_id` is the side that wrote, None for staff who mediate a dispute. The file's bytes lie in the archive of
    documents; `file_name` is what it was sent as, shown and never used as a name.
    """

    __tablename__ = "trade_messages"
    __table_args__ = (
        CheckConstraint("body <> '' OR file_sha256 IS NOT NULL", name="says_something"),
        CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL) AND (file_sha256 IS NULL) = (file_mimetype IS NULL)"
            " AND (file_sha256 IS NULL) = (file_bytes IS NULL)",
            name="whole_file",
        ),
        Index("ix_trade_messages_trade_id_at", "trade_id", "at", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    trade_id: Mapped[str] = mapped_column(ForeignKey("trades.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str | None] = mapped_column(String(100))
    file_mimetype: Mapped[str | None] = mapped_column(String(20))
    file_bytes: Mapped[int | None]
    file_sha256: Mapped[str | None] = mapped_column(String(64))


class TradeRefund(Model):
    """A part of a settled trade given back: the lines (JSON of `InvoiceLine`), what in Barter, what in euros, in cents."""

    __tablename__ = "trade_refunds"
    __table_args__ = (
        CheckConstraint("gross_cents >= 1", name="gross"),
        CheckConstraint("barter_cents >= 0 AND euro_cents >= 0", name="parts"),
        CheckConstraint("barter_cents + euro_cents = gross_cents", name="parts_make_the_total"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    trade_id: Mapped[str] = mapped_column(ForeignKey("trades.id"), index=True)
    refunded_at: Mapped[datetime] = mapped_column(Timestamp)
    lines: Mapped[str] = mapped_column(Text)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    barter_cents: Mapped[int] = mapped_column(BigInteger)
    euro_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    transfer_id: Mapped[str | None] = mapped_column(String(40))
    credit_note_id: Mapped[str | None] = mapped_column(String(40))


class PurchaseApproval(Model):
    """The decision an administrator of the buyer is asked for, on one version whose cost is above a cap of its company.

    `amount_cents` is what would leave the account, commission included; `cap_cents` the cap it exceeds.
    """

    __tablename__ = "purchase_approvals"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'approved', 'refused')", name="status"),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided"),
        Index("ix_purchase_approvals_company_id_status", "company_id", "status"),
    )

    trade_id: Mapped[str] = mapped_column(ForeignKey("trades.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(Timestamp)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    cap_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Timestamp)
    reason: Mapped[str] = mapped_column(Text, default="")
