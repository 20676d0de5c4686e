"""Builders of listings. They call the services; call them within an application context."""

from collections.abc import Sequence

from barterweb.ids import new_id
from barterweb.listings import service
from barterweb.listings.facts import Content
from tests.build_members import Member


def content(**changes: object) -> Content:
    """Return what an offer says; what is not given is plausible."""
    values: dict[str, object] = {
        "kind": "offer",
        "title": "Stockage de palettes à Grenoble",
        "description": "Emplacements au sec, quai et chariot, entrées et sorties le matin.",
        "category": "stockage",
        "nature": "service",
        "unit": "mois",
        "price_cents": 720_00,
        "vat_rate_bp": 2000,
        "availability": "Dès maintenant",
        "postal_code": "38000",
        "city": "Grenoble",
        **changes,
    }
    return Content(**values)  # type: ignore[arg-type]


def listing(owner: Member, title: str = "Stockage de palettes à Grenoble", **changes: object) -> str:
    """Put a listing of the company online; return its id."""
    return _created(owner, content(title=title, **changes), draft=False)


def draft(owner: Member, title: str = "Stockage de palettes à Grenoble", **changes: object) -> str:
    """Keep a listing as a draft; return its id."""
    return _created(owner, content(title=title, **changes), draft=True)


def listings(owner: Member, number: int, titles: Sequence[str] = ("Palettes en entrepôt",)) -> list[str]:
    """Put so many listings online, the oldest first; return their ids."""
    return [listing(owner, f"{titles[i % len(titles)]}, lot {i}") for i in range(number)]


def _created(owner: Member, said: Content, *, draft: bool) -> str:
    listing_id = new_id("lst")
    service.publish_listing(
        actor=owner.actor, listing_id=listing_id, company_id=owner.company_id, content=said, draft=draft
    )
    return listing_id
