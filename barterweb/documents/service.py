"""Issuing documents: facts are frozen and numbered in the transaction of their cause; files are made outside of any.

A file is rendered once, archived under its SHA-256 and served ever after (docs/decisions/0020 and following).
"""

import logging
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import essential_transaction, require_transaction, session, transaction
from barterweb.documents import pdf
from barterweb.documents.archive import Archive
from barterweb.documents.errors import RenderingFailed
from barterweb.documents.facts import (
    VAT_FRANCHISE_MENTION,
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    StatementFacts,
    standard_mentions,
    vat_by_rate,
)
from barterweb.documents.models import Document, DocumentFile, DocumentSeries
from barterweb.documents.queries import company_for, file_of, party_of, statement_facts, waiting_documents
from barterweb.members.models import Company
from barterweb.members.service import record_event

OPERATOR_NAME = "France Clusters"
EUROS_DUE_AFTER_DAYS = 30
_log = logging.getLogger(__name__)


def issue_trade_invoice(
    *,
    trade_id: str,
    seller_id: str,
    buyer_id: str,
    nature: Literal["goods", "services", "mixed"],
    lines: tuple[InvoiceLine, ...],
    delivered_on: date,
    payment: BarterPayment,
) -> str | None:
    """Issue the seller's invoice for a settled trade, in its name and on its behalf, and return the document's id.

    Returns None for a seller without invoicing mandate: the platform issues nothing for it (CGI, art. 289, I-2).
    """
    require_transaction()
    seller, buyer = session.get_one(Company, seller_id), session.get_one(Company, buyer_id)
    if not seller.has_mandate:
        return None
    number, issued_on = _next_number(seller_id)
    gross_cents = sum(line.net_cents for line in lines) + sum(rate.vat_cents for rate in vat_by_rate(lines))
    facts = InvoiceFacts(
        number=number,
        issued_on=issued_on,
        delivered_on=delivered_on,
        due_on=payment.paid_on
        if payment.cents == gross_cents
        else issued_on + timedelta(days=EUROS_DUE_AFTER_DAYS),
        seller=party_of(seller),
        buyer=party_of(buyer),
        nature=nature,
        lines=lines,
        exemption=VAT_FRANCHISE_MENTION if seller.vat_regime == "franchise" else None,
        payment=payment,
        trade_id=trade_id,
        issued_on_behalf_by=OPERATOR_NAME,
        mentions=standard_mentions(payment, vat_on_debits=seller.vat_on_debits and nature != "goods"),
    )
    return _add(
        "invoice", seller_id, facts, source=f"trade:{trade_id}", other_company_id=buyer_id, number=number
    )


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
    return existing or _add("statement", company_id, facts, source=source)


@essential_transaction
def log_download(*, actor: Actor, company_id: str, subject: str, detail: str) -> None:
    """Record that an accountant took a document, for the company that owns it."""
    record_event(kind="download", actor=actor, company_id=company_id, subject=subject, detail=detail)


def render_document(document_id: str, archive: Archive) -> DocumentFile:
    """Make the file of a document, archive it and return its record; a document that has one keeps it.

    Runs outside transactions. Raises `RenderingFailed`: the facts are safe and rendering can be asked again.
    """
    existing = file_of(document_id)
    if existing is not None:
        return existing
    document = session.get_one(Document, document_id)
    kind, text = document.kind, document.facts
    session.rollback()
    if kind == "invoice":
        data = pdf.render_invoice(InvoiceFacts.from_json(text))
    else:
        data = pdf.render_statement(StatementFacts.from_json(text))
    sha256 = archive.save(data)
    return _record_file(document_id, sha256, len(data))


def render_waiting(archive: Archive, limit: int = 100) -> int:
    """Job: make the files of documents that have none yet, the oldest first. Returns how many were made."""
    made = 0
    for document_id in waiting_documents(limit):
        try:
            render_document(document_id, archive)
        except RenderingFailed as failure:
            _log.warning("document %s not rendered: %s", document_id, failure.reason)
        else:
            made += 1
    return made


@transaction
def _record_file(document_id: str, sha256: str, size: int) -> DocumentFile:
    existing = session.get(DocumentFile, document_id)
    if existing is not None:  # rendered by somebody else meanwhile: the first file is the document's
        return existing
    file = DocumentFile(document_id=document_id, sha256=sha256, size=size, rendered_at=clock.now())
    session.add(file)
    session.flush()
    return file


def _next_number(issuer_id: str) -> tuple[str, date]:
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


def _add(
    kind: str,
    company_id: str,
    facts: InvoiceFacts | StatementFacts,
    *,
    source: str,
    other_company_id: str | None = None,
    number: str | None = None,
) -> str:
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
