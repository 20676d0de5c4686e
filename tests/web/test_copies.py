"""Copies kept for visitors: the same bytes as a fresh page, gone with any commit, never for or from somebody signed in."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import brotli
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from barterweb import db
from barterweb.app import create_app
from barterweb.listings import service
from barterweb.settings import Settings
from tests import build_listings, build_members, network
from tests.build_members import Member

InApp = Callable[..., Any]
INSIDE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def haulier(in_app: InApp) -> Member:
    """A company with one listing online."""

    def make() -> Member:
        member = build_members.company()
        build_listings.listing(member, "Stockage de palettes au sec")
        return member

    member: Member = in_app(make)
    return member


def get(app: Flask, url: str = "/annonces", **headers: str) -> TestResponse:
    """Fetch a page as somebody new, whose browser takes Brotli."""
    sent = {"Accept-Encoding": "br", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return app.test_client().get(url, headers=sent)


def text(response: TestResponse) -> str:
    """Return what was compressed."""
    return brotli.decompress(response.data).decode()


def test_the_second_visitor_gets_the_same_page_without_a_question_to_the_database(
    app: Flask, haulier: Member, count_queries: Callable[..., Any]
) -> None:
    first = get(app)
    for _ in range(50):  # a commit in any database of a PostgreSQL server ends copies: others test beside
        get(app)
        with count_queries() as queries:
            second = get(app)
            third = get(app)
        if all("pg_current_snapshot" in query for query in queries):
            break
    assert [query for query in queries if "pg_current_snapshot" not in query] == []
    assert text(first) == text(second) == text(third)
    assert len(second.data) < len(first.data), "asked for twice, it is worth compressing well"
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["Content-Encoding"] == "br"


def test_any_commit_ends_all_copies(app: Flask, haulier: Member, in_app: InApp) -> None:
    get(app)
    assert "Colisage express" not in text(get(app))
    listing = in_app(build_listings.listing, haulier, "Colisage express")
    assert "Colisage express" in text(get(app))
    in_app(service.withdraw_listing, actor=haulier.actor, listing_id=listing)
    assert "Colisage express" not in text(get(app))


def test_who_is_signed_in_gets_no_copy_and_leaves_none(
    app: Flask, haulier: Member, page: Callable[..., Any]
) -> None:
    member = page(haulier.email)
    assert "Se déconnecter" in member.get("/annonces")
    for _ in range(2):
        shown = get(app, **INSIDE)
        assert "Se déconnecter" not in text(shown)
        assert "Se connecter" in text(shown)
    assert "Se déconnecter" in member.get("/annonces")


def test_members_share_what_the_search_found_until_something_changes(
    app: Flask,
    haulier: Member,
    in_app: InApp,
    page: Callable[..., Any],
    count_queries: Callable[..., Any],
) -> None:
    neighbour = in_app(build_members.company, "Menuiserie Chartreuse", "menuiserie@chartreuse.example")
    first, second = page(haulier.email), page(neighbour.email)
    for _ in range(
        50
    ):  # a commit in any database of a PostgreSQL server ends what is kept: others test beside
        assert "Stockage de palettes au sec" in first.get("/annonces")
        with count_queries() as queries:
            shown = second.get("/annonces")
        if not any("listing" in query for query in queries):
            break
    assert not any("listing" in query for query in queries)
    assert "Stockage de palettes au sec" in shown
    frame = shown.html.partition("<main")[0]
    assert "Menuiserie Chartreuse" in frame
    assert "Transports du Vercors" not in frame
    listing = in_app(build_listings.listing, haulier, "Colisage express")
    assert "Colisage express" in second.get("/annonces")
    in_app(service.withdraw_listing, actor=haulier.actor, listing_id=listing)
    assert "Colisage express" not in second.get("/annonces")


def test_what_a_role_may_not_do_is_not_shown_to_it_from_what_another_was_shown(
    app: Flask, haulier: Member, in_app: InApp, page: Callable[..., Any]
) -> None:
    accountant = in_app(build_members.accountant, haulier, "cabinet@comptes.example")
    assert accountant.kind == "accountant"
    nothing = "/annonces?mots=fraisage"
    assert "Publier ce besoin" in page(haulier.email).get(nothing)
    assert "Publier ce besoin" not in page("cabinet@comptes.example").get(nothing)
    assert "Publier ce besoin" in page(haulier.email).get(nothing)


def test_what_differs_has_copies_of_its_own(app: Flask, haulier: Member) -> None:
    whole, fragment = get(app), get(app, **{"HX-Request": "true"})
    assert "<html" in text(whole)
    assert "<html" not in text(fragment)
    assert "<style>" in text(get(app, "/annonces"))
    assert "<style>" not in text(get(app, "/annonces", **INSIDE))
    assert "Rien ne ressemble" in text(get(app, "/annonces?mots=fraisage"))
    plain = app.test_client().get("/annonces", headers={"Accept-Encoding": "identity"})
    assert plain.headers.get("Content-Encoding") is None
    assert plain.text == text(whole)


def test_a_browser_that_has_the_page_is_told_so_until_something_changes(
    app: Flask, haulier: Member, in_app: InApp
) -> None:
    etag = get(app).headers["ETag"]
    again = get(app, **{"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert again.headers["Cache-Control"] == "no-cache, private"
    in_app(build_listings.listing, haulier, "Colisage express")
    assert get(app, **{"If-None-Match": etag}).status_code == 200


def test_pages_with_a_form_to_send_are_never_kept(app: Flask) -> None:
    first, second = get(app, "/adhesion"), get(app, "/adhesion")
    assert "Set-Cookie" in first.headers
    assert "Set-Cookie" in second.headers


def test_behind_a_proxy_a_first_page_carries_its_style_and_the_next_one_does_not(
    settings: Settings, haulier: Member
) -> None:
    app = create_app(replace(settings, proxies=1))
    through = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    for _ in range(2):
        assert "<style>" in text(get(app, "/annonces", **through))
        assert "<style>" not in text(get(app, "/annonces", **through, Referer="https://localhost/"))
    network.close(app)


def test_a_database_that_cannot_be_asked_is_told_by_the_site_and_not_by_the_door(
    app: Flask, haulier: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> str:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(db, "data_version", gone)
    answer = app.test_client().get("/comment-ca-marche")
    assert answer.status_code == 200, "a page that needs no database goes on"
