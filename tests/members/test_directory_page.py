"""The directory: words, cluster, département, pages; with and without HTMX."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from barterweb.members import service
from barterweb.members.facts import Profile
from tests import build_members as build
from tests.page import Browser, assert_swap_equals_page

InApp = Callable[..., Any]
Open = Callable[..., Browser]


@pytest.fixture
def network(in_app: InApp) -> dict[str, build.Member]:
    """Three companies in two clusters and two départements."""

    def made() -> dict[str, build.Member]:
        axelera, minalogic = build.cluster("Axelera"), build.cluster("Minalogic")
        return {
            "vercors": build.company("Transports du Vercors", cluster_ids=[axelera]),
            "œuvre": build.company(
                "L’Œuvre imprimée",
                sector="Imprimerie",
                postal_code="73000",
                city="Chambéry",
                cluster_ids=[minalogic],
            ),
            "élec": build.company(
                "Élec & Cie", sector="Électronique de puissance", cluster_ids=[axelera, minalogic]
            ),
        }

    built: dict[str, build.Member] = in_app(made)
    return built


def say_much(member: build.Member) -> None:
    """Fill a company's capacities with signs of units, such as ㎏, that fold into two or three letters each."""
    units = [chr(number) for number in range(0x3380, 0x33E0)]
    signs = "".join(random.Random(1).choices(units, k=1_990))
    service.edit_profile(
        actor=member.actor,
        profile=Profile(
            sector="Lutherie",
            naf="3220Z",
            size_band="",
            capacities=f"Archets {signs}",
            website="",
            public_email="",
            public_phone="",
        ),
    )


def names(browser: Browser) -> list[str]:
    assert browser.page is not None
    return [link.text or "" for link in browser.page.all("#resultats a.cover")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Élec & Cie", "L’Œuvre imprimée", "Transports du Vercors"]),
        ("?q=vercors", ["Transports du Vercors"]),
        ("?q=OEUVRE", ["L’Œuvre imprimée"]),
        ("?q=imprimerie+chamb%C3%A9ry", ["L’Œuvre imprimée"]),
        ("?q=%C3%A9lectronique", ["Élec & Cie"]),
        ("?q=electronique", ["Élec & Cie"]),
        ("?q=electronique+vercors", []),
        ("?q=%25", ["Élec & Cie", "L’Œuvre imprimée", "Transports du Vercors"]),
        ("?q=_", ["Élec & Cie", "L’Œuvre imprimée", "Transports du Vercors"]),
        ("?q=elec%25", ["Élec & Cie"]),
        ("?pole=minalogic", ["Élec & Cie", "L’Œuvre imprimée"]),
        ("?pole=minalogic&departement=Savoie", ["L’Œuvre imprimée"]),
        ("?departement=Is%C3%A8re&q=transport", ["Transports du Vercors"]),
        ("?q=&pole=&departement=&page=1", ["Élec & Cie", "L’Œuvre imprimée", "Transports du Vercors"]),
    ],
)
@pytest.mark.usefixtures("network")
def test_companies_are_found_by_words_cluster_and_departement(
    page: Open, query: str, found: list[str]
) -> None:
    browser = page()
    browser.get(f"/entreprises{query}")
    assert names(browser) == found
    assert browser.page is not None
    count = len(found)
    assert browser.page.text_of("#resultats h2") == f"{count} {'entreprises' if count > 1 else 'entreprise'}"


@pytest.mark.usefixtures("network")
def test_only_members_who_can_trade_are_listed(
    in_app: InApp, page: Open, network: dict[str, build.Member]
) -> None:
    in_app(build.application, name="Candidate")

    def change() -> None:
        operator = build.operator()
        for name, status in (("vercors", "suspended"), ("œuvre", "suspended"), ("élec", "standby")):
            service.set_company_status(actor=operator, company_id=network[name].company_id, status=status)

    in_app(change)
    browser = page()
    browser.get("/entreprises")
    assert names(browser) == ["Élec & Cie"]


