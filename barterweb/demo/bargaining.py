"""Terms that companies propose to each other, and the changes they ask for, each with the sentence that explains it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from barterweb import clock
from barterweb.demo import corpus
from barterweb.demo.network import Ad, Member
from barterweb.demo.wording import fitting
from barterweb.documents.facts import InvoiceLine
from barterweb.money import share_bp
from barterweb.trades.facts import Terms

LEAST_CENTS, USUAL_CENTS = 9_000, 70_000
_SPREAD_PERCENT = 75
_OUT_OF_A_HUNDRED = {"barter": 58, "net_in_barter": 27, "share": 15}
_ANOTHER_OFFER, _EXTRA, _EXTRA_AT_ANOTHER_RATE, _NO_MESSAGE = 0.3, 0.3, 0.7, 0.15

_AT_THE_SELLERS = ("locaux", "stockage", "machines", "metrologie", "impression-3d")
_AT_THE_SELLERS_TOO = ("dans la boutique", "Séminaire résidentiel", "Visite d’atelier")
"""Done at the seller's place; anything else at the buyer's."""

_MOST_PARTS = 4
_DEAR_CENTS = 5_000
_MOST = {"forfait": 1, "lot": 3, "semaine": 3, "mois": 12, "jour": 12, "demi-journée": 6}
"""How many of a unit anybody buys at once when one is dear."""

_EXTRAS = {
    "machines": ("Préparation et réglage", 9_000),
    "impression-3d": ("Finition et emballage", 6_000),
    "stockage": ("Mise en place et étiquetage", 7_500),
    "transport": ("Attente et manutention", 5_500),
    "formation": ("Supports remis aux participants", 4_000),
    "locaux": ("Ménage de fin d’occupation", 6_000),
    "fournitures-biens": ("Livraison et déchargement", 6_500),
    "restauration-evenement": ("Boissons alcoolisées", 11_000),
}
_USUAL_EXTRA = ("Déplacement", 4_800)
_VAT_OF_EXTRAS = 2000


@dataclass(frozen=True, slots=True)
class Parties:
    """Who buys what from whom."""

    ad: Ad
    buyer: Member
    seller: Member

    @property
    def category(self) -> str:
        """The listing's category."""
        return self.ad.listing.category

    def side(self, name: str) -> Member:
        """Return the company on this side: buyer or seller."""
        return self.buyer if name == "buyer" else self.seller


def first_terms(parties: Parties, means_cents: int, rng: Random, delivery_days: int) -> Terms | None:
    """Return plausible terms that cost at most `means_cents` incl. VAT, or None when the buyer cannot afford any."""
    budget = share_bp(means_cents, 8_000)
    first = _first_line(parties, budget, rng)
    if first is None:
        return None
    lines = (first, *_more_lines(parties, first, budget, rng))
    terms = _settled(lines, parties, rng, delivery_days)
    return replace(terms, message=_message(parties, terms, rng)) if rng.random() >= _NO_MESSAGE else terms


