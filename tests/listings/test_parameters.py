"""Addresses of searches: what an address says and what filters write are the same thing, whatever comes in."""

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from barterweb.listings.facts import CATEGORIES
from barterweb.listings.forms import (
    PAGE_SIZE,
    chips,
    count_sentence,
    parameters,
    read_search,
    typed_amount,
)
from barterweb.listings.search import SORTS, Filters
from barterweb.members.models import Cluster

CLUSTERS = [Cluster(slug="axelera", name="Axelera"), Cluster(slug="minalogic", name="Minalogic")]

words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=40)
cents = st.none() | st.integers(1, 10**12)


@st.composite
def searches(draw: st.DrawFn) -> Filters:
    """Any search that the form can ask."""
    low, high = draw(cents), draw(cents)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Filters(
        words=draw(words),
        exact=draw(st.booleans()),
        kinds=draw(st.sampled_from([(), ("offer",), ("need",)])),
        categories=tuple(draw(st.lists(st.sampled_from(sorted(CATEGORIES)), unique=True))),
        cluster=draw(st.sampled_from(["", "axelera", "minalogic"])),
        place=draw(words),
        price_min_cents=low,
        price_max_cents=high,
        sort=draw(st.sampled_from(SORTS)),
        per_page=PAGE_SIZE,
    )


@given(searches())
def test_an_address_written_and_read_again_asks_the_same(filters: Filters) -> None:
    asked = read_search(MultiDict(parameters(filters)), CLUSTERS, page=1)
    assert asked.filters == filters
    assert asked.ignored == ()


NAMES = ["mots", "type", "categorie", "pole", "lieu", "prix_min", "prix_max", "tri", "exact", "autre"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=300))))
def test_any_address_gives_a_search_that_can_be_written_again(pairs: list[tuple[str, str]]) -> None:
    filters = read_search(MultiDict(pairs), CLUSTERS, page=1).filters
    assert read_search(MultiDict(parameters(filters)), CLUSTERS, page=1).filters == filters
    assert "\x00" not in filters.words + filters.place


@given(searches())
def test_without_all_its_chips_a_search_restricts_nothing_but_words(filters: Filters) -> None:
    left = filters
    while found := chips(left, CLUSTERS):
        left = found[0][1]
    assert left == Filters(words=filters.words, sort=filters.sort, per_page=PAGE_SIZE)


def test_amounts_are_written_as_one_would_type_them() -> None:
    assert [typed_amount(value) for value in (None, 125_000, 125_050, 10**12)] == [
        "",
        "1250",
        "1250,50",
        "10000000000",
    ]


def test_counts_agree_with_their_nouns() -> None:
    assert count_sentence(0, capped=False, kinds=()) == "Aucune annonce"
    assert count_sentence(0, capped=False, kinds=("need",)) == "Aucun besoin"
    assert count_sentence(1, capped=False, kinds=("offer",)) == "1 offre"
    assert count_sentence(2, capped=False, kinds=("need",)) == "2 besoins"
    assert count_sentence(1000, capped=True, kinds=()) == "Plus de 1\u202f000 annonces"
