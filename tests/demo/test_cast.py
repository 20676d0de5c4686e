"""A network of any size: the named companies first, then others like them, everything with numbers of its own."""

from collections import Counter

import pytest

from barterweb.demo import cast, corpus
from barterweb.demo.network import content_of

COMPANIES, LISTINGS = 150, 1_000


@pytest.fixture(scope="module")
def large() -> cast.Cast:
    return cast.of_size(COMPANIES, LISTINGS)


def listings_of(some: cast.Cast) -> list[corpus.Listing]:
    return [listing for listings in some.listings.values() for listing in listings]


def test_the_whole_corpus_plays() -> None:
    whole = cast.whole_corpus()
    assert set(whole.companies) == set(corpus.companies())
    assert sorted(map(str, listings_of(whole))) == sorted(map(str, corpus.listings()))
    for company in whole.companies:
        administrator, trader = whole.people[company.slug]
        assert [(role.kind, role.company) for person in (administrator, trader) for role in person.roles] == [
            ("administrator", company.slug),
            ("trader", company.slug),
        ]


def test_companies_of_people_who_can_be_played_come_first(large: cast.Cast) -> None:
    played = {
        role.company
        for person in corpus.people()
        if person.email.endswith("@barter.example")
        for role in person.roles
        if role.company
    }
    for some in (large, cast.whole_corpus(), cast.of_size(6, 6)):
        assert played <= {company.slug for company in some.companies[:6]}


def test_a_size_is_kept_and_listings_are_shared_out(large: cast.Cast) -> None:
    assert len(large.companies) == COMPANIES
    shares = Counter(len(listings) for listings in large.listings.values())
    assert shares == {6: 50, 7: 100}
    assert sum(map(len, cast.of_size(8, 3).listings.values())) == 3


def test_nothing_is_there_twice(large: cast.Cast) -> None:
    assert len({company.slug for company in large.companies}) == COMPANIES
    assert len({company.name for company in large.companies}) == COMPANIES
    assert len({numbers.siret for numbers in large.registrations.values()}) == COMPANIES
    assert len({person.email for people in large.people.values() for person in people}) == 2 * COMPANIES
    assert len({(listing.company, listing.title) for listing in listings_of(large)}) == LISTINGS


def test_variations_are_accepted_like_their_models(large: cast.Cast) -> None:
    regions = {cluster.slug: cluster.region for cluster in corpus.clusters()}
    homes = {company.department: regions[company.clusters[0]] for company in corpus.companies()}
    for company in large.companies:
        assert homes[company.department] == regions[company.clusters[0]]
    for listing in listings_of(large):
        assert len(content_of(listing).title) <= 80
        assert listing.price_cents is None or listing.price_cents >= 1


def test_the_accountant_is_invited_by_three_companies() -> None:
    invited = cast.whole_corpus().accountants
    assert set(invited) == {"transports-vercors", "torrefaction-bellecombe", "usinage-jarez"}
    assert {person.email for people in invited.values() for person in people} == {"comptable@barter.example"}
