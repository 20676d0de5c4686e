"""The listings of the made-up network, indexed as the application indexes them, with some photos and kept searches."""

from datetime import timedelta

from barterweb import clock
from barterweb.listings import search
from barterweb.listings.facts import CATEGORIES, LISTING_DAYS
from bench.scale.companies import LEFT, OFFERLESS, Member, Network
from bench.search import Vocabulary

FRESH_DAYS = LISTING_DAYS - 2
"""The oldest listing was published so many days ago, so that all are online."""


def add_listings(
    network: Network, members: list[Member], count: int, vocabulary: Vocabulary
) -> list[search.Entry]:
    """Give the members `count` listings in turn; return what the index reads of them."""
    sellers = [member for member in members if member.digit != LEFT]
    return [
        _add_listing(network, sellers[number % len(sellers)], number / count, vocabulary.listing(number))
        for number in range(count)
    ]


def _add_listing(network: Network, member: Member, share: float, drawn: dict[str, object]) -> search.Entry:
    published = clock.now() - timedelta(days=FRESH_DAYS) * (1 - share)
    listing_id = network.new_id("lst", published)
    categories = list(CATEGORIES)
    category = categories[int(str(drawn["category"]).rpartition("-")[2]) % len(categories)]
    title, description = str(drawn["title"]), str(drawn["description"])
    city, department = str(drawn["city"]), str(drawn["department"])
    first_offer = not member.listing_ids and member.digit != OFFERLESS
    kind = "need" if member.digit == OFFERLESS else "offer" if first_offer else drawn["kind"]
    expires_on = clock.date_of(published) + timedelta(days=LISTING_DAYS)
    if kind == "offer":
        member.offers_until = expires_on
    network.writer.add(
        "listings",
        id=listing_id,
        company_id=member.company_id,
        kind=kind,
        status="online",
        nature="service",
        title=title,
        description=description,
        category=category,
        unit="pièce",
        price_cents=drawn["price_cents"],
        availability="",
        postal_code="38000",
        city=city,
        department=department,
        entered_by_id=member.person_id,
        created_at=published,
        updated_at=published,
        published_at=published,
        expires_on=expires_on,
    )
    if len(member.listing_ids) % 3 == 0:
        _add_photo(network, listing_id)
    member.listing_ids.append(listing_id)
    return search.Entry(
        listing_id=listing_id,
        title=title,
        description=description,
        category_label=CATEGORIES[category],
        company_name=member.name,
        city=city,
        department=department,
        published_at=published,
    )


def _add_photo(network: Network, listing_id: str) -> None:
    network.writer.add(
        "listing_photos",
        id=network.new_id("pho", network.start),
        listing_id=listing_id,
        position=1,
        alt="Une palette",
        sha256="0" * 64,
        width=1200,
        height=900,
        small_sha256="1" * 64,
        small_width=240,
        small_height=180,
        added_at=network.start,
    )


def add_searches(network: Network, members: list[Member], vocabulary: Vocabulary) -> None:
    """Let every second member keep a search."""
    for member in members[::2]:
        words = vocabulary.term()
        network.writer.add(
            "saved_searches",
            id=network.new_id("rec", network.start),
            person_id=member.person_id,
            company_id=member.company_id,
            name=words[:80],
            filters={"words": words},
            created_at=network.start,
            looked_at=clock.now() - timedelta(hours=1),
        )
