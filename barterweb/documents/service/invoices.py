"""Issuing invoices: facts are frozen and numbered in the transaction of their cause."""

from datetime import date, timedelta
from typing import Literal

from barterweb.db import require_transaction, session
from barterweb.documents.facts import (
    VAT_FRANCHISE_MENTION,
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    standard_mentions,
    vat_by_rate,
)
from barterweb.documents.queries import party_of
from barterweb.documents.service.records import add_document, next_number
from barterweb.members.models import Company

OPERATOR_NAME = "France Clusters"
EUROS_DUE_AFTER_DAYS = 30


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
    number, issued_on = next_number(seller_id)
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
    return add_document(
        "invoice", seller_id, facts, source=f"trade:{trade_id}", other_company_id=buyer_id, number=number
    )
