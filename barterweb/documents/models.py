"""Tables of issued documents. What is issued is never changed: the file made from the facts is a row of its own."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from barterweb.db import Model, Timestamp


class DocumentSeries(Model):
    """The counter of one legal series; its row is locked while a number is taken, so that no number is ever missing."""

    __tablename__ = "document_series"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_number: Mapped[int]
    last_issued_on: Mapped[date] = mapped_column(Date)


class Document(Model):
    """An invoice or a statement, as the facts it states (JSON of `facts`), frozen when it was issued.

    An invoice belongs to its seller (`company_id`) and its buyer (`other_company_id`); its number is unique for its seller.
    A statement has no number; `source` names the account, the period and where the account stood.
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'statement')", name="kind"),
        CheckConstraint("(kind = 'invoice') = (number IS NOT NULL)", name="number"),
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("source"),
        Index("ix_documents_company_id_issued_on", "company_id", "kind", "issued_on"),
        Index("ix_documents_other_company_id_issued_on", "other_company_id", "issued_on"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    other_company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str | None] = mapped_column(String(35))
    source: Mapped[str] = mapped_column(String(160))
    issued_on: Mapped[date] = mapped_column(Date)
    facts: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp)


class DocumentFile(Model):
    """The file of a document: its SHA-256 names it in the archive. Written once."""

    __tablename__ = "document_files"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    rendered_at: Mapped[datetime] = mapped_column(Timestamp)
