"""Invoices that their sellers contest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from barterweb.db import session
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.models import Document, InvoiceContest
from barterweb.documents.queries.terms import invoicing_terms
from barterweb.members.models import Company

MOST_SHOWN = 30
"""Of those that wait, and of those that are settled."""
SETTLED = ("corrected", "credited", "upheld", "withdrawn")


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
    """Return the contests for operator staff: those open the longest, the oldest first; then those settled last."""
    oldest, latest = InvoiceContest.contested_at, InvoiceContest.contested_at.desc()
    waiting = _contests(InvoiceContest.outcome == "open", oldest)
    settled = [_contests(InvoiceContest.outcome == outcome, latest) for outcome in SETTLED]
    last = sorted(
        (line for lines in settled for line in lines), key=lambda line: line.contested_at, reverse=True
    )
    return [*waiting, *last[:MOST_SHOWN]]


def _contests(which: ColumnElement[bool], order: Any) -> list[ContestLine]:
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
        .where(which)
        .order_by(order)
        .limit(MOST_SHOWN)
    ).all()
    return [ContestLine(row[0], str(row[1]), *row[2:]) for row in rows]
