"""From a cluster's framed page to an application: where a visitor comes from is kept in addresses, and counted for staff."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db
from barterweb.members.models import Application
from barterweb.members.service import refuse_application
from barterweb.staff.service import approve_application
from tests import build_members
from tests.embeds.conftest import STAFF, Pole, make_pole, publish
from tests.html import text_of
from tests.joining.test_steps import BEGIN, CHECK, CONTACT, KEEP, SEND, typed
from tests.page import Browser, Page

InApp = Callable[..., Any]
Open = Callable[..., Browser]


def apply(browser: Browser, pole: Pole, **contact: str) -> str:
    """Fill in the application whose first page is shown, and send it; return its id."""
    browser.submit(BEGIN, {**CONTACT, **contact})
    draft_id = str(browser.page.url).split("/")[2]
    for slug, fields in typed(pole.id).items():
        browser.submit({"siret": CHECK, "envoi": SEND}.get(slug, KEEP), fields)
    return draft_id


def came_from(app: Flask, application_id: str) -> str | None:
    with app.app_context():
        query = sa.select(Application.via_cluster_id).where(Application.id == application_id)
        return db.session.scalars(query).one()


def counted(shown: Page) -> list[str]:
    """Return what the table by cluster says of framed pages."""
    return [text_of(cell) for cell in shown.all("td") if cell.get("data-label") == "Venues de sa page"]


def test_a_visitor_of_the_framed_page_who_joins_is_counted(
    app: Flask, page: Open, pole: Pole, in_app: InApp
) -> None:
    listing_id = in_app(publish, pole.member)
    visitor = page()
    visitor.get(f"/annonces/{listing_id}?via=axelera")
    visitor.follow("Entreprises")
    visitor.follow("Annonces")
    visitor.submit("Rechercher", mots="fraisage")
    assert "via=axelera" in visitor.page.url, "through forms too"
    visitor.follow("Adhérer")
    assert visitor.page.url == "/adhesion?via=axelera"
    application_id = apply(visitor, pole)
    assert came_from(app, application_id) == pole.id
    assert "Set-Cookie" not in page().get(f"/annonces/{listing_id}?via=axelera").headers

    assert counted(page(STAFF).get("/chiffres")) == ["1, 0 admise"]
    in_app(approve_application, actor=pole.staff, application_id=application_id, category="stockage")
    assert counted(page(STAFF).get("/chiffres")) == ["1, 1 admise"]
    file = page(STAFF).get("/chiffres.csv").data.decode("utf-8-sig")
    assert "Pôle;Axelera;Candidatures venues de sa page intégrée;1;\r\n" in file
    assert "Pôle;Axelera;Dont admises;1;\r\n" in file


def test_correcting_who_applies_does_not_lose_where_they_come_from(
    app: Flask, page: Open, pole: Pole
) -> None:
    visitor = page()
    visitor.get("/adhesion?via=axelera")
    visitor.submit(BEGIN, CONTACT)
    draft = str(visitor.page.url).rsplit("/etape", maxsplit=1)[0]
    visitor.get(f"{draft}/contact")
    visitor.submit(KEEP, {"contact_name": "Léo Martin"})
    for slug, fields in typed(pole.id).items():
        visitor.submit({"siret": CHECK, "envoi": SEND}.get(slug, KEEP), fields)
    assert came_from(app, draft.split("/")[2]) == pole.id


def test_an_application_counts_for_the_page_it_comes_from_whatever_its_cluster(
    app: Flask, page: Open, pole: Pole, in_app: InApp
) -> None:
    other = in_app(make_pole, "Minalogic")
    visitor = page()
    visitor.get("/adhesion?via=minalogic")
    application_id = apply(visitor, pole)
    assert came_from(app, application_id) == other.id
    in_app(refuse_application, actor=pole.staff, application_id=application_id, reason="Hors secteur.")
    in_app(build_members.operator)
    assert counted(page("exploitant@barter.example").get("/chiffres")) == ["0", "1, 0 admise"]


@pytest.mark.parametrize("via", ["", "inconnu", "Axelera", "axelera%00", "%3Cb%3E", "a" * 41, "-1"])
def test_a_word_that_is_no_cluster_s_counts_for_nobody_and_stops_nobody(
    app: Flask, page: Open, pole: Pole, via: str
) -> None:
    visitor = page()
    visitor.get(f"/adhesion?via={via}")
    assert came_from(app, apply(visitor, pole)) is None


def test_only_pages_on_the_way_carry_the_word(page: Open, pole: Pole, in_app: InApp) -> None:
    in_app(publish, pole.member)
    shown = page().get("/annonces?via=axelera")
    links = [str(link.get("href")) for link in shown.all("a")]
    assert [link for link in links if link.startswith("/annonces/lst_")]
    for link in links:
        carried = link.partition("?")[0] in {"/", "/annonces", "/entreprises", "/adhesion", "/connexion"}
        carried = carried or link.startswith(("/annonces/lst_", "/comment-ca-marche", "/guide/entreprises"))
        if not link.startswith("#"):
            assert ("via=axelera" in link) == carried, link
    assert "via=" not in page().get("/annonces?via=<b>").html
    assert "via=" not in page().get("/annonces").html
