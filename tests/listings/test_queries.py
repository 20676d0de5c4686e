"""Who may read which listing, what lists show and in what order, and that lists cost the same whatever their length."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from barterweb import clock
from barterweb.errors import NotFound
from barterweb.listings import queries, service
from barterweb.listings.facts import OnlineCounts
from barterweb.members import service as members
from tests import build_listings, build_members
from tests.build_members import Member
from tests.page import Browser

InApp = Callable[..., Any]
CountQueries = Callable[[], AbstractContextManager[list[str]]]

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def readers(listing_id: str, **actors: Any) -> set[str]:
    """Return the names of the actors who may read the listing."""
    allowed = set()
    for name, actor in actors.items():
        try:
            queries.listing_for(listing_id, actor)
            allowed.add(name)
        except NotFound:
            continue
    return allowed


def test_who_reads_a_listing_depends_on_its_state(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        everybody = {
            "visitor": None,
            "owner": owner.actor,
            "member": build_members.company("Cabinet Marcellin").actor,
            "staff": build_members.staff(build_members.cluster()),
            "staff_elsewhere": build_members.staff(build_members.cluster("Minalogic"), "autre@pole.example"),
            "operator": build_members.operator(),
            "accountant": build_members.accountant(owner),
        }
        listing_id, draft_id = build_listings.listing(owner), build_listings.draft(owner)
        assert readers(listing_id, **everybody) == set(everybody)
        assert readers(draft_id, **everybody) == {"owner", "staff", "operator"}
        service.withdraw_listing(actor=owner.actor, listing_id=listing_id)
        assert readers(listing_id, **everybody) == set(everybody) - {"visitor", "accountant"}


def test_only_those_who_write_for_the_company_load_a_listing_to_edit_it(app: Flask) -> None:
    with app.app_context():
        owner, other = build_members.company(), build_members.company("Cabinet Marcellin")
        listing_id = build_listings.listing(owner)
        assert queries.listing_to_edit(listing_id, owner.actor).id == listing_id
        with pytest.raises(NotFound):
            queries.listing_to_edit(listing_id, other.actor)


def test_listings_of_a_company_that_no_longer_trades_are_in_no_list(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        offer, need = build_listings.listing(owner), build_listings.listing(owner, kind="need")
        operator = build_members.operator()
        members.set_company_status(actor=operator, company_id=owner.company_id, status="standby")
        assert [card.id for card in queries.latest_online(5)] == [need]
        assert [card.id for card in queries.cards([offer, need])] == [need]
        members.set_company_status(actor=operator, company_id=owner.company_id, status="suspended")
        assert queries.online_of_company(owner.company_id) == []
        assert queries.online_counts() == OnlineCounts(offers=0, needs=0)
        with pytest.raises(NotFound):
            queries.listing_for(need, None)


def test_cards_come_in_the_order_asked_with_what_they_show(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        first, second = build_listings.listings(owner, 2)
        cards = queries.cards([second, first, "lst_gone"])
        assert [card.id for card in cards] == [second, first]
        assert (cards[0].company_name, cards[0].city, cards[0].price_cents) == (
            "Transports du Vercors",
            "Grenoble",
            720_00,
        )


def test_the_latest_are_the_newest_and_the_counts_count_what_is_online(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        ids = []
        for day in range(3):
            with clock.at(MONDAY + timedelta(days=day)):
                ids.append(build_listings.listing(owner, kind="need" if day == 1 else "offer"))
        with clock.at(MONDAY + timedelta(days=4)):
            build_listings.draft(owner)
            assert [card.id for card in queries.latest_online(2)] == [ids[2], ids[1]]
            assert queries.online_counts() == OnlineCounts(offers=2, needs=1)
        with clock.at(MONDAY + timedelta(days=181)):
            assert queries.online_counts() == OnlineCounts(offers=1, needs=1)


def test_similar_listings_are_of_the_same_kind_and_category_and_of_others(app: Flask) -> None:
    with app.app_context():
        owner, other = build_members.company(), build_members.company("Froid du Val")
        listing_id = build_listings.listing(owner, "Stockage de palettes au sec")
        build_listings.listing(owner, "Stockage de palettes au froid")
        alike = build_listings.listing(other, "Stockage de quarante palettes")
        build_listings.listing(other, "Cherche stockage de palettes", kind="need")
        build_listings.listing(other, "Palettes neuves, stockage compris", category="fournitures-biens")
        similar = queries.similar(queries.listing_for(listing_id, None))
        assert [card.id for card in similar] == [alike]


def test_one_s_own_list_has_every_state_and_nobody_else_s(app: Flask) -> None:
    with app.app_context():
        owner, other = build_members.company(), build_members.company("Cabinet Marcellin")
        mine = {build_listings.listing(owner), build_listings.draft(owner)}
        theirs = build_listings.listing(other)
        assert {line.id for line in queries.page_of_own(owner.actor, 1).listings} == mine
        staff = build_members.staff(build_members.cluster())
        assert {line.id for line in queries.page_of_own(staff, 1).listings} == {*mine, theirs}
        elsewhere = build_members.staff(build_members.cluster("Minalogic"), "autre@pole.example")
        assert queries.page_of_own(elsewhere, 1).total == 0
        assert queries.page_of_own(build_members.accountant(owner), 1).total == 0


def test_the_means_of_a_reader_say_how_often_the_price_can_be_paid(app: Flask) -> None:
    with app.app_context():
        owner, reader = build_members.company(), build_members.company("Cabinet Marcellin")
        offer = queries.listing_for(build_listings.listing(owner, price_cents=500_00), None)
        means = queries.means_of(reader.actor, offer)
        assert means is not None
        assert (means.available_cents, means.unit_cents, means.units) == (2_000_00, 600_00, 3)
        quoted = queries.listing_for(build_listings.listing(owner, price_cents=None), None)
        without_price = queries.means_of(reader.actor, quoted)
        assert without_price is not None
        assert without_price.units is None
        assert queries.means_of(build_members.operator(), offer) is None


@pytest.mark.parametrize(
    "address", ["/annonces", "/annonces.atom", "/annonces?type=offre&categorie=stockage"]
)
def test_lists_cost_as_many_queries_for_one_listing_as_for_thirty(
    in_app: InApp, page: Any, count_queries: CountQueries, address: str
) -> None:
    owner = in_app(build_members.company)
    assert_same_cost(page(), in_app, count_queries, address, owner, numbers=(1, 29), at_most=6)


def test_a_search_by_words_costs_as_many_queries_for_twelve_listings_as_for_thirty(
    in_app: InApp, page: Any, count_queries: CountQueries
) -> None:
    owner = in_app(build_members.company)
    assert_same_cost(
        page(), in_app, count_queries, "/annonces?mots=palettes", owner, numbers=(12, 18), at_most=8
    )


def test_one_s_own_list_costs_as_many_queries_for_one_listing_as_for_thirty(
    in_app: InApp, page: Any, count_queries: CountQueries
) -> None:
    owner = in_app(build_members.company)
    assert_same_cost(
        page(owner.email), in_app, count_queries, "/mes-annonces", owner, numbers=(1, 29), at_most=5
    )


def assert_same_cost(
    browser: Browser,
    in_app: InApp,
    count_queries: CountQueries,
    address: str,
    owner: Member,
    *,
    numbers: tuple[int, int],
    at_most: int,
) -> None:
    costs = []
    for number in numbers:
        in_app(build_listings.listings, owner, number)
        with count_queries() as statements:
            browser.get(address)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= at_most, "\n".join(statements)