def test_filters_in_force_can_be_taken_away_one_by_one(page: Open, network: dict[str, build.Member]) -> None:
    browser = page()
    shown = browser.get("/entreprises?q=transport&pole=axelera&departement=Is%C3%A8re")
    chips = {
        " ".join(chip.itertext()).split("filtre")[-1].strip(): chip.get("href")
        for chip in shown.all("a.chip")
    }
    assert chips == {
        "«\u00a0transport\u00a0»": "/entreprises?pole=axelera&departement=Is%C3%A8re",
        "Axelera": "/entreprises?q=transport&departement=Is%C3%A8re",
        "Isère": "/entreprises?q=transport&pole=axelera",
    }
    assert shown.value_of("q") == "transport"
    assert (shown.value_of("pole"), shown.value_of("departement")) == ("axelera", "Isère")


@pytest.mark.parametrize(
    "query", ["pole=nulle-part", "departement=Atlantide", "pole=%00", "pole=" + "x" * 10_000]
)
def test_a_filter_that_names_nothing_is_left_out_and_said_so(
    page: Open, network: dict[str, build.Member], query: str
) -> None:
    browser = page()
    shown = browser.get(f"/entreprises?{query}")
    assert len(names(browser)) == 3
    assert "ne correspond à rien ici" in shown


@pytest.mark.parametrize(
    "number", ["0", "-1", "2", "abc", "1e3", "01", "", "999999999999", "١", "1%00", "%ff"]
)
def test_a_page_that_is_not_there_does_not_exist(
    page: Open, network: dict[str, build.Member], number: str
) -> None:
    page().get(f"/entreprises?page={number}", status=404)


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff%fe", "q=" + "x" * 10_000, "q=a&q=b", "x=1", "q=%5C%27%22%3B--"]
)
def test_strange_words_find_what_they_find(page: Open, network: dict[str, build.Member], query: str) -> None:
    page().get(f"/entreprises?{query}")


def test_pages_of_twenty_and_a_constant_number_of_queries(
    in_app: InApp, page: Open, count_queries: Callable[[], Any]
) -> None:
    in_app(build.company, "Entreprise 00")
    browser = page()
    with count_queries() as few:
        browser.get("/entreprises")
    in_app(lambda: [build.company(f"Entreprise {number:02d}") for number in range(1, 23)] and None)
    with count_queries() as many:
        browser.get("/entreprises?q=entreprise")
    asked = [[query for query in queries if "pg_current_snapshot" not in query] for queries in (few, many)]
    assert len(asked[0]) == len(asked[1]) <= 6
    assert names(browser) == [f"Entreprise {number:02d}" for number in range(20)]
    assert browser.page is not None
    assert "23 entreprises" in browser.page
    browser.follow("Suivante")
    assert browser.page.url == "/entreprises?q=entreprise&page=2"
    assert names(browser) == ["Entreprise 20", "Entreprise 21", "Entreprise 22"]
    browser.follow("Précédente")
    assert browser.page.url == "/entreprises?q=entreprise"


def test_results_replaced_by_htmx_equal_a_fresh_page(page: Open, network: dict[str, build.Member]) -> None:
    browser = page()
    assert_swap_equals_page(browser, "/entreprises", "#resultats", "/entreprises?q=transport&pole=axelera")
    fragment = browser.hx_get("/entreprises?q=transport")
    assert fragment.one("#resultats").get("data-announce") == "1 entreprise"
    assert "HX-Request" in fragment.headers["Vary"]


def test_an_empty_directory_invites_to_join(page: Open) -> None:
    assert "Aucune entreprise pour l’instant" in page().get("/entreprises")


def test_a_company_that_says_more_than_is_searched_is_found_by_how_it_begins(
    page: Open, in_app: InApp, network: dict[str, build.Member]
) -> None:
    in_app(say_much, network["élec"])
    visitor = page()
    visitor.get("/entreprises?q=archets+lutherie")
    assert names(visitor) == ["Élec & Cie"]
