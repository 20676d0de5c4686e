"""Writing a document down: its number, without gap in its series, and its facts, never changed afterwards."""

from datetime import date

from sqlalchemy import select

from barterweb import clock, ids
from barterweb.db import require_transaction, session
from barterweb.documents.facts import InvoiceFacts, StatementFacts
from barterweb.documents.models import OPERATOR, Document, DocumentSeries, DocumentVat
from barterweb.members.models import Company

_LETTERS = {"invoice": "C", "credit_note": "A", "corrective": "R"}


def next_number(issuer_id: str, kind: str) -> tuple[str, date]:
    """Take the next number of the issuer's series of the year and kind; dates of a series never go back.

    A series is known by its prefix: B for invoices drawn up for members, who also invoice elsewhere, F for the operator's
    own; C (commercial invoice), A (avoir) or R (rectificative); the year.
    """
    require_transaction()
    today = clock.today()
    prefix = f"{'F' if issuer_id == OPERATOR else 'B'}{_LETTERS[kind]}{today.year}-"
    series = session.scalar(
        select(DocumentSeries)
        .where(DocumentSeries.issuer_id == issuer_id, DocumentSeries.prefix == prefix)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if series is None:
        series = DocumentSeries(issuer_id=issuer_id, prefix=prefix, last_number=0, last_issued_on=today)
        session.add(series)
    series.last_number += 1
    series.last_issued_on = max(series.last_issued_on, today)
    session.flush()
    return f"{prefix}{series.last_number:05d}", series.last_issued_on


def lock_seller(document: Document) -> Company:
    """Lock the company that sells, for what is issued once per sale, and return it.

    Without its key: who numbers another invoice of this seller meanwhile holds its series and refers to this row.
    """
    require_transaction()
    return session.get_one(Company, document.company_id, with_for_update={"key_share": True})


def add_document(
    kind: str,
    company_id: str | None,
    facts: InvoiceFacts | StatementFacts,
    *,
    source: str,
    other_company_id: str | None = None,
    issuer_id: str | None = None,
    corrects_id: str | None = None,
) -> str:
    """Store a document's facts within the caller's transaction and return its id; `source` names its cause, once only."""
    require_transaction()
    invoice = facts if isinstance(facts, InvoiceFacts) else None
    document = Document(
        id=ids.new_id("doc"),
        kind=kind,
        issuer_id=issuer_id,
        company_id=company_id,
        other_company_id=other_company_id,
        number=(invoice.number or None) if invoice else None,
        source=source,
        trade_id=invoice.trade_id if invoice else None,
        corrects_id=corrects_id,
        issued_on=facts.issued_on if isinstance(facts, InvoiceFacts) else facts.generated_on,
        facts=facts.to_json(),
        paid_barter_cents=invoice.paid_barter_cents if invoice else None,
        due_euro_cents=invoice.due_euro_cents if invoice else None,
        created_at=clock.now(),
    )
    session.add(document)
    for rate in invoice.vat if invoice else ():
        session.add(
            DocumentVat(
                document_id=document.id,
                rate_bp=rate.rate_bp,
                base_cents=rate.base_cents,
                vat_cents=rate.vat_cents,
            )
        )
    session.flush()
    return document.id
