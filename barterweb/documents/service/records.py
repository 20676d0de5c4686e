"""Writing a document down: its number, without gap in its series, and its facts, never changed afterwards."""

from datetime import date

from sqlalchemy import select

from barterweb import clock, ids
from barterweb.db import require_transaction, session
from barterweb.documents.facts import InvoiceFacts, StatementFacts
from barterweb.documents.models import Document, DocumentSeries


def next_number(issuer_id: str) -> tuple[str, date]:
    """Take the next number of the issuer's series of the year; dates of a series never go back."""
    prefix = f"BC{clock.today().year}-"
    series = session.scalar(
        select(DocumentSeries)
        .where(DocumentSeries.issuer_id == issuer_id, DocumentSeries.prefix == prefix)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if series is None:
        series = DocumentSeries(
            issuer_id=issuer_id, prefix=prefix, last_number=0, last_issued_on=clock.today()
        )
        session.add(series)
    series.last_number += 1
    series.last_issued_on = max(series.last_issued_on, clock.today())
    session.flush()
    return f"{prefix}{series.last_number:05d}", series.last_issued_on


def add_document(
    kind: str,
    company_id: str,
    facts: InvoiceFacts | StatementFacts,
    *,
    source: str,
    other_company_id: str | None = None,
    number: str | None = None,
) -> str:
    """Store a document's facts within the caller's transaction and return its id; `source` names its cause, once only."""
    require_transaction()
    document = Document(
        id=ids.new_id("doc"),
        kind=kind,
        company_id=company_id,
        other_company_id=other_company_id,
        number=number,
        source=source,
        issued_on=facts.issued_on if isinstance(facts, InvoiceFacts) else facts.generated_on,
        facts=facts.to_json(),
        created_at=clock.now(),
    )
    session.add(document)
    session.flush()
    return document.id
