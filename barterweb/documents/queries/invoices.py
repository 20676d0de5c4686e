"""Invoices, credit notes, corrective invoices and drafts that a company sent or received."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from barterweb.actors import Actor
from barterweb.counts import BOUND, count_up_to
from barterweb.db import session
from barterweb.documents.facts import InvoiceFacts, missing_mentions
from barterweb.documents.models import NUMBERED_KINDS, OPERATOR, Document, InvoiceContest, OwnInvoice
from barterweb.documents.queries.contests import contest_deadline, contest_of
from barterweb.documents.queries.parties import party_of
from barterweb.errors import NotFound
from barterweb.members.models import Company

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of the list of invoices, seen from one company: amounts in cents of euro, negative for a credit note.

    `kind` is that of the document; a draft shows the number the seller gave its own invoice, or none yet.
    """

    id: str
    kind: str
    number: str | None
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


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """All a page says of one invoice: what it states, what followed it, and for a draft what keeps it from being issued."""

    document: Document
    facts: InvoiceFacts
    seller: Company | None
    own: OwnInvoice | None
    follow: Sequence[Document]
    missing: tuple[str, ...]
    contest: InvoiceContest | None = None
    contest_until: date | None = None


def invoices_of(company_id: str, number: int) -> InvoicePage:
    """Return one page of the invoices a company sent or received, the latest first; raises `NotFound` beyond the last."""
    return _page(invoices_query(company_id), company_id, number)


def operator_invoices(number: int) -> InvoicePage:
    """Return one page of the operator's own invoices and credit notes, the latest first; may raise `NotFound`."""
    return _page(select(Document).where(Document.issuer_id == OPERATOR), None, number)


def _page(mine: Select[Document], company_id: str | None, number: int) -> InvoicePage:
    total = count_up_to(mine, number * PER_PAGE + BOUND)
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= number <= pages:
        raise NotFound
    latest_first = (Document.issued_on.desc(), Document.id.desc())
    rows = session.scalars(mine.order_by(*latest_first).limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    own = own_invoices([row.id for row in rows])
    return InvoicePage([_line(row, company_id, own.get(row.id)) for row in rows], number, pages, total)


def invoices_query(company_id: str) -> Select[Document]:
    """Select the invoices of a company: a draft is its seller's, and its buyer's once the seller's own number is known."""
    recorded = select(OwnInvoice.document_id)
    sold = Document.company_id == company_id
    bought = (Document.other_company_id == company_id) & (
        (Document.kind != "draft") | Document.id.in_(recorded)
    )
    return select(Document).where(or_(sold, bought), _is_current())


def document_for(document_id: str, actor: Actor) -> Document:
    """Return an invoice, credit note, corrective or draft if this actor may read it, else raise `NotFound`.

    Its seller's and its buyer's people, their accountants and operator staff may; the buyer of a draft once the seller wrote
    down its own invoice.
    """
    document = session.get(Document, document_id)
    if document is None or document.kind not in (*NUMBERED_KINDS, "draft"):
        raise NotFound
    if actor.kind == "operator" or document.company_id in actor.company_ids:
        return document
    hidden = document.kind == "draft" and session.get(OwnInvoice, document_id) is None
    if hidden or document.other_company_id not in actor.company_ids:
        raise NotFound
    return document


def invoice_view(document_id: str, actor: Actor) -> InvoiceView:
    """Return what the page of one invoice says; raises `NotFound`."""
    document = document_for(document_id, actor)
    facts = InvoiceFacts.from_json(document.facts)
    seller = session.get(Company, document.company_id) if document.company_id else None
    missing: tuple[str, ...] = ()
    if document.kind == "draft" and seller is not None:
        missing = missing_mentions(_as_of_today(facts, seller, str(document.other_company_id)))
    follow = session.scalars(
        select(Document).where(Document.corrects_id == document.id).order_by(Document.id)
    ).all()
    own, contest = session.get(OwnInvoice, document_id), contest_of(document_id)
    contestable = document.kind in ("invoice", "corrective") and seller is not None
    until = contest_deadline(document) if contestable else None
    return InvoiceView(document, facts, seller, own, follow, missing, contest, until)


def documents_of_trade(trade_id: str) -> Sequence[Document]:
    """Return what was issued for a trade between its parties, the oldest first; the draft while nothing was."""
    query = select(Document).where(
        Document.trade_id == trade_id, Document.company_id.is_not(None), _is_current()
    )
    return session.scalars(query.order_by(Document.id)).all()


def invoice_of_trade(trade_id: str) -> Document | None:
    """Return the invoice issued for a trade, as last corrected; None when the platform issued none."""
    issued = session.scalar(select(Document).where(Document.source == f"trade:{trade_id}"))
    return latest_version(issued) if issued else None


def sale_of_trade(trade_id: str) -> InvoiceFacts | None:
    """Return what was sold in a trade, as its invoice or else its draft states it."""
    documents = [f"trade:{trade_id}", f"draft:{trade_id}"]
    query = select(Document.facts).where(Document.source.in_(documents)).order_by(Document.source.desc())
    text = session.scalar(query.limit(1))
    return None if text is None else InvoiceFacts.from_json(text)


def latest_version(document: Document) -> Document:
    """Return the corrective invoice that last replaced this one, or itself."""
    while True:
        later = select(Document).where(Document.corrects_id == document.id, Document.kind == "corrective")
        corrective = session.scalar(later)
        if corrective is None:
            return document
        document = corrective


def waiting_drafts() -> Sequence[str]:
    """Return the ids of drafts whose sellers have a mandate and gave no number of their own, the oldest first."""
    mandate = Company.mandate_accepted_at.is_not(None) & Company.mandate_revoked_at.is_(None)
    recorded = select(OwnInvoice.document_id).where(OwnInvoice.document_id == Document.id).exists()
    query = select(Document.id).join(Company, Company.id == Document.company_id)
    return session.scalars(
        query.where(Document.kind == "draft", mandate, _is_current(), ~recorded).order_by(Document.id)
    ).all()


def own_invoices(document_ids: Sequence[str]) -> dict[str, OwnInvoice]:
    """Return what sellers wrote of their own invoices, by draft."""
    rows = session.scalars(select(OwnInvoice).where(OwnInvoice.document_id.in_(document_ids)))
    return {row.document_id: row for row in rows}


def _is_current() -> ColumnElement[bool]:
    """All but statements and the drafts whose invoice was issued."""
    issued = aliased(Document)
    replaced = select(issued.id).where(issued.source == "trade:" + Document.trade_id).exists()
    return Document.kind.in_(NUMBERED_KINDS) | ((Document.kind == "draft") & ~replaced)


def _as_of_today(facts: InvoiceFacts, seller: Company, buyer_id: str) -> InvoiceFacts:
    return replace(facts, seller=party_of(seller), buyer=party_of(session.get_one(Company, buyer_id)))


def _line(document: Document, company_id: str | None, own: OwnInvoice | None) -> InvoiceLine:
    facts = InvoiceFacts.from_json(document.facts)
    sold = document.company_id == company_id
    sign = -1 if document.kind == "credit_note" else 1
    return InvoiceLine(
        id=document.id,
        kind=document.kind,
        number=own.number if own else document.number,
        issued_on=own.issued_on if own else facts.issued_on,
        sold=sold,
        counterparty=facts.buyer.name if sold else facts.seller.name,
        gross_cents=sign * facts.total_gross_cents,
        barter_cents=sign * facts.paid_barter_cents,
        euro_cents=sign * facts.due_euro_cents,
    )
