"""Tables of the ledger. Private: everything outside `barterweb.ledger` uses its public door.

Transfers, entries and seals are append-only; triggers made by the migrations refuse anything else on both databases.
The ORM reads; what books writes by `store`.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp

ACCOUNT_KINDS = ("member", "commission", "membership", "reserve", "clearing")
STRIPES = 64
"""In how many rows the balance of an account of the operator lies, so that its bookings do not wait for each other."""


class Account(Model):
    """A member's balance in cents of Barter, or an account of the operator, whose balance lies in its stripes.

    `held_cents` is what holds reserve for payment, `incoming_cents` what holds promise to the account. A NULL
    `credit_limit_cents` or `balance_cap_cents` means no limit; an account of the operator never has one.
    """

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        CheckConstraint("kind IN ('member', 'commission', 'membership', 'reserve', 'clearing')", name="kind"),
        CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
        CheckConstraint("held_cents >= 0 AND incoming_cents >= 0", name="holds_not_negative"),
        CheckConstraint("credit_limit_cents >= 0", name="credit_limit"),
        CheckConstraint("balance_cap_cents >= 0", name="balance_cap"),
        CheckConstraint(
            "kind = 'member' OR (credit_limit_cents IS NULL AND balance_cap_cents IS NULL AND balance_cents = 0"
            " AND held_cents = 0 AND incoming_cents = 0 AND last_sequence = 0)",
            name="striped",
        ),
        Index("ix_ledger_accounts_kind_name", "kind", "name", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(8), default="open")
    balance_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    held_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    incoming_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    credit_limit_cents: Mapped[int | None] = mapped_column(BigInteger)
    balance_cap_cents: Mapped[int | None] = mapped_column(BigInteger)
    last_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    last_booked_on: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Timestamp)


class Stripe(Model):
    """One part of the balance of an account of the operator, numbered from 1 to `STRIPES`; a booking takes one by lot."""

    __tablename__ = "ledger_stripes"
    __table_args__ = (CheckConstraint("stripe BETWEEN 1 AND 64", name="stripe"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    stripe: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    balance_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    last_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    last_booked_on: Mapped[date | None] = mapped_column(Date)


class Transfer(Model):
    """One immutable business movement; its entries sum to zero."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index("ix_ledger_transfers_booked_on_id", "booked_on", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    idempotency_key: Mapped[str] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(60), index=True)
    wording: Mapped[str] = mapped_column(String(300))
    booked_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfers.id"), index=True)


class Entry(Model):
    """A signed amount on one account and the balance after it; the sequence counts from 1 on each account.

    `stripe` is 0 on a member's account; on an account of the operator, balance and sequence are those of the stripe.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint(
            "amount_cents BETWEEN -1000000000000 AND 1000000000000 AND amount_cents <> 0", name="amount"
        ),
        CheckConstraint("typeof(amount_cents) = 'integer'", name="integer").ddl_if(dialect="sqlite"),
        UniqueConstraint("transfer_id", "account_id"),
        Index(
            "ix_ledger_entries_account_id_booked_on",
            *("account_id", "stripe", "booked_on", "sequence", "amount_cents"),
        ),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    stripe: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transfer_id: Mapped[str] = mapped_column(ForeignKey("ledger_transfers.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    balance_after_cents: Mapped[int] = mapped_column(BigInteger)
    booked_on: Mapped[date] = mapped_column(Date)


class Hold(Model):
    """An amount reserved on the payer's account and promised to the payee's; posted or released, once."""

    __tablename__ = "ledger_holds"
    __table_args__ = (
        CheckConstraint("amount_cents BETWEEN 1 AND 1000000000000", name="amount"),
        CheckConstraint("expected_cents BETWEEN 1 AND amount_cents", name="expected"),
        CheckConstraint("payer_account_id <> payee_account_id", name="two_accounts"),
        CheckConstraint("status IN ('held', 'posted', 'released')", name="status"),
        CheckConstraint("(status = 'posted') = (transfer_id IS NOT NULL)", name="posted_by_transfer"),
        Index("ix_ledger_holds_payer_account_id_status", "payer_account_id", "status"),
        Index("ix_ledger_holds_payee_account_id_status", "payee_account_id", "status"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    payer_account_id: Mapped[str] = mapped_column(ForeignKey("ledger_accounts.id"))
    payee_account_id: Mapped[str] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    expected_cents: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(60), index=True)
    status: Mapped[str] = mapped_column(String(8), default="held")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    expires_at: Mapped[datetime | None] = mapped_column(Timestamp)
    settled_at: Mapped[datetime | None] = mapped_column(Timestamp)
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfers.id"))


class Unsealed(Model):
    """A transfer that waits for its place in the chain, written with it and removed by `seal`."""

    __tablename__ = "ledger_unsealed"

    transfer_id: Mapped[str] = mapped_column(String(40), primary_key=True)


class Seal(Model):
    """A transfer's place in the chain and the hash of the seal before it, the transfer and its entries; append-only."""

    __tablename__ = "ledger_seals"
    __table_args__ = (CheckConstraint("position >= 1", name="position"), UniqueConstraint("transfer_id"))

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transfer_id: Mapped[str] = mapped_column(ForeignKey("ledger_transfers.id"))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(Timestamp)
