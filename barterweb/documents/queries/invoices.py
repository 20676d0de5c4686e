"""Invoices a company sent or received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.models import Document
from barterweb.errors import NotFound

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of the list of invoices, seen from one company: amounts in cents of euro."""

    id: str
    number: str
    issued_on: date
    sold: bool
    counterparty: str
    gross_cents: int
    barter_cents: int
    euro_cents: int


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of the list of invoices."""

    invoices: Sequence[InvoiceLine]
    number: int
    pages: int
    total: int


def invoices_of(company_id: str, number: int) -> InvoicePage:
    """Return one page of the invoices a company sent or received, the latest first; raises `NotFound` beyond the last."""
    mine = _invoices(company_id)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= number <= pages:
        raise NotFound
    latest_first = (Document.issued_on.desc(), Document.id.desc())
    rows = session.scalars(mine.order_by(*latest_first).limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return InvoicePage([_invoice_line(row, company_id) for row in rows], number, pages, total)


def invoice_for(document_id: str, actor: Actor) -> Document:
    """Return an invoice if this actor may read it (its seller's or its buyer's people, operator staff); else `NotFound`."""
    document = session.get(Document, document_id)
    if document is None or document.kind != "invoice":
        raise NotFound
    parties = {document.company_id, document.other_company_id}
    if actor.kind != "operator" and not parties & actor.company_ids:
        raise NotFound
    return document


def _invoices(company_id: str) -> Select[Document]:
    mine = or_(Document.company_id == company_id, Document.other_company_id == company_id)
    return select(Document).where(Document.kind == "invoice", mine)


def _invoice_line(document: Document, company_id: str) -> InvoiceLine:
    facts = InvoiceFacts.from_json(document.facts)
    sold = document.company_id == company_id
    return InvoiceLine(
        id=document.id,
        number=facts.number,
        issued_on=facts.issued_on,
        sold=sold,
        counterparty=facts.buyer.name if sold else facts.seller.name,
        gross_cents=facts.total_gross_cents,
        barter_cents=facts.paid_barter_cents,
        euro_cents=facts.due_euro_cents,
    )
