"""What trades of the last months leave behind: invoices, some of them contested, notifications, messages."""

from datetime import datetime, timedelta

from barterweb import clock
from barterweb.documents.facts import (
    Address,
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    Party,
    standard_mentions,
)
from barterweb.documents.models import OPERATOR
from bench.scale.companies import Member, Network

KEPT_DAYS = 90
"""Older trades have no papers here: their number does not grow with the past that is measured."""


def add_papers(
    network: Network,
    number: int,
    trade_id: str,
    transfer_id: str,
    moment: datetime,
    sides: tuple[Member, Member],
    cents: int,
) -> None:
    """Add the invoice of a settled trade, its notifications, and for one in twenty that its seller contests it."""
    if moment < clock.now() - timedelta(days=KEPT_DAYS):
        return
    buyer, seller = sides
    stated = _stated(f"T{number}", trade_id, transfer_id, moment, buyer, seller, cents)
    document_id = _add_document(network, stated, seller.company_id, seller.company_id, buyer.company_id)
    for member, other in ((buyer, seller), (seller, buyer)):
        _tell(network, "settled", trade_id, moment, member, other, cents)
    if number % 20 == 0:
        network.writer.add(
            "invoice_contests",
            document_id=document_id,
            company_id=seller.company_id,
            person_id=seller.person_id,
            contested_at=moment,
            reason="La quantité n’est pas la bonne.",
        )


def add_operator_invoice(network: Network, number: int, member: Member) -> None:
    """Add the operator's invoice of a membership."""
    moment = clock.now() - timedelta(days=1 + number % 60)
    stated = _stated(f"F{number}", None, "", moment, member, None, 24_000)
    _add_document(network, stated, OPERATOR, None, member.company_id)


def add_line(network: Network, trade_id: str, cents: int) -> None:
    """Add the one line of a trade's terms."""
    network.writer.add(
        "trade_lines",
        trade_id=trade_id,
        version=1,
        position=1,
        description="Transport de palettes",
        quantity_milli=1000,
        unit="forfait",
        unit_price_cents=cents,
        vat_rate_bp=0,
    )


def add_conversation(
    network: Network, trade_id: str, moment: datetime, sides: tuple[Member, Member], cents: int
) -> None:
    """Add what both sides wrote beside a trade in hand, and that each was told of it."""
    buyer, seller = sides
    for member, other in ((buyer, seller), (seller, buyer)):
        network.writer.add(
            "trade_messages",
            id=network.new_id("mes", moment),
            trade_id=trade_id,
            at=moment,
            company_id=member.company_id,
            person_id=member.person_id,
            body="Bonjour, jeudi vous convient-il ?",
        )
        _tell(network, "message", trade_id, moment, member, other, cents)


def _tell(
    network: Network, kind: str, trade_id: str, moment: datetime, member: Member, other: Member, cents: int
) -> None:
    network.writer.add(
        "notifications",
        id=network.new_id("ntf", moment),
        person_id=member.person_id,
        company_id=member.company_id,
        kind=kind,
        subject_id=trade_id,
        payload={
            "trade_id": trade_id,
            "title": "Transport de palettes",
            "counterparty": other.name,
            "amount_cents": str(cents),
            "due_on": "",
        },
        created_at=moment,
        read_at=moment if moment < clock.now() - timedelta(days=15) else None,
    )


def _add_document(
    network: Network, stated: InvoiceFacts, issuer_id: str, company_id: str | None, other_id: str
) -> str:
    moment = clock.start_of(stated.issued_on)
    document_id = network.new_id("doc", moment)
    network.writer.add(
        "documents",
        id=document_id,
        kind="invoice",
        issuer_id=issuer_id,
        company_id=company_id,
        other_company_id=other_id,
        number=stated.number,
        source=f"trade:{stated.trade_id}" if stated.trade_id else f"invented:{stated.number}",
        trade_id=stated.trade_id,
        issued_on=stated.issued_on,
        facts=stated.to_json(),
        paid_barter_cents=stated.paid_barter_cents,
        due_euro_cents=stated.due_euro_cents,
        created_at=moment,
    )
    for rate in stated.vat:
        network.writer.add(
            "document_vat",
            document_id=document_id,
            rate_bp=rate.rate_bp,
            base_cents=rate.base_cents,
            vat_cents=rate.vat_cents,
        )
    return document_id


def _stated(
    number: str,
    trade_id: str | None,
    transfer_id: str,
    moment: datetime,
    buyer: Member,
    seller: Member | None,
    cents: int,
) -> InvoiceFacts:
    day = clock.date_of(moment)
    payment = BarterPayment(operation_id=transfer_id, paid_on=day, cents=cents) if trade_id else None
    line = InvoiceLine(
        description="Transport de palettes",
        quantity_milli=1000,
        unit="forfait",
        unit_price_cents=cents,
        vat_rate_bp=0,
    )
    return InvoiceFacts(
        number=number,
        subject="trade" if trade_id else "membership",
        issued_on=day,
        delivered_on=day,
        due_on=day,
        seller=_party(seller),
        buyer=_party(buyer),
        nature="services",
        lines=(line,),
        payment=payment,
        trade_id=trade_id,
        mentions=standard_mentions(payment),
    )


def _party(member: Member | None) -> Party:
    siren = str(100_000_000 + member.number) if member else "100000000"
    return Party(
        name=member.name if member else "Barter clusters",
        address=Address(lines=("12 rue des Écouges",), postal_code="38000", city="Grenoble"),
        siren=siren,
        siret=f"{siren}00017",
        legal_form="SARL",
        capital_cents=1_000_000,
        rcs_city="Grenoble",
    )
