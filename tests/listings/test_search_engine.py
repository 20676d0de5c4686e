"""What a search finds, in which order, with which counts: the same on both databases."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from barterweb import clock
from barterweb.db import open_transaction, session
from barterweb.listings import search
from barterweb.listings.models import Listing
from barterweb.listings.search import Filters, hits
from tests import build_listings, build_members
from tests.build_members import Member

CountQueries = Callable[[], AbstractContextManager[list[str]]]

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNRELATED = {"description": "Rien de plus à en dire.", "category": "fournitures-biens"}


@pytest.fixture
def owner(app: Flask) -> Iterator[Member]:
    """A company, within an application context on Monday."""
    with app.app_context(), clock.at(MONDAY):
        yield build_members.company()


def put(owner: Member, title: str, *, minutes: int = 0, **changes: object) -> str:
    """Put a listing online that says nothing but its title, so many minutes after Monday; return its id."""
    with clock.at(MONDAY + timedelta(minutes=minutes)):
        return build_listings.listing(owner, title, **{**UNRELATED, **changes})


def found(words: str = "", **filters: Any) -> list[str]:
    """Return the titles found, in order."""
    titles = {row.id: row.title for row in session.execute(select(Listing.id, Listing.title))}
    return [titles[listing_id] for listing_id in search.find(Filters(words=words, **filters)).ids]


# ----------------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    "words",
    [
        "étalonnage",
        "Etalonnages",
        "l’étalonnage d'un micromètre",
        "S.A.V. étalonnage",
        "sav",
        "palpeur 3 D",
        "2,5 tonnes",
        "ISO 9001",
    ],
)
def test_words_are_found_in_any_form(owner: Member, words: str) -> None:
    put(owner, "Étalonnage de micromètres, SAV", description="Palpeur 3D, portique de 2,5 t, ISO9001.")
    put(owner, "Location de bureaux")
    assert found(words)[:1] == ["Étalonnage de micromètres, SAV"]


@pytest.mark.parametrize(
    ("searched", "title"),
    [
        ("paysagiste", "Entretien d’espaces verts"),
        ("propriété industrielle", "Rédaction de brevets"),
        ("CND", "Contrôle non destructif par ressuage"),
        ("pellets", "Granulés de bois en vrac"),
        ("usinage", "Fraisage de prototypes"),
        ("minipelle", "Mini-pelle avec chauffeur"),
        ("mini pelle", "Minipelle à louer"),
        ("photo voltaïque", "Pose photovoltaïque"),
    ],
)
def test_a_trade_is_found_by_its_other_names(owner: Member, searched: str, title: str) -> None:
    put(owner, "Cours d’anglais")
    put(owner, title)
    assert found(searched) == [title]


def test_derived_forms_come_close(owner: Member) -> None:
    put(owner, "Rembobinage de câbles")
    results = search.find(Filters(words="rembobineuse"))
    assert (results.total, results.matching) == (1, 0)


def test_the_title_comes_first_then_an_equivalent_in_the_title_then_the_description(owner: Member) -> None:
    put(owner, "Cellules au sec", description="Pour le stockage de vos fonds.", minutes=3)
    put(owner, "Entrepôt sous douane", minutes=2)
    put(owner, "Stockage de palettes", minutes=1)
    assert found("stockage") == ["Stockage de palettes", "Entrepôt sous douane", "Cellules au sec"]


def test_among_equals_the_newest_comes_first(owner: Member) -> None:
    for minutes in (2, 3, 1):
        put(owner, f"Stockage, lot {minutes}", minutes=minutes)
    assert found("stockage") == ["Stockage, lot 3", "Stockage, lot 2", "Stockage, lot 1"]


def test_listings_with_all_words_come_before_those_that_come_close(owner: Member) -> None:
    put(owner, "Location de salle", minutes=3)
    put(owner, "Nacelle à ciseaux", minutes=2)
    put(owner, "Location de presse", minutes=0)
    put(owner, "Location d’une nacelle", minutes=1)
    results = search.find(Filters(words="location nacelle"))
    assert found("location nacelle") == [
        "Location d’une nacelle",
        "Nacelle à ciseaux",
        "Location de salle",
        "Location de presse",
    ], "the rarer word decides, then the newer listing"
    assert (results.total, results.matching, results.total_capped) == (4, 1, False)


def test_with_enough_listings_nothing_merely_close_is_shown(owner: Member) -> None:
    put(owner, "Salle de réunion")
    for minutes in range(10):
        put(owner, f"Location d’une nacelle, lot {minutes}", minutes=minutes)
    results = search.find(Filters(words="location nacelle"))
    assert (results.total, results.matching) == (10, 10)


def test_the_name_of_a_category_only_comes_close(owner: Member) -> None:
    put(owner, "Palan et treuil", category="transport")
    results = search.find(Filters(words="levage"))
    assert (results.total, results.matching) == (1, 1), "the lexicon knows that a hoist lifts"
    put(owner, "Chauffeur le matin", category="transport")
    results = search.find(Filters(words="levage"))
    assert (results.total, results.matching) == (2, 1)


def test_words_of_the_request_are_not_required(owner: Member) -> None:
    put(owner, "Traduction technique en allemand")
    assert found("Bonjour, nous recherchons un prestataire pour la traduction de devis en allemand")
    assert found("nous cherchons quelqu’un") == []


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'",
        "*",
        "stock*",
        "a:b",
        "NOT",
        "AND OR",
        "NEAR(a b)",
        "(",
        "\\",
        "%",
        "title:",
        "-",
        ":",
        "\x00",
        "🚚",
        "’",
        "& | !",
        "x" * 5000,
    ],
)
def test_no_text_breaks_the_search(owner: Member, words: str) -> None:
    put(owner, "Stockage de palettes")
    assert search.find(Filters(words=words)).total <= 1
    assert search.find(Filters(words=words, exact=True)).total <= 1


# ---------------------------------------------------------------------------------------------------- corrections


def test_a_misspelt_word_is_corrected_and_said(owner: Member) -> None:
    put(owner, "Chaudronnerie d’aluminium")
    results = search.find(Filters(words="La Chodronerie en alu"))
    assert results.corrected == "La chaudronnerie en alu"
    assert results.matching == 1


def test_exact_is_the_way_back(owner: Member) -> None:
    put(owner, "Chaudronnerie d’aluminium")
    results = search.find(Filters(words="chodronerie", exact=True))
    assert (results.total, results.corrected) == (0, None)
    assert search.find(Filters(words="chaudronneries", exact=True)).total == 1
    assert search.find(Filters(words="alu", exact=True)).total == 0


def test_a_known_word_is_never_corrected(owner: Member) -> None:
    put(owner, "Portage salarial")
    put(owner, "Portance des sols")
    for words in ("portance", "portages", "soudage", "tournage"):  # indexed twice, then known to the lexicon
        assert search.find(Filters(words=words)).corrected is None


def test_of_two_spellings_the_one_in_listings_is_searched(owner: Member) -> None:
    put(owner, "Rétrofit de presses")
    assert found("retroffit") == ["Rétrofit de presses"]
    assert search.find(Filters(words="retroffit")).corrected == "rétrofit"


def test_an_unknown_word_finds_nothing_rather_than_anything(owner: Member) -> None:
    put(owner, "Stockage de palettes")
    results = search.find(Filters(words="hippopotame"))
    assert (results.ids, results.total, results.corrected) == ((), 0, None)


# -------------------------------------------------------------------------------------------------------- filters


def test_each_filter_keeps_what_it_names(owner: Member) -> None:
    minalogic = build_members.cluster("Minalogic")
    lab = build_members.company("Cote Juste", cluster_ids=[minalogic])
    put(owner, "Stockage à Lyon", price_cents=100_00, postal_code="69003", city="Lyon 3e")
    put(owner, "Stockage recherché", kind="need", price_cents=300_00)
    put(
        lab,
        "Stockage au labo",
        category="metrologie",
        price_cents=None,
        postal_code="42000",
        city="Saint-Étienne",
    )
    everything = {"Stockage à Lyon", "Stockage recherché", "Stockage au labo"}
    for words in ("stockage", ""):
        assert set(found(words)) == everything
        assert found(words, kinds=("need",)) == ["Stockage recherché"]
        assert set(found(words, kinds=("need", "offer"))) == everything
        assert found(words, categories=("metrologie",)) == ["Stockage au labo"]
        assert set(found(words, categories=("metrologie", "fournitures-biens"))) == everything
        assert found(words, cluster="minalogic") == ["Stockage au labo"]
        assert found(words, cluster="unknown") == []
        assert found(words, place="lyon") == found(words, place="RHONE") == ["Stockage à Lyon"]
        assert found(words, place="St Etienne") == ["Stockage au labo"]
        assert set(found(words, price_min_cents=200_00)) == {"Stockage recherché", "Stockage au labo"}
        assert found(words, price_max_cents=200_00, include_quote_only=False) == ["Stockage à Lyon"]
        assert found(words, price_min_cents=101_00, price_max_cents=299_00, include_quote_only=False) == []


def test_a_word_may_name_the_town_or_the_company(owner: Member) -> None:
    put(owner, "Stockage de palettes", postal_code="42000", city="Saint-Étienne")
    put(owner, "Stockage de cartons")
    assert found("stockage saint étienne")[0] == "Stockage de palettes"
    assert search.find(Filters(words="stockage loire")).matching == 1
    assert search.find(Filters(words="transports du Vercors")).matching == 2


def test_facets_count_what_each_choice_would_give_under_the_other_filters(owner: Member) -> None:
    put(owner, "Stockage A")
    put(owner, "Stockage B", kind="need")
    put(owner, "Stockage C", kind="need", category="locaux")
    put(owner, "Traduction D", category="locaux")
    for words, more in (("stockage", 0), ("", 1)):
        results = search.find(Filters(words=words, kinds=("need",), categories=("locaux",)))
        assert results.total == 1
        assert results.kinds == {"need": 1} | ({"offer": more} if more else {})
        assert results.categories == {"fournitures-biens": 1, "locaux": 1}
        assert not results.facets_capped


def test_what_is_not_online_is_not_found(owner: Member) -> None:
    put(owner, "Stockage de palettes")
    expires_on = session.scalars(select(Listing.expires_on)).one()
    assert expires_on is not None
    last_moment = datetime(expires_on.year, expires_on.month, expires_on.day, 12, tzinfo=UTC)
    for words in ("stockage", ""):
        with clock.at(last_moment):
            assert search.find(Filters(words=words)).total == 1
        with clock.at(last_moment + timedelta(days=1)):
            assert search.find(Filters(words=words)).total == 0


def test_the_filter_to_drop_is_the_one_that_gives_most(owner: Member) -> None:
    put(owner, "Stockage A", kind="need")
    put(owner, "Stockage B", kind="need", price_cents=1_00)
    put(owner, "Stockage C", price_cents=10_000_00, category="locaux")
    asked = Filters(words="stockage", kinds=("need",), categories=("locaux",))
    assert search.find(asked).total == 0
    assert search.drop_one(asked) == ("categories", 2)
    assert search.drop_one(Filters(words="stockage", categories=("locaux",), price_max_cents=5_000_00)) == (
        "categories",
        2,
    )
    assert search.drop_one(Filters(words="hippopotame", kinds=("need",))) is None
    assert search.drop_one(Filters(words="stockage")) is None


# ------------------------------------------------------------------------------------------------ order and pages


@pytest.mark.parametrize("words", ["stockage", ""])
def test_the_order_asked_for_is_given(owner: Member, words: str) -> None:
    put(owner, "Stockage cher", price_cents=900_00, minutes=1)
    put(owner, "Stockage sur devis", price_cents=None, minutes=2)
    put(owner, "Espace bon marché", description="Stockage.", price_cents=1_00, minutes=3)
    assert found(words, sort="prix") == ["Espace bon marché", "Stockage cher", "Stockage sur devis"]
    assert found(words, sort="recentes") == ["Espace bon marché", "Stockage sur devis", "Stockage cher"]


def test_an_unknown_order_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="unknown sort"):
        Filters(sort="hasard")


def many(owner: Member, number: int) -> None:
    """Put so many listings online and index them in one go: like the first, each a minute older than the one before."""
    first = put(owner, "Stockage, lot 0", price_cents=1_00)
    with open_transaction():
        row = dict(session.execute(select(Listing.__table__).where(Listing.id == first)).mappings().one())
        rows = [
            row
            | {"id": f"lst_{n:026d}", "title": f"Stockage, lot {n}", "price_cents": n * 100}
            | {"published_at": MONDAY - timedelta(minutes=n), "kind": "need" if n % 100 == 0 else "offer"}
            for n in range(1, number)
        ]
        session.execute(insert(Listing), rows)
        search.rebuild(
            search.Entry(
                listing_id=listing["id"],
                title=listing["title"],
                description=listing["description"],
                category_label="Fournitures",
                company_name="Transports du Vercors",
                city=listing["city"],
                department=listing["department"],
                published_at=listing["published_at"],
            )
            for listing in (row, *rows)
        )


@pytest.mark.parametrize("sort", ["pertinence", "recentes", "prix"])
@pytest.mark.parametrize("words", ["stockage", ""])
def test_pages_follow_each_other_without_gap_or_double(owner: Member, words: str, sort: str) -> None:
    many(owner, 90)
    titles = [title for page in range(1, 7) for title in found(words, sort=sort, page=page)]
    assert titles == [f"Stockage, lot {n}" for n in range(90)]
    assert search.find(Filters(words=words, sort=sort)).total == 90


def test_counts_of_a_broad_word_stop_at_a_thousand(owner: Member) -> None:
    many(owner, hits.COUNT_CAP + 20)
    results = search.find(Filters(words="stockage"))
    assert (results.total, results.total_capped, results.facets_capped) == (1000, True, True)
    assert search.find(Filters(words="stockage lot", page=50)).ids
    few = search.find(Filters(words="stockage", kinds=("need",)))
    assert (few.total, few.total_capped) == (10, False)
    everything = search.find(Filters())
    assert (everything.total, everything.total_capped) == (1020, False)


def test_a_search_costs_few_statements(owner: Member, count_queries: CountQueries) -> None:
    many(owner, 30)
    for words, most in (
        ("stockage", 6),
        ("stokage", 9),
        ("", 2),
        ("le", 2),
        ("nous cherchons du stockage de tapis en soie rouge", 14),
    ):
        with count_queries() as statements:
            search.find(Filters(words=words))
        assert len(statements) <= most, words


def test_what_a_filter_leaves_is_counted_up_to_a_bound_and_all_of_them_as_of_a_while_ago(
    owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(owner, 30)
    for module in (search.browsing, search.engine):
        monkeypatch.setattr(module, "COUNT_CAP", 10)
    here = search.find(Filters(place="grenoble"))
    assert (here.total, here.total_capped, here.facets_capped) == (10, True, True)
    offers = search.find(Filters(place="grenoble", kinds=("offer",), page=2))
    assert (offers.total, offers.total_capped) == (10, True)
    needs = search.find(Filters(place="grenoble", kinds=("need",)))
    assert (needs.total, needs.total_capped) == (0, False)
    everything = search.find(Filters())
    assert (everything.total, everything.total_capped) == (30, False)
    put(owner, "Un de plus")
    assert search.find(Filters()).total == 30
    with clock.at(MONDAY + timedelta(minutes=10)):
        assert search.find(Filters()).total == 31


def test_a_place_finds_its_town_and_its_departement_newest_first(owner: Member) -> None:
    for minutes, (title, code, city) in enumerate(
        (("Ville", "38000", "Grenoble"), ("Voisine", "38500", "Voiron"), ("Ailleurs", "69003", "Lyon"))
    ):
        put(owner, title, minutes=minutes, postal_code=code, city=city)
    assert found(place="Grenoble") == ["Ville"]
    assert found(place="isere") == ["Voisine", "Ville"]
    assert found(place="isere", kinds=("need",)) == []