def _first_line(parties: Parties, budget: int, rng: Random) -> InvoiceLine | None:
    """What the listing is about, in a quantity the buyer can afford; a large job begins with a part of it."""
    listing = parties.ad.listing
    title, price = listing.title, listing.price_cents
    if price is None:
        title, price = f"{title} – selon devis", _quotation(rng)
    wanted = min(budget, int(USUAL_CENTS * rng.lognormvariate(0, _SPREAD_PERCENT / 100)))
    if budget < price <= _MOST_PARTS * budget and listing.unit == "forfait":
        parts = -(-price // budget)
        return _line(
            parties,
            f"{title} – première tranche sur {parts}",
            1,
            "forfait",
            price // parts,
            listing.vat_rate_bp,
        )
    most = _MOST.get(listing.unit, wanted) if price >= _DEAR_CENTS else wanted
    quantity = _round_quantity(max(wanted, LEAST_CENTS) // price, most)
    if price * quantity > budget:
        return None
    return _line(parties, title, quantity, listing.unit, price, listing.vat_rate_bp)


def _more_lines(parties: Parties, first: InvoiceLine, budget: int, rng: Random) -> Iterator[InvoiceLine]:
    """Something else the seller offers on the subject, when it is small beside the first line; what comes with it."""
    also = _also_offered(parties, rng) if rng.random() < _ANOTHER_OFFER else None
    if also and (also.price_cents or budget) <= min(budget - first.net_cents, first.net_cents):
        yield _line(parties, also.title, 1, also.unit, also.price_cents or 0, also.vat_rate_bp)
    usual = parties.ad.listing.vat_rate_bp == _VAT_OF_EXTRAS
    if rng.random() < (_EXTRA if usual else _EXTRA_AT_ANOTHER_RATE):
        label, extra = _EXTRAS.get(parties.category, _USUAL_EXTRA)
        yield _line(parties, label, 1, "forfait", extra, _VAT_OF_EXTRAS)


def exact_terms(parties: Parties, quantity: int, rng: Random, delivery_days: int) -> Terms:
    """Return the listing's terms for this quantity, all in Barter."""
    listing = parties.ad.listing
    line = _line(
        parties, listing.title, quantity, listing.unit, listing.price_cents or 0, listing.vat_rate_bp
    )
    terms = Terms((line,), "barter", clock.today() + timedelta(days=delivery_days), _place(parties))
    return replace(terms, message=_message(parties, terms, rng))


def speaker(parties: Parties, *, first: bool) -> str:
    """Return which side made the first proposal: who answers a listing; or the other one."""
    return "buyer" if (parties.ad.listing.kind == "offer") == first else "seller"


def _message(parties: Parties, terms: Terms, rng: Random) -> str:
    return fitting(
        corpus.phrases().proposals,
        rng,
        parties.category,
        speaker=speaker(parties, first=True),
        settlement=terms.settlement,
        lines=len(terms.lines),
        unit=parties.ad.listing.unit,
    )


def _settled(lines: tuple[InvoiceLine, ...], parties: Parties, rng: Random, delivery_days: int) -> Terms:
    delivery_on = clock.today() + timedelta(days=delivery_days)
    terms = Terms(lines, "barter", delivery_on, _place(parties))
    (how,) = rng.choices(list(_OUT_OF_A_HUNDRED), list(_OUT_OF_A_HUNDRED.values()))
    if how == "share":
        euros = terms.gross_cents * rng.randint(20, 50) // 100 // 1_000 * 1_000
        return replace(terms, settlement="share", euro_part_cents=euros) if euros else terms
    return replace(terms, settlement=how) if terms.vat_cents else terms


def _line(
    parties: Parties, description: str, quantity: int, unit: str, price: int, rate_bp: int
) -> InvoiceLine:
    exempt = parties.seller.company.vat_regime == "franchise"
    return InvoiceLine(
        description=description,
        quantity_milli=quantity * 1000,
        unit=unit,
        unit_price_cents=price,
        vat_rate_bp=0 if exempt else rate_bp,
    )


def _place(parties: Parties) -> str:
    title = parties.ad.listing.title
    at_the_sellers = parties.category in _AT_THE_SELLERS or any(part in title for part in _AT_THE_SELLERS_TOO)
    company = (parties.seller if at_the_sellers else parties.buyer).company
    return f"{company.street}, {company.postal_code} {company.city}"


def _also_offered(parties: Parties, rng: Random) -> corpus.Listing | None:
    """Something else on the subject that the seller has on offer."""
    others = [
        own.listing
        for own in parties.seller.listings
        if own is not parties.ad and own.online and own.listing.kind == "offer"
    ]
    related = [other for other in others if other.category == parties.category]
    return rng.choice(related) if related else None


def _quotation(rng: Random) -> int:
    return rng.randint(30, 160) * 1_000


def _round_quantity(quantity: int, most: int) -> int:
    quantity = max(1, min(quantity, most))
    if quantity <= 12:
        return quantity
    return quantity // 5 * 5 if quantity <= 100 else quantity // 50 * 50


# ------------------------------------------------------------------------------------------------ counter-proposals


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that a side may ask for: the words it is recognised by, when it makes sense, what becomes of the terms."""

    words: str
    who: str
    possible: Callable[[Terms, Parties], bool]
    change: Callable[[Terms, Parties], Terms]


def _with_quantity(terms: Terms, quantity_milli: int) -> Terms:
    return _with_first(terms, replace(terms.lines[0], quantity_milli=quantity_milli))


def _with_price(terms: Terms, unit_price_cents: int) -> Terms:
    return _with_first(terms, replace(terms.lines[0], unit_price_cents=unit_price_cents))


def _with_first(terms: Terms, line: InvoiceLine) -> Terms:
    return replace(terms, lines=(line, *terms.lines[1:]))


def _in_barter(terms: Terms) -> bool:
    return terms.settlement == "barter"


def _added(terms: Terms, parties: Parties, description: str, price: int) -> Terms:
    return replace(
        terms, lines=(*terms.lines, _line(parties, description, 1, "forfait", price, _VAT_OF_EXTRAS))
    )


WISHES = (
    Wish(
        "quatre jours plus tôt",
        "buyer",
        lambda terms, _: terms.delivery_on > clock.today() + timedelta(days=8),
        lambda terms, _: replace(terms, delivery_on=terms.delivery_on - timedelta(days=4)),
    ),
    Wish(
        "de réduire la quantité d’un quart",
        "buyer",
        lambda terms, _: _in_barter(terms) and terms.lines[0].quantity_milli % 4_000 == 0,
        lambda terms, _: _with_quantity(terms, terms.lines[0].quantity_milli * 3 // 4),
    ),
    Wish(
        "nous préférons régler la TVA en euros",
        "buyer",
        lambda terms, _: _in_barter(terms) and terms.vat_cents > 0,
        lambda terms, _: replace(terms, settlement="net_in_barter"),
    ),
    Wish(
        "Notre budget s’arrête un peu plus bas",
        "buyer",
        lambda terms, _: terms.settlement != "share" and terms.lines[0].unit_price_cents >= 1_000,
        lambda terms, _: _with_price(terms, terms.lines[0].unit_price_cents * 95 // 5_000 * 50),
    ),
    Wish(
        "pour moitié en Barter",
        "buyer",
        lambda terms, _: _in_barter(terms),
        lambda terms, _: replace(terms, settlement="share", euro_part_cents=terms.gross_cents // 2),
    ),
    Wish(
        "quitte à ajouter une heure",
        "buyer",
        lambda terms, _: _in_barter(terms) and terms.lines[0].unit == "heure",
        lambda terms, _: _with_quantity(terms, terms.lines[0].quantity_milli + 1_000),
    ),
    Wish(
        "trois mois au lieu de six",
        "buyer",
        lambda terms, _: (
            _in_barter(terms) and terms.lines[0].unit == "mois" and terms.lines[0].quantity_milli == 6_000
        ),
        lambda terms, _: _with_quantity(terms, 3_000),
    ),
    Wish(
        "une demi-journée de formation",
        "seller",
        lambda terms, parties: _in_barter(terms) and parties.category in ("machines", "numerique"),
        lambda terms, parties: _added(terms, parties, "Formation de votre équipe, une demi-journée", 24_000),
    ),
    Wish(
        "nous retirons donc le déplacement",
        "seller",
        lambda terms, _: _in_barter(terms) and terms.lines[-1].description == _USUAL_EXTRA[0],
        lambda terms, _: replace(terms, lines=terms.lines[:-1]),
    ),
    Wish(
        "Date déplacée au lundi suivant",
        "both",
        lambda *_: True,
        lambda terms, _: replace(
            terms, delivery_on=terms.delivery_on + timedelta(days=7 - terms.delivery_on.weekday())
        ),
    ),
)


def counter_terms(terms: Terms, parties: Parties, who: str, rng: Random) -> Terms:
    """Return other terms that the buyer or the seller asks for, with the reason as message."""
    wish = rng.choice(
        [wish for wish in WISHES if wish.who in (who, "both") and wish.possible(terms, parties)]
    )
    (sentence,) = (words for words in corpus.phrases().counter_proposals if wish.words in words)
    return replace(wish.change(terms, parties), message=sentence)
