"""Invoices that their sellers contest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from barterweb.db import session
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.models import Document, InvoiceContest
from barterweb.documents.queries.terms import invoicing_terms
from barterweb.members.models import Company

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ContestLine:
    """A contest in the operator's list."""

    document_id: str
    number: str
    seller: str
    contested_at: datetime
    outcome: str
    settled_at: datetime | None


def contest_of(document_id: str) -> InvoiceContest | None:
    """Return the contest of an invoice, open or settled; None when nobody contested it."""
    return session.get(InvoiceContest, document_id, populate_existing=True)


def contest_deadline(document: Document) -> date:
    """Return the last day on which an invoice may be contested: frozen on it, or by the terms of the day of its issue."""
    facts = InvoiceFacts.from_json(document.facts)
    days = invoicing_terms(document.issued_on).contest_days
    return facts.contest_until or document.issued_on + timedelta(days=days)


def contests() -> Sequence[ContestLine]:
    """Return the contests for operator staff: open ones first, the oldest first; then the settled ones, the latest first."""
    rows = session.execute(
        select(
            InvoiceContest.document_id,
            Document.number,
            Company.name,
            InvoiceContest.contested_at,
            InvoiceContest.outcome,
            InvoiceContest.settled_at,
        )
        .join(Document, Document.id == InvoiceContest.document_id)
        .join(Company, Company.id == InvoiceContest.company_id)
        .order_by(InvoiceContest.outcome != "open", InvoiceContest.contested_at.desc())
        .limit(MOST_SHOWN)
    ).all()
    found = [ContestLine(row[0], str(row[1]), *row[2:]) for row in rows]
    waiting = [line for line in found if line.outcome == "open"]
    return [*reversed(waiting), *(line for line in found if line.outcome != "open")]
