"""Plain values of listings: categories, rates, what a form brings, what a list shows."""

from dataclasses import dataclass
from datetime import date, datetime

LISTING_DAYS = 180
"""A listing stays online this long, the day of publication not counted: six months keep a catalogue true."""

RENEWAL_DAYS = 30
"""A listing may be prolonged from this many days before its end."""

PHOTO_SIDE, THUMBNAIL_SIDE = 1200, 240
"""How many pixels wide and high a photo is at most, and its thumbnail."""

CATEGORIES = {
    "machines": "Machines et façonnage",
    "impression-3d": "Impression 3D et prototypage",
    "metrologie": "Métrologie, contrôle et essais",
    "stockage": "Stockage et logistique",
    "transport": "Transport et levage",
    "personnel": "Temps de personnel",
    "conseil-gestion": "Conseil, droit et gestion",
    "numerique": "Informatique et numérique",
    "communication": "Communication et image",
    "formation": "Formation",
    "locaux": "Salles et locaux",
    "maintenance-nettoyage": "Maintenance et nettoyage",
    "fournitures-biens": "Fournitures et biens",
    "restauration-evenement": "Restauration et événements",
}
"""Slug → label, in the order shown; the authoritative list."""

KINDS = ("offer", "need")
NATURES = ("service", "goods")

VAT_RATES_BP = (2000, 1000, 550, 210, 0)
"""Rates of mainland France in basis points (CGI art. 278, 279, 278-0 bis, 281 quater and following), and none."""

UNITS = (
    "heure demi-journée jour semaine mois pièce lot forfait kg tonne m² m³ palette km trajet personne"
).split()
"""Units proposed while typing; any other short text will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a listing says, as its author typed it.

    `price_cents` is excl. VAT for one `unit`, in cents of Barter, None on quotation. `category` may be empty in a draft.
    """

    kind: str
    title: str
    description: str
    category: str
    nature: str
    unit: str
    price_cents: int | None
    vat_rate_bp: int
    availability: str
    postal_code: str
    city: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.nature not in NATURES:
            raise ValueError(f"{self.kind!r}, {self.nature!r} is no kind and nature of listing")
        if self.category and self.category not in CATEGORIES:
            raise ValueError(f"{self.category!r} is not a category")
        if self.vat_rate_bp not in VAT_RATES_BP:
            raise ValueError(f"{self.vat_rate_bp} is not a rate of VAT")


@dataclass(frozen=True, slots=True)
class Card:
    """A listing as lists show it. `price_cents` is excl. VAT per `unit`, None on quotation; it ends with `expires_on`."""

    id: str
    kind: str
    title: str
    category: str
    unit: str
    price_cents: int | None
    city: str
    company_id: str
    company_name: str
    published_at: datetime
    updated_at: datetime
    expires_on: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A listing worth reading, and the title of the reader's own listing that it answers."""

    card: Card
    answers: str


@dataclass(frozen=True, slots=True)
class OnlineCounts:
    """How many listings are online."""

    offers: int
    needs: int


@dataclass(frozen=True, slots=True)
class OwnListing:
    """A line of the list a company keeps; dates are None as long as it was never published."""

    id: str
    kind: str
    status: str
    title: str
    unit: str
    price_cents: int | None
    company_name: str
    updated_at: datetime
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class OwnListings:
    """One page of them, and how many there are in all."""

    listings: tuple[OwnListing, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Means:
    """What the reader's account allows before a listing, in cents of Barter; `None` means no limit.

    `unit_cents` is the price of one unit incl. VAT, None on quotation; `units` how many of them `available_cents` covers.
    """

    available_cents: int | None
    room_cents: int | None
    unit_cents: int | None

    @property
    def units(self) -> int | None:
        """Whole units that can be paid in Barter, VAT included."""
        if self.available_cents is None or self.unit_cents is None:
            return None
        return max(self.available_cents, 0) // self.unit_cents
