"""Tables of issued documents. What is issued is never changed: the file made from the facts is a row of its own."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp

OPERATOR = "operator"
"""The issuer of the operator's own invoices; all others are companies, by their ids."""

NUMBERED_KINDS = ("invoice", "credit_note", "corrective")


_ADDED_UP = ("id", "paid_barter_cents", "due_euro_cents")
"""What the addition of a year reads of a document: it finds all of it in the index."""


class DocumentSeries(Model):
    """The counter of one legal series; its row is locked while a number is taken, so that no number is ever missing.

    `issuer_id` is a company's id, or `OPERATOR`.
    """

    __tablename__ = "document_series"

    issuer_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_number: Mapped[int]
    last_issued_on: Mapped[date] = mapped_column(Date)


class Document(Model):
    """An invoice, credit note, corrective invoice, draft or statement: the facts it states, frozen when it was issued.

    An invoice belongs to its seller (`company_id`, none when the operator sells) and its buyer (`other_company_id`); its
    number is unique for its issuer. `source` names its cause, once only. A draft and a statement have no number.
    `corrects_id` is the invoice that a credit note or a corrective refers to, `trade_id` the trade it comes from.

    `paid_barter_cents` and `due_euro_cents` are those of the facts, none for a statement: with `DocumentVat` what a year is
    added up from, in the database.
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('invoice', 'credit_note', 'corrective', 'draft', 'statement')", name="kind"
        ),
        CheckConstraint(
            "(kind IN ('invoice', 'credit_note', 'corrective')) = (number IS NOT NULL)", name="number"
        ),
        CheckConstraint("(number IS NULL) = (issuer_id IS NULL)", name="issuer"),
        CheckConstraint(
            "(kind IN ('credit_note', 'corrective')) = (corrects_id IS NOT NULL)", name="corrects"
        ),
        UniqueConstraint("issuer_id", "number"),
        UniqueConstraint("source"),
        Index("ix_documents_company_id_issued_on", "company_id", "kind", "issued_on", *_ADDED_UP),
        Index("ix_documents_other_company_id_issued_on", "other_company_id", "issued_on", "kind", *_ADDED_UP),
        Index("ix_documents_issuer_id_issued_on", "issuer_id", "issued_on", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    issuer_id: Mapped[str | None] = mapped_column(String(40))
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    other_company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str | None] = mapped_column(String(35))
    source: Mapped[str] = mapped_column(String(160))
    trade_id: Mapped[str | None] = mapped_column(String(40), index=True)
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), index=True)
    issued_on: Mapped[date] = mapped_column(Date)
    facts: Mapped[str] = mapped_column(Text)
    paid_barter_cents: Mapped[int | None] = mapped_column(BigInteger)
    due_euro_cents: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Timestamp)


class DocumentVat(Model):
    """What a document's facts say of one rate of VAT, in cents of euro; `rate_bp` in basis points. Written with them."""

    __tablename__ = "document_vat"
    __table_args__ = ({"sqlite_with_rowid": False},)

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    rate_bp: Mapped[int] = mapped_column(primary_key=True)
    base_cents: Mapped[int] = mapped_column(BigInteger)
    vat_cents: Mapped[int] = mapped_column(BigInteger)


class DocumentFile(Model):
    """The file of a document: its SHA-256 names it in the archive. Written once."""

    __tablename__ = "document_files"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    rendered_at: Mapped[datetime] = mapped_column(Timestamp)


class OwnInvoice(Model):
    """What a seller without mandate says of the invoice it issued itself, from our draft: its number, its day, its file."""

    __tablename__ = "own_invoices"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(35))
    issued_on: Mapped[date] = mapped_column(Date)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(Timestamp)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))


class InvoiceContest(Model):
    """A seller contests an invoice drawn up in its name: why, and how it ended; an invoice is contested once.

    `outcome` is open, corrected or credited (`settled_by_id` is what was issued), upheld (`answer` says why) or withdrawn.
    """

    __tablename__ = "invoice_contests"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('open', 'corrected', 'credited', 'upheld', 'withdrawn')", name="outcome"
        ),
        CheckConstraint("(outcome = 'open') = (settled_at IS NULL)", name="settled"),
        CheckConstraint(
            "(outcome IN ('corrected', 'credited')) = (settled_by_id IS NOT NULL)", name="settled_by"
        ),
        Index("ix_invoice_contests_outcome_contested_at", "outcome", "contested_at"),
    )

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    contested_at: Mapped[datetime] = mapped_column(Timestamp)
    reason: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(10), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None] = mapped_column(Timestamp)
    settled_by_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))


class InvoicedCommission(Model):
    """A commission taken in the ledger and the operator's invoice that states it: each is invoiced once."""

    __tablename__ = "invoiced_commissions"

    transfer_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)


class InvoicingSettings(Model):
    """What the operator decided about invoices from a day on (JSON of `InvoicingTerms`); the latest started is in force."""

    __tablename__ = "invoicing_settings"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    starts_on: Mapped[date] = mapped_column(Date, index=True)
    facts: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class ArchivedFile(Model):
    """Bytes of an issued file, where the archive is the database (setting `ARCHIVE`). Only ever inserted."""

    __tablename__ = "archived_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(Timestamp)


class AccountingSettings(Model):
    """What a company decided about its books: the last month of its financial year, its plan (JSON of `AccountPlan`)."""

    __tablename__ = "accounting_settings"
    __table_args__ = (CheckConstraint("year_end_month BETWEEN 1 AND 12", name="year_end_month"),)

    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    year_end_month: Mapped[int]
    plan: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Timestamp)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))


class Export(Model):
    """A file that somebody took of a company's accounts: what "since the last export" and "new" are counted from.

    `covers_until` is the last day the file holds whole: the period's last, or the day before it was taken.
    """

    __tablename__ = "document_exports"
    __table_args__ = (
        Index("ix_document_exports_person_id_company_id", "person_id", "company_id", "covers_until"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(20))
    period_start: Mapped[date] = mapped_column(Date)
    period_end: Mapped[date] = mapped_column(Date)
    covers_until: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(Timestamp)


class StatementRound(Model):
    """A month whose statements were issued and announced, once."""

    __tablename__ = "statement_rounds"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    announced_at: Mapped[datetime] = mapped_column(Timestamp)


class StatementLeftOut(Model):
    """A company whose statement of an announced month could not be issued yet; the row goes when its readers are told."""

    __tablename__ = "statements_left_out"

    month: Mapped[date] = mapped_column(ForeignKey("statement_rounds.month"), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"), primary_key=True)
