"""Drawing up the facts of invoices from companies as they are today and the terms in force."""

from dataclasses import replace
from datetime import date, timedelta

from barterweb import clock
from barterweb.documents.facts import (
    Address,
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    InvoicingTerms,
    Nature,
    standard_mentions,
)
from barterweb.documents.queries import invoicing_terms, party_of
from barterweb.members.models import Company

FRANCHISE_CODE = "VATEX-FR-FRANCHISE"


def draft_of_sale(
    *,
    trade_id: str,
    seller: Company,
    buyer: Company,
    nature: Nature,
    lines: tuple[InvoiceLine, ...],
    delivered_on: date,
    payment: BarterPayment | None,
    order_reference: str = "",
    delivery_place: str = "",
) -> InvoiceFacts:
    """Return the draft of a member's invoice to a member: all it will say, but no number."""
    exempt = seller.vat_regime == "franchise"
    facts = InvoiceFacts(
        number="",
        kind="draft",
        issued_on=clock.today(),
        delivered_on=delivered_on,
        due_on=clock.today(),
        seller=party_of(seller),
        buyer=party_of(buyer),
        delivery_address=_elsewhere(delivery_place, buyer),
        order_reference=order_reference or None,
        nature=nature,
        lines=lines,
        exemption=invoicing_terms(clock.today()).franchise_mention if exempt else None,
        exemption_code=FRANCHISE_CODE if exempt else None,
        payment=payment,
        trade_id=trade_id,
        iban=seller.iban,
        bic=seller.bic,
        vat_on_debits=seller.vat_on_debits and nature != "goods" and not exempt,
    )
    return with_terms(facts, invoicing_terms(clock.today()))


def with_terms(facts: InvoiceFacts, terms: InvoicingTerms) -> InvoiceFacts:
    """Return the facts with the mentions and the due date of these terms: the day of payment when all is paid in Barter."""
    paid_on = facts.payment.paid_on if facts.payment and not facts.due_euro_cents else None
    return replace(
        facts,
        due_on=paid_on or facts.issued_on + timedelta(days=terms.euros_due_after_days),
        mentions=standard_mentions(
            facts.payment,
            vat_on_debits=facts.vat_on_debits,
            recovery_cents=terms.recovery_cents,
            penalty=terms.penalty,
            discount=terms.discount,
            refund=facts.kind == "credit_note",
        ),
    )


def _elsewhere(place: str, buyer: Company) -> Address | None:
    """The place of delivery as agreed, unless it is the buyer's town or street (CGI, ann. II, art. 242 nonies A, I-5)."""
    known = {buyer.city.casefold(), buyer.street.casefold(), ""}
    if place.strip().casefold() in known:
        return None
    return Address(lines=(place.strip(),), postal_code="", city="")
