"""The search page: words in any form, filters, chips, counts, pages, nothing found, and bad addresses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from barterweb import clock
from tests import build_listings, build_members
from tests.page import Browser, Page, assert_swap_equals_page

InApp = Callable[..., Any]
Open = Callable[..., Browser]


def network() -> None:
    """Put a small network online: two companies, two clusters, four listings."""
    haulier = build_members.company()
    minalogic = build_members.cluster("Minalogic")
    lab = build_members.company("Cote Juste", cluster_ids=[minalogic])
    build_listings.listing(haulier, "Stockage de palettes au sec", unit="mois", price_cents=720_00)
    build_listings.listing(
        lab, "Contrôle géométrique de pièces", category="metrologie", unit="heure", price_cents=65_00
    )
    build_listings.listing(
        lab,
        "Étalonnage de micromètres",
        category="metrologie",
        price_cents=None,
        city="Saint-Étienne",
        postal_code="42000",
    )
    build_listings.listing(
        haulier, "Expertise comptable annuelle", kind="need", category="conseil-gestion", price_cents=6_000_00
    )


@pytest.fixture
def visitor(page: Open, in_app: InApp) -> Browser:
    """A visitor of that network."""
    in_app(network)
    return page()


def titles(page: Page) -> list[str]:
    """Return the titles of the results in order."""
    return ["".join(link.itertext()) for link in page.all("#resultats a.cover")]


def test_without_words_all_listings_are_shown_with_their_number_in_the_title(visitor: Browser) -> None:
    page = visitor.get("/annonces")
    assert len(titles(page)) == 4
    assert page.text_of("#compte") == "4 annonces"
    assert page.title.startswith("Annonces\u00a0: 4 annonces")


def test_words_are_found_in_any_form_and_accent(visitor: Browser) -> None:
    for words in ("étalonnages", "ETALONNAGE", "etalonage", "l’étalonnage", "micromètre"):
        assert titles(visitor.get(f"/annonces?mots={quote(words)}"))[:1] == ["Étalonnage de micromètres"], (
            words
        )


def test_a_mended_word_is_told_with_a_way_back(visitor: Browser) -> None:
    page = visitor.get("/annonces?mots=expretise+comptable")
    assert "Résultats pour «\u00a0expertise comptable\u00a0»" in page
    back = visitor.follow("Chercher plutôt «\u00a0expretise comptable\u00a0»")
    assert "Résultats pour" not in back
    assert "Mots exacts" in back


def test_filters_restrict_and_each_has_a_chip_that_removes_it(visitor: Browser) -> None:
    visitor.get("/annonces")
    page = visitor.submit(
        "Appliquer les filtres", {"type": "offre", "categorie": ["metrologie"], "prix_max": "100"}
    )
    assert titles(page) == ["Étalonnage de micromètres", "Contrôle géométrique de pièces"]
    assert page.text_of("#compte") == "2 offres"
    page = visitor.follow("Retirer le filtre Métrologie, contrôle et essais")
    assert "Stockage de palettes au sec" not in titles(page)
    page = visitor.follow("Retirer le filtre Au plus 100,00\u00a0B")
    assert "Stockage de palettes au sec" in titles(page)
    assert len(titles(visitor.follow("Retirer le filtre Offres"))) == 4


def test_the_form_keeps_what_was_asked(visitor: Browser) -> None:
    page = visitor.get(
        "/annonces?mots=pi%C3%A8ces&type=offre&categorie=metrologie&pole=minalogic&lieu=Grenoble&prix_min=10&tri=prix"
    )
    assert titles(page) == ["Contrôle géométrique de pièces"]
    shown = {name: page.value_of(name) for name in ("mots", "pole", "lieu", "prix_min", "tri")}
    assert shown == {
        "mots": "pièces",
        "pole": "minalogic",
        "lieu": "Grenoble",
        "prix_min": "10",
        "tri": "prix",
    }
    ticked = {control.get("id") for control in page.all("input") if control.get("checked") is not None}
    assert ticked == {"type-offre", "categorie-metrologie"}


def test_a_place_is_a_town_or_a_department(visitor: Browser) -> None:
    for place, number in (("grenoble", 3), ("st etienne", 1), ("Loire", 1), ("Isère", 3)):
        assert len(titles(visitor.get(f"/annonces?lieu={quote(place)}"))) == number, place


def test_counts_beside_the_filters_say_what_each_choice_would_give(visitor: Browser) -> None:
    page = visitor.get("/annonces?type=offre")
    facets = page.text_of("#facettes")
    for expected in (
        "Offres et besoins (4)",
        "Besoins (1)",
        "contrôle et essais (2)",
        "droit et gestion (0)",
    ):
        assert expected in facets


def test_cheapest_first_leaves_what_is_on_quotation_to_the_end(visitor: Browser) -> None:
    assert titles(visitor.get("/annonces?type=offre&tri=prix")) == [
        "Contrôle géométrique de pièces",
        "Stockage de palettes au sec",
        "Étalonnage de micromètres",
    ]


def test_nothing_found_names_the_filter_to_drop(visitor: Browser) -> None:
    page = visitor.get("/annonces?mots=palettes&lieu=Gap")
    assert page.text_of("#compte") == "Aucune annonce"
    assert "Sans «\u00a0Lieu\u00a0: Gap\u00a0», il y a 1 annonce" in page
    assert titles(visitor.follow("Retirer ce filtre")) == ["Stockage de palettes au sec"]


def test_nothing_found_offers_to_publish_the_need_with_its_words(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    lea = page(owner.email)
    lea.get("/annonces?mots=soufflage+de+verre")
    form = lea.follow("Publier ce besoin")
    assert form.value_of("title") == "soufflage de verre"
    assert form.one("[name=kind][checked]").get("value") == "need"


def test_a_visitor_who_wants_to_publish_signs_in_first(visitor: Browser) -> None:
    visitor.get("/annonces?mots=xyzzyq")
    assert "Se connecter" in visitor.follow("Publier ce besoin")
    assert quote("titre=xyzzyq", safe="") in visitor.redirects[0]


def test_pages_of_results_keep_the_filters_and_have_their_own_titles(page: Open, in_app: InApp) -> None:
    with clock.at(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        in_app(build_listings.listings, in_app(build_members.company), 14)
        visitor = page()
        first = visitor.get("/annonces?mots=palettes&type=offre")
        second = visitor.follow("Suivante")
        assert len(titles(first)) == 12
        assert len(titles(second)) == 2
        assert not {*titles(first)} & {*titles(second)}
        assert "page 2" in second.title
        assert "type=offre" in second.url


def test_a_page_beyond_the_last_shows_the_last_and_says_so(page: Open, in_app: InApp) -> None:
    in_app(build_listings.listings, in_app(build_members.company), 14)
    beyond = page().get("/annonces?page=9")
    assert "La page 9 n’existe pas ou plus\u00a0: voici la dernière." in beyond
    assert len(titles(beyond)) == 2


@pytest.mark.parametrize(
    "fragment_url",
    [
        "/annonces?mots=palettes&type=offre",
        "/annonces?mots=xyzzyq",
        "/annonces?mots=etalonage&categorie=metrologie&lieu=Loire&prix_min=abc",
    ],
)
def test_what_htmx_swaps_in_is_what_the_page_shows(visitor: Browser, fragment_url: str) -> None:
    assert_swap_equals_page(visitor, "/annonces", "#resultats", fragment_url)


def test_the_fragment_brings_the_title_and_announces_the_count_once(visitor: Browser) -> None:
    visitor.get("/annonces")
    fragment = visitor.hx_submit("Rechercher", {"mots": "palettes"})
    assert fragment.text_of("title") == "«\u00a0palettes\u00a0»\u00a0: 1 annonce – Barter clusters"
    assert [part.get("data-announce") for part in fragment.all("[data-announce]")] == ["1 annonce"]
    assert "HX-Request" in fragment.headers["Vary"]


NOT_UNDERSTOOD = {
    "type=vente": "Le type d’annonce demandé n’existe pas",
    "categorie=magie&categorie=transport": "Une catégorie demandée n’existe pas",
    "pole=atlantide": "Le pôle demandé n’existe pas",
    "tri=hasard": "Le tri demandé n’existe pas",
    "prix_min=1e3": "Le prix minimum n’est pas un montant",
    "prix_max=-5": "Le prix maximum n’est pas un montant",
    "prix_min=50&prix_max=10": "Le prix minimum dépassait le maximum",
    f"mots={'a' * 10_000}": "Seuls les 200 premiers caractères sont cherchés",
}


def test_a_filter_that_cannot_be_understood_is_told_and_left_out(visitor: Browser) -> None:
    for query, sentence in NOT_UNDERSTOOD.items():
        assert sentence in visitor.get(f"/annonces?{query}")


STRANGE = (
    "mots=%00palettes%00",
    "mots=%FF%FE%80",
    "mots=%ED%A0%80",
    "mots=%EF%BF%BF%EF%BF%BE",
    "mots=%22%27%28%29*%3A%5E%7E%26%7C%21%5C",
    "mots=AND+OR+NOT+NEAR",
    "mots=%F0%9F%92%A9&lieu=%F0%9F%92%A9",
    "lieu=%00",
    "lieu=%25%5F",
    "mots=a&mots=b&mots=c",
    "categorie=&categorie=",
    "prix_min=0&prix_max=",
    "exact=2",
    "utm_source=lettre&fbclid=1",
    f"prix_max={'9' * 400}",
    "&".join(f"categorie=c{number}" for number in range(400)),
)


def test_a_strange_address_gives_a_page_all_the_same(visitor: Browser) -> None:
    for query in STRANGE:
        visitor.get(f"/annonces?{query}")
        visitor.hx_get(f"/annonces?{query}")
        visitor.get(f"/annonces.atom?{query}")


def test_a_page_number_that_is_none_is_a_page_that_does_not_exist(page: Open) -> None:
    for number in ("0", "-1", "abc", "1.5", "٣", "1" * 30):
        page().get(f"/annonces?page={quote(number)}", status=404)


def test_words_are_shown_as_text_never_as_markup(visitor: Browser) -> None:
    page = visitor.get("/annonces?mots=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.html


def test_what_ended_yesterday_is_not_shown_though_the_job_has_not_run(page: Open, in_app: InApp) -> None:
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with clock.at(monday):
        in_app(build_listings.listing, in_app(build_members.company))
    with clock.at(monday + timedelta(days=181)):
        assert titles(page().get("/annonces")) == []
