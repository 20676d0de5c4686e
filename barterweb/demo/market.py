"""Who trades with whom, on which listing: chance, guided by what companies are about and what they can spend.

Both companies are always of one region: trades between regions need both regions' agreement, which the site does not ask
for yet.
"""

from functools import cache
from random import Random

from barterweb import ledger
from barterweb.demo import corpus
from barterweb.demo.bargaining import LEAST_CENTS, Parties
from barterweb.demo.network import Ad, Member, Network
from barterweb.members.facts import fold
from barterweb.money import share_bp

LEFT_ALONE = (corpus.STORY.haulier, corpus.STORY.accounting_firm, corpus.STORY.storage_customer)
"""Companies of the founding example whose needs nobody answers here, so that it can be played by hand."""

_OUT_OF_A_HUNDRED = {"offer": 55, "need": 45}
_TRIES = 15
_ASKED = 10
_READ = 30

_FOR_EVERYBODY = (
    "stockage transport conseil-gestion numerique communication formation locaux maintenance-nettoyage"
    " restauration-evenement"
).split()

Found = tuple[Parties, int]
"""Two companies with the listing that brings them together, and what the buyer can spend, in cents of Barter."""


def trade_by_chance(network: Network, rng: Random) -> Found | None:
    """Return a trade that somebody might begin now, or None in a network where nobody can."""
    regions = sorted(network.by_region)
    for _ in range(_TRIES if regions else 0):
        (region,) = rng.choices(regions, [len(network.by_region[code]) for code in regions])
        (kind,) = rng.choices(list(_OUT_OF_A_HUNDRED), list(_OUT_OF_A_HUNDRED.values()))
        ads = network.ads[region, kind]
        ad = rng.choice(ads) if ads else None
        other = _partner(network, ad, rng) if ad and _is_open(ad) else None
        found = _found(network, ad, other) if ad and other else None
        if found:
            return found
    return None


def sale_of(network: Network, seller: Member, rng: Random) -> Found | None:
    """Return something that this company might sell now."""
    ads = [ad for ad in seller.listings if ad.listing.kind == "offer" and _is_open(ad)]
    for ad in rng.sample(ads, len(ads)):
        other = _partner(network, ad, rng)
        found = _found(network, ad, other) if other else None
        if found:
            return found
    return None


def purchase_of(network: Network, buyer: Member, rng: Random) -> Found | None:
    """Return something that this company might buy now, among offers it happens to read."""
    offers = network.ads[buyer.region, "offer"]
    read = [
        ad for ad in rng.sample(offers, min(_READ, len(offers))) if ad.owner is not buyer and _is_open(ad)
    ]
    weights = [_interest(ad, buyer) for ad in read]
    return _found(network, rng.choices(read, weights)[0], buyer) if any(weights) else None


def _is_open(ad: Ad) -> bool:
    """Whether the listing can be answered: it is online and its company trades on this side; a need only once."""
    if ad.listing.kind == "offer":
        return ad.online and ad.owner.sells
    wanted = ad.online and not ad.answered and ad.owner.buys
    return wanted and ad.owner.company.slug not in LEFT_ALONE


def _found(network: Network, ad: Ad, other: Member) -> Found | None:
    parties = Parties(ad, other, ad.owner) if ad.listing.kind == "offer" else Parties(ad, ad.owner, other)
    means = _means_of(network, parties.buyer)
    return (parties, means) if means >= LEAST_CENTS else None


def _means_of(network: Network, buyer: Member) -> int:
    """What a company can and wants to spend, in cents."""
    account = ledger.account_view(buyer.account_id)
    prudently = 0 if buyer.eagerness > 1 else share_bp(account.credit_limit_cents or 0, buyer.prudence_bp)
    return (account.available_cents or 0) - max(prudently, network.keeps[buyer.company.slug])


def _partner(network: Network, ad: Ad, rng: Random) -> Member | None:
    """Ask some companies of the region who would answer, the likelier the more it concerns them."""
    region, listing = ad.owner.region, ad.listing
    members = (
        network.by_region[region] if listing.kind == "offer" else network.sellers[region, listing.category]
    )
    asked = [
        member
        for member in rng.sample(members, min(_ASKED, len(members)))
        if member is not ad.owner and (member.buys if listing.kind == "offer" else member.sells)
    ]
    weights = [_interest(ad, member) for member in asked]
    return rng.choices(asked, weights)[0] if any(weights) else None


def _interest(ad: Ad, member: Member) -> int:
    """How likely a company answers a listing: it has one of the other kind like it, or the subject is everybody's."""
    listing = ad.listing
    related = [
        own.listing
        for own in member.listings
        if own.listing.kind != listing.kind and own.listing.category == listing.category
    ]
    shared = max((len(_words(listing) & _words(own)) for own in related), default=0)
    if listing.kind == "need":
        return (1 + 4 * shared) if related else 0
    near = bool({*ad.owner.company.clusters} & {*member.company.clusters})
    interest = 4 * bool(related) + 6 * shared + 2 * near + 2 * (listing.category in _FOR_EVERYBODY)
    return interest * member.eagerness


@cache
def _words(listing: corpus.Listing) -> frozenset[str]:
    """The long words of a listing, without their endings."""
    text = fold(f"{listing.title} {listing.description}")
    return frozenset(word[:6] for word in text.split() if len(word) > 4)
