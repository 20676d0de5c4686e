"""What the operator decided about invoices."""

from datetime import date

from sqlalchemy import select

from barterweb.db import session
from barterweb.documents.facts import InvoicingTerms
from barterweb.documents.models import InvoicingSettings


def invoicing_terms(on: date) -> InvoicingTerms:
    """Return the terms in force on a day; the defaults before any were set."""
    text = session.scalar(
        select(InvoicingSettings.facts)
        .where(InvoicingSettings.starts_on <= on)
        .order_by(InvoicingSettings.starts_on.desc(), InvoicingSettings.id.desc())
        .limit(1)
    )
    return InvoicingTerms() if text is None else InvoicingTerms.from_json(text)
