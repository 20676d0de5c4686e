"""Builders of listings and trades for tests. They call the services; call them within an application context."""

from datetime import timedelta

from barterweb import clock, ids
from barterweb.documents.facts import InvoiceLine
from barterweb.listings import service as listings
from barterweb.listings.facts import Content
from barterweb.trades import service, settlement
from barterweb.trades.facts import Terms
from tests.build_members import Member


def listing(
    owner: Member,
    title: str = "Expertise comptable",
    *,
    kind: str = "offer",
    price_cents: int | None = 10_000,
    vat_rate_bp: int = 2000,
) -> str:
    """Publish a listing of the company; return its id."""
    listing_id = ids.new_id("lst")
    listings.publish_listing(
        actor=owner.actor,
        listing_id=listing_id,
        company_id=owner.company_id,
        content=Content(
            kind=kind,
            title=title,
            description="Bilan, déclarations et conseil pour une petite entreprise.",
            category="conseil-gestion",
            nature="service",
            unit="forfait",
            price_cents=price_cents,
            vat_rate_bp=vat_rate_bp,
            availability="Sous quinze jours",
            postal_code="38000",
            city="Grenoble",
        ),
    )
    return listing_id


def line(
    net_cents: int = 500_000, vat_rate_bp: int = 2000, description: str = "Mission annuelle"
) -> InvoiceLine:
    """Return one line of terms for a whole amount excl. VAT."""
    return InvoiceLine(
        description=description,
        quantity_milli=1000,
        unit="forfait",
        unit_price_cents=net_cents,
        vat_rate_bp=vat_rate_bp,
    )


def terms(*lines: InvoiceLine, settlement: str = "barter", euro_cents: int = 0) -> Terms:
    """Return terms: by default 5,000 excl. VAT, which makes 6,000.00 B incl. VAT."""
    return Terms(
        lines=lines or (line(),),
        settlement=settlement,
        delivery_on=clock.today() + timedelta(days=10),
        delivery_place="Grenoble",
        message="Voici nos conditions.",
        euro_part_cents=euro_cents,
    )


def proposed(
    buyer: Member, seller: Member, offered: Terms | None = None, title: str = "Expertise comptable"
) -> str:
    """Let the buyer propose terms on an offer of the seller; return the trade's id."""
    trade_id = ids.new_id("trd")
    listing_id = listing(seller, title)
    service.propose_trade(
        actor=buyer.actor, trade_id=trade_id, listing_id=listing_id, terms=offered or terms()
    )
    return trade_id


def agreed(
    buyer: Member, seller: Member, offered: Terms | None = None, title: str = "Expertise comptable"
) -> str:
    """Let both sides agree; return the trade's id."""
    trade_id = proposed(buyer, seller, offered, title)
    service.agree_trade(actor=seller.actor, trade_id=trade_id, version=1)
    return trade_id


def delivered(
    buyer: Member, seller: Member, offered: Terms | None = None, title: str = "Expertise comptable"
) -> str:
    """Let the seller declare the delivery too; return the trade's id."""
    trade_id = agreed(buyer, seller, offered, title)
    service.deliver_trade(
        actor=seller.actor, trade_id=trade_id, delivered_on=clock.today(), note="Remis ce jour."
    )
    return trade_id


def settled(
    buyer: Member, seller: Member, offered: Terms | None = None, title: str = "Expertise comptable"
) -> str:
    """Go through to the settlement; return the trade's id."""
    trade_id = delivered(buyer, seller, offered, title)
    settlement.confirm_trade(actor=buyer.actor, trade_id=trade_id, version=1)
    return trade_id
