"""Issuing statements, and the log of what accountants took."""

from datetime import date

from sqlalchemy import select

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import essential_transaction, session, transaction
from barterweb.documents.models import Document
from barterweb.documents.queries import company_for, statement_facts
from barterweb.documents.service.records import add_document
from barterweb.members.service import record_event


@transaction
def statement_document(*, actor: Actor, company_id: str, start: date, end: date) -> str:
    """Issue the statement of a period, or find it again, and return the document's id.

    The same period over the same operations is the same document; while the period lasts, each day makes its own.
    """
    company = company_for(company_id, actor)
    facts = statement_facts(company, start, end)
    last = facts.lines[-1].operation_id if facts.lines else "none"
    source = f"statement:{facts.account_id}:{start}:{end}:{last}"
    if end >= clock.today():
        source += f":{facts.generated_on}:{facts.held_cents}:{facts.credit_limit_cents}"
    existing = session.scalar(select(Document.id).where(Document.source == source))
    return existing or add_document("statement", company_id, facts, source=source)


@essential_transaction
def log_download(*, actor: Actor, company_id: str, subject: str, detail: str) -> None:
    """Record that an accountant took a document, for the company that owns it."""
    record_event(kind="download", actor=actor, company_id=company_id, subject=subject, detail=detail)
