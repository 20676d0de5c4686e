"""Issuing members' invoices, credit notes and corrective invoices under the seller's mandate, and drafts without it.

Facts are frozen and numbered in the transaction of their cause. What the platform may not issue, for want of a mandate or of
compulsory data, becomes a draft: the trade is settled all the same, and nothing is lost.
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from barterweb.actors import Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.documents.errors import InvoiceIncomplete, NoMandate, NothingToCorrect, OwnInvoiceRecorded
from barterweb.documents.facts import (
    Address,
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    Nature,
    Preceding,
    missing_mentions,
)
from barterweb.documents.models import Document, OwnInvoice
from barterweb.documents.policy import may_correct, may_issue
from barterweb.documents.queries import (
    document_for,
    invoice_of_trade,
    invoicing_terms,
    latest_version,
    party_of,
    waiting_drafts,
)
from barterweb.documents.service.contests import settle_contest
from barterweb.documents.service.drawing import draft_of_sale, with_terms
from barterweb.documents.service.records import add_document, lock_seller, next_number
from barterweb.documents.service.telling import tell_ready, tell_waiting
from barterweb.errors import NotFound
from barterweb.members.models import Company
from barterweb.members.service import record_event


def issue_trade_invoice(
    *,
    trade_id: str,
    seller_id: str,
    buyer_id: str,
    nature: Nature,
    lines: tuple[InvoiceLine, ...],
    delivered_on: date,
    payment: BarterPayment,
    order_reference: str = "",
    delivery_place: str = "",
) -> str | None:
    """Issue the seller's invoice for a settled trade, in its name and on its behalf, and return the document's id.

    Returns None and keeps a draft for a seller without invoicing mandate (CGI, art. 289, I-2) or with incomplete legal data.
    """
    require_transaction()
    seller, buyer = session.get_one(Company, seller_id), session.get_one(Company, buyer_id)
    draft = draft_of_sale(
        trade_id=trade_id,
        seller=seller,
        buyer=buyer,
        nature=nature,
        lines=lines,
        delivered_on=delivered_on,
        payment=payment,
        order_reference=order_reference,
        delivery_place=delivery_place,
    )
    if seller.has_mandate and not missing_mentions(draft):
        return _issue(draft, seller.id, buyer.id)
    add_document("draft", seller_id, draft, source=f"draft:{trade_id}", other_company_id=buyer_id)
    tell_waiting(draft, seller_id)
    return None


@transaction
def issue_waiting_invoice(*, actor: Actor, document_id: str, exemption: str = "") -> str:
    """Issue the invoice of a draft that waited, with the companies' data of today; issuing it again returns the same.

    `exemption` explains lines at 0 %. For the seller's people and operator staff. Raises `NotFound`, `NoMandate`,
    `InvoiceIncomplete`, and `OwnInvoiceRecorded` when the seller invoiced the sale itself.
    """
    draft = document_for(document_id, actor)
    if draft.kind != "draft" or not may_issue(draft, actor):
        raise NotFound
    issued = _issue_draft(draft, exemption)
    record_event(actor=actor, kind="invoice_issued", company_id=draft.company_id, subject=issued)
    return issued


def issue_waiting_invoices() -> int:
    """Job: issue the invoices of drafts whose sellers have a mandate and are complete by now. Returns how many."""
    return sum(_issue_if_complete(document_id) for document_id in waiting_drafts())


@transaction
def correct_invoice(
    *, actor: Actor, document_id: str, order_reference: str, delivery_address: Address | None
) -> str:
    """Issue a corrective invoice (384) with the companies' data of today, the order number and the place given.

    Amounts stay: what is taken back is a credit note. For the seller's people and operator staff. Raises `NotFound`,
    `NoMandate`, `InvoiceIncomplete`, and `NothingToCorrect` when it would say what the invoice says already.
    """
    asked = document_for(document_id, actor)
    if not may_correct(asked, actor):
        raise NotFound
    seller, buyer = _lock_sides(asked)
    document = latest_version(asked)
    if not seller.has_mandate:
        raise NoMandate(seller.id)
    facts = InvoiceFacts.from_json(document.facts)
    changed = replace(
        facts,
        seller=party_of(seller),
        buyer=party_of(buyer),
        iban=seller.iban,
        bic=seller.bic,
        order_reference=order_reference or None,
        delivery_address=delivery_address,
    )
    if changed == facts:
        raise NothingToCorrect(document.id)
    if missing := missing_mentions(changed):
        raise InvoiceIncomplete(missing)
    corrected = _issue(changed, seller.id, buyer.id, corrects=document)
    record_event(actor=actor, kind="invoice_corrected", company_id=seller.id, subject=corrected)
    return corrected


def issue_credit_note(
    *,
    trade_id: str,
    refund_id: str,
    lines: tuple[InvoiceLine, ...],
    payment: BarterPayment | None,
    reason: str,
) -> str | None:
    """Issue the credit note (381) of a refund within the caller's transaction and return its id.

    Returns None when the platform did not issue the invoice, or no longer has the seller's mandate: the seller issues it.
    """
    require_transaction()
    invoice = invoice_of_trade(trade_id)
    if invoice is None or not session.get_one(Company, invoice.company_id).has_mandate:
        return None
    facts = replace(
        InvoiceFacts.from_json(invoice.facts),
        number="",
        kind="draft",
        preceding=None,
        lines=lines,
        payment=payment,
        reason=reason,
    )
    return _issue(
        facts, str(invoice.company_id), str(invoice.other_company_id), corrects=invoice, credit=refund_id
    )


def _issue(
    facts: InvoiceFacts, seller_id: str, buyer_id: str, *, corrects: Document | None = None, credit: str = ""
) -> str:
    """Number, store and announce an invoice, a corrective of `corrects`, or (with a refund's id) a credit note on it."""
    kind = "credit_note" if credit else "corrective" if corrects else "invoice"
    number, issued_on = next_number(seller_id, kind)
    terms = invoicing_terms(issued_on)
    preceding = Preceding(number=str(corrects.number), issued_on=corrects.issued_on) if corrects else None
    issued = replace(
        facts,
        number=number,
        kind=kind,  # type: ignore[arg-type]
        issued_on=issued_on,
        preceding=preceding,
        issued_on_behalf_by=terms.operator_name,
        contest_until=None if credit else issued_on + timedelta(days=terms.contest_days),
    )
    source = credit or (f"corrective:{corrects.id}" if corrects else f"trade:{facts.trade_id}")
    issued = with_terms(issued, terms)
    document_id = add_document(
        kind,
        seller_id,
        issued,
        source=source,
        other_company_id=buyer_id,
        issuer_id=seller_id,
        corrects_id=corrects.id if corrects else None,
    )
    document = session.get_one(Document, document_id)
    if corrects:
        settle_contest(corrects, by_id=document_id, outcome="credited" if credit else "corrected")
    tell_ready(document, issued, number=number, company_ids=(seller_id, buyer_id))
    return document_id


def _issue_draft(draft: Document, exemption: str) -> str:
    seller, buyer = _lock_sides(draft)
    issued = session.scalar(select(Document.id).where(Document.source == f"trade:{draft.trade_id}"))
    if issued is not None:
        return issued
    own = session.get(OwnInvoice, draft.id)
    if own is not None:
        raise OwnInvoiceRecorded(own.number)
    if not seller.has_mandate:
        raise NoMandate(seller.id)
    old = InvoiceFacts.from_json(draft.facts)
    facts = draft_of_sale(
        trade_id=str(draft.trade_id),
        seller=seller,
        buyer=buyer,
        nature=old.nature,
        lines=old.lines,
        delivered_on=old.delivered_on,
        payment=old.payment,
        order_reference=old.order_reference or "",
    )
    facts = replace(
        facts, exemption=facts.exemption or exemption or None, delivery_address=old.delivery_address
    )
    if missing := missing_mentions(facts):
        raise InvoiceIncomplete(missing)
    return _issue(facts, seller.id, buyer.id)


@transaction
def _issue_if_complete(document_id: str) -> bool:
    try:
        _issue_draft(session.get_one(Document, document_id), "")
    except (NoMandate, InvoiceIncomplete, OwnInvoiceRecorded):
        return False
    return True


def _lock_sides(document: Document) -> tuple[Company, Company]:
    """Lock the seller, so that one draft is issued and one invoice corrected once, and return seller and buyer."""
    return lock_seller(document), session.get_one(Company, document.other_company_id)
