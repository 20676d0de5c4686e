"""The index follows the listings: within their transaction, wholly, and the same however it was made."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from barterweb.db import TransactionMisuse, dialect_name, open_transaction, session
from barterweb.listings import search, service
from barterweb.listings.facts import CATEGORIES
from barterweb.listings.models import Listing
from barterweb.listings.search import Entry, Filters
from tests import build_listings, build_members
from tests.build_members import Member

InApp = Callable[..., Any]


@pytest.fixture
def owner(app: Flask) -> Iterator[Member]:
    """A company, within an application context."""
    with app.app_context():
        yield build_members.company()


def entry(listing: Listing) -> Entry:
    """Return what the site indexes of a listing."""
    assert listing.published_at is not None
    return Entry(
        listing_id=listing.id,
        title=listing.title,
        description=listing.description,
        category_label=CATEGORIES[listing.category],
        company_name=listing.company.name,
        city=listing.city,
        department=listing.department,
        published_at=listing.published_at,
    )


def whole_index() -> dict[str, set[tuple[Any, ...]]]:
    """Return every row of the index."""
    tables = ["listing_search", "listing_search_terms", "listing_search_spellings"]
    if dialect_name() == "sqlite":
        tables.append("listing_search_fts")
    return {
        table: {tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))} for table in tables
    }


def total(words: str) -> int:
    return search.find(Filters(words=words, exact=True)).total


def test_the_index_is_written_in_the_transaction_that_saves_the_listing(owner: Member) -> None:
    listing_id = build_listings.listing(owner, "Tournage de l’inox")
    before = whole_index()

    class Rejected(Exception):
        pass

    def remove_and_fail() -> None:
        with open_transaction():
            search.remove_listing(listing_id)
            assert total("tournage") == 0
            raise Rejected

    with pytest.raises(Rejected):
        remove_and_fail()
    assert whole_index() == before
    assert total("tournage") == 1


def test_the_index_is_not_written_outside_a_transaction(owner: Member) -> None:
    listing = session.get_one(Listing, build_listings.listing(owner))
    said = entry(listing)
    verbs: list[Callable[[], object]] = [
        lambda: search.remove_listing(said.listing_id),
        lambda: search.rebuild([said]),
        lambda: search.index_listing(**{name: getattr(said, name) for name in Entry.__slots__}),
    ]
    for verb in verbs:
        with pytest.raises(TransactionMisuse):
            verb()


def test_a_changed_listing_is_found_by_its_new_words_only(owner: Member) -> None:
    listing_id = build_listings.listing(owner, "Tournage de l’inox")
    changed = build_listings.content(title="Fraisage du laiton", city="Lyon", postal_code="69001")
    seen_at = session.get_one(Listing, listing_id).updated_at
    service.edit_listing(
        actor=owner.actor, listing_id=listing_id, content=changed, seen_at=seen_at, publish=True
    )
    assert (total("tournage"), total("fraisage")) == (0, 1)
    assert search.find(Filters(place="Grenoble")).total == 0
    assert search.find(Filters(place="Lyon")).total == 1


def test_a_listing_that_leaves_takes_its_words_out_of_the_vocabulary(owner: Member) -> None:
    stays = build_listings.listing(owner, "Tournage de l’inox")
    only_it = whole_index()
    leaves = build_listings.listing(owner, "Rétrofit de presses et d’inox")
    assert search.find(Filters(words="retroffit")).corrected == "rétrofit"
    service.withdraw_listing(actor=owner.actor, listing_id=leaves)
    assert whole_index() == only_it
    assert search.find(Filters(words="retroffit")).corrected is None
    service.withdraw_listing(actor=owner.actor, listing_id=stays)
    assert not any(whole_index().values())


def test_any_text_can_be_indexed(owner: Member) -> None:
    build_listings.listing(
        owner, "Tournage", description="x" * 3_000 + " " + "y-" * 300 + " 🚚 ' \" & | ! : * \\"
    )
    assert total("tournage") == 1


def test_removing_what_is_not_indexed_does_nothing(owner: Member) -> None:
    before = whole_index()
    with open_transaction():
        search.remove_listing("lst_unknown")
    assert whole_index() == before


def test_rebuilding_gives_what_following_every_change_gave(owner: Member) -> None:
    for title in (
        "Tournage de l’inox",
        "Mini-pelle de 2,5 t avec chauffeur",
        "Étude d’acoustique",
        "Etude d’acoustique",
    ):
        build_listings.listing(owner, title)
    followed = whole_index()
    with open_transaction():
        assert (
            search.rebuild(
                [entry(listing) for listing in session.scalars(select(Listing).order_by(Listing.id))]
            )
            == 4
        )
    assert whole_index() == followed


def test_listings_published_at_the_same_instant_are_all_kept(owner: Member) -> None:
    listings = [session.get_one(Listing, build_listings.listing(owner, f"Lot {n}")) for n in range(3)]
    said = [entry(listing) for listing in listings]
    same = [
        Entry(
            **{name: getattr(one, name) for name in Entry.__slots__} | {"published_at": said[0].published_at}
        )
        for one in said
    ]
    with open_transaction():
        search.rebuild(same)
        for one in same:
            search.index_listing(**{name: getattr(one, name) for name in Entry.__slots__})
    assert total("lot") == 3


def test_words_of_listings_saved_at_once_are_all_counted(app: Flask, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    titles = [
        "Tournage, inox, laiton",
        "Laiton, inox, tournage",
        "Inox, laiton, tournage",
        "Inox et tournage, laiton",
    ]
    with ThreadPoolExecutor(len(titles)) as threads:
        list(threads.map(lambda title: in_app(build_listings.listing, owner, title), titles * 3))
    with app.app_context():
        counts = (
            "SELECT DISTINCT listings FROM listing_search_terms WHERE word IN ('inox', 'laiton', 'tournage')"
        )
        assert session.execute(text(counts)).all() == [(12,)]
        assert total("laiton") == 12
