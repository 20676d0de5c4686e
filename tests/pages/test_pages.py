"""The home page, a company's page, explanations and health."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from barterweb import db
from barterweb.ids import new_id
from barterweb.members import service
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]


def test_the_home_page_shows_the_network_in_figures(in_app: InApp, page: Open) -> None:
    assert "Aucune annonce pour l’instant" in page().get("/")
    in_app(build.company)
    in_app(build.company, "Imprimerie Berthet")
    in_app(build.application, name="Candidate")
    browser = page()
    shown = browser.get("/")
    figures = dict(
        zip(
            ["companies", "offers", "needs", "volume"],
            ["".join(stat.itertext()) for stat in shown.all(".stat-value")],
            strict=True,
        )
    )
    assert figures == {"companies": "2", "offers": "0", "needs": "0", "volume": "0,00\u00a0B"}
    assert "dans 1 pôle" in shown
    browser.follow("Toutes les annonces") if shown.all(".cards") else browser.follow(
        "Comment ça marche, en détail"
    )


@pytest.mark.parametrize(
    ("url", "heading"),
    [
        ("/comment-ca-marche", "Comment ça marche"),
        ("/guide/entreprises", "Guide des entreprises"),
        ("/guide/experts-comptables", "Guide des experts-comptables"),
        ("/guide/poles", "Guide des pôles"),
        ("/style", "Style"),
        ("/mentions-legales", "Mentions légales"),
        ("/confidentialite", "Confidentialité"),
        ("/accessibilite", "Accessibilité"),
    ],
)
def test_explanations_are_open_to_everybody(page: Open, url: str, heading: str) -> None:
    browser = page()
    browser.get("/")
    assert browser.get(url).text_of("h1") == heading


def test_a_companys_page_shows_what_the_directory_knows(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    shown = page().get(f"/entreprises/{member.company_id}")
    assert shown.text_of("h1") == "Transports du Vercors"
    for text in ("Transport routier, à Grenoble", "Axelera", "10 à 49 salariés", "Aucune offre en ligne."):
        assert text in shown
    for private in (member.email, "Léa Martin", member.account_id):
        assert private not in shown.html


def test_companies_that_are_not_members_have_no_page(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)

    def candidate() -> str:
        return build.queries.application(build.application(name="Candidate")).company_id

    def suspend() -> None:
        service.set_company_status(actor=build.operator(), company_id=member.company_id, status="suspended")

    in_app(suspend)
    for company_id in (
        in_app(candidate),
        member.company_id,
        new_id("cmp"),
        "cmp_x",
        "%00",
        member.account_id,
    ):
        page().get(f"/entreprises/{company_id}", status=404)


def test_a_company_that_only_buys_says_so(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    in_app(
        lambda: service.set_company_status(
            actor=build.operator(), company_id=member.company_id, status="standby"
        )
    )
    assert "achète en ce moment, mais ne vend pas" in page().get(f"/entreprises/{member.company_id}")


def test_health_tells_whether_the_database_answers(page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = page()
    shown = browser.get("/sante")
    assert (shown.data, shown.headers["Cache-Control"]) == (b"ok\n", "no-store")

    def unplugged(*_given: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("unplugged"))

    monkeypatch.setattr(db.session, "execute", unplugged)
    with pytest.raises(sa.exc.OperationalError):
        browser.get("/sante")
