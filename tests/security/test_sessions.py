"""Sessions: rows that end at sign-out, with the password, at a distance, after hours; a copied cookie opens nothing then."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.members import service
from barterweb.outbox.models import OutboxMessage
from barterweb.security.facts import ABSOLUTE, IDLE, browser_in_words
from barterweb.security.models import PersonSession
from tests import build_members as build
from tests.page import Browser
from tests.security.conftest import InApp, Open, sign_in, url_of

PRIVATE = "/mon-entreprise"


def copied(app: Flask, browser: Browser) -> Browser:
    """Return a browser with a copy of another's cookie, as a thief has it."""
    thief = Browser(app)
    with browser._client.session_transaction() as values:
        thief.begin_session(dict(values))
    return thief


def is_in(browser: Browser) -> bool:
    browser.get(PRIVATE)
    return url_of(browser) == PRIVATE


@pytest.fixture
def signed(lea: build.Member, page: Open) -> Browser:
    browser = page()
    sign_in(browser, lea.email)
    return browser


def sign_out(_app: Flask, browser: Browser, _person_id: str) -> None:
    browser.get(PRIVATE)
    browser.submit("Se déconnecter")


def reset(app: Flask, _browser: Browser, person_id: str) -> None:
    with app.app_context():
        service.set_password(person_id=person_id, password_hash=build.password_hash())


def disable(app: Flask, _browser: Browser, person_id: str) -> None:
    with app.app_context():
        service.disable_person(person_id=person_id)


@pytest.mark.parametrize("end", [sign_out, reset, disable])
def test_a_copied_cookie_opens_nothing_after_the_session_ended(
    app: Flask, lea: build.Member, signed: Browser, end: Callable[[Flask, Browser, str], None]
) -> None:
    thief = copied(app, signed)
    assert is_in(thief), "the copy works while the session is open"
    end(app, signed, lea.person_id)
    assert not is_in(thief)


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(
    app: Flask, lea: build.Member, signed: Browser, page: Open
) -> None:
    elsewhere = page()
    sign_in(elsewhere, lea.email)
    new = "gravillon mauve escalier dodo"
    signed.get("/securite/mot-de-passe")
    signed.submit(
        "Changer de mot de passe", {"present": "autre chose ici", "password": new, "again": new}, status=422
    )
    assert is_in(elsewhere)
    signed.get("/securite/mot-de-passe")
    signed.submit("Changer de mot de passe", {"present": build.PASSWORD, "password": new, "again": new})
    assert is_in(signed)
    assert not is_in(elsewhere)
    sign_in(elsewhere, lea.email, status=422)
    sign_in(elsewhere, lea.email, new)


def test_signing_in_gives_a_new_token_and_keeps_nothing_of_the_visitor(
    app: Flask, lea: build.Member, page: Open
) -> None:
    browser = page()
    browser.get("/connexion")
    with browser._client.session_transaction() as before:
        planted = dict(before)
        before["planted"] = "by somebody else"
    browser.submit("Se connecter", email=lea.email, password=build.PASSWORD)
    with browser._client.session_transaction() as after:
        assert set(after) == {
            "_user_id",
            "_id",
            "_fresh",
            "device",
            "_permanent",
            "csrf_token",
        }  # Flask-Login’s and ours
        assert after["csrf_token"] != planted["csrf_token"]
        first = after["_user_id"]
    sign_out(app, browser, "")
    sign_in(browser, lea.email)
    with browser._client.session_transaction() as again:
        assert again["_user_id"] != first
    with app.app_context():
        kept = db.session.scalars(sa.select(PersonSession.token_hash)).all()
    assert first not in str(kept), "the table holds hashes only"


def test_a_session_left_idle_is_over(signed: Browser) -> None:
    with clock.at(clock.now() + IDLE - timedelta(minutes=1)):
        assert is_in(signed), "each use puts the end off"
        later = clock.now() + IDLE - timedelta(minutes=1)
    with clock.at(later):
        assert is_in(signed)
    with clock.at(later + IDLE + timedelta(minutes=1)):
        assert not is_in(signed)


def test_a_session_is_over_after_a_day_however_much_it_was_used(signed: Browser) -> None:
    start = clock.now()
    for hours in range(2, 24, 2):
        with clock.at(start + timedelta(hours=hours)):
            assert is_in(signed)
    with clock.at(start + ABSOLUTE + timedelta(minutes=1)):
        assert not is_in(signed)


def test_the_use_of_a_session_is_noted_at_most_every_five_minutes(
    signed: Browser, count_queries: Callable[..., Any]
) -> None:
    signed.get(PRIVATE)
    for minutes, writes in ((1, 0), (4, 0), (6, 1), (8, 0)):
        with clock.at(clock.now() + timedelta(minutes=minutes)), count_queries() as queries:
            signed.get(PRIVATE)
        assert sum(query.startswith("UPDATE person_sessions") for query in queries) == writes, minutes


def test_session_and_person_are_one_query_of_a_page(
    signed: Browser, count_queries: Callable[..., Any]
) -> None:
    signed.get("/roles")
    with count_queries() as queries:
        signed.get("/accessibilite")
    assert sum("person_sessions" in query for query in queries) == 1
    assert len(queries) <= 3, queries


def test_the_list_shows_ones_sessions_and_ends_them(
    app: Flask, in_app: InApp, lea: build.Member, signed: Browser, page: Open
) -> None:
    elsewhere = page()
    sign_in(elsewhere, lea.email)
    shown = signed.get("/securite")
    assert shown.text_of("#sessions") == "Sessions ouvertes"
    assert len(shown.all("section table tbody tr td[data-label=Navigateur]")) == 2
    signed.submit("Fermer")
    assert not is_in(elsewhere)
    sign_in(elsewhere, lea.email)
    signed.get("/securite")
    signed.submit("Fermer toutes les autres")
    assert not is_in(elsewhere)
    assert is_in(signed)


def test_nobody_ends_anothers_session(
    in_app: InApp, lea: build.Member, signed: Browser, page: Open, app: Flask
) -> None:
    other = in_app(build.company, "Imprimerie Berthet")
    thief = page()
    sign_in(thief, other.email)
    with app.app_context():
        theirs = db.session.scalars(
            sa.select(PersonSession.id).where(PersonSession.person_id == lea.person_id)
        ).one()
    thief.get("/securite")
    thief.post(f"/securite/sessions/{theirs}/fin", status=404)
    assert is_in(signed)


def test_a_letter_tells_of_a_new_device_and_of_no_known_one(
    app: Flask, lea: build.Member, signed: Browser, page: Open
) -> None:
    def letters() -> int:
        with app.app_context():
            query = sa.select(sa.func.count()).where(OutboxMessage.kind == "new_device")
            return db.session.scalar(query) or 0

    assert letters() == 0, "the first device of all is no news"
    sign_out(app, signed, "")
    sign_in(signed, lea.email)
    assert letters() == 0, "the same browser is known after signing out"
    sign_in(page(), lea.email)
    assert letters() == 1
    assert "Connexion depuis un nouvel appareil" in signed.get("/securite")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox sur Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
            "Chrome sur Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/17 Safari/605",
            "Safari sur macOS",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120.0", "Edge sur Windows"),
        ("", "Navigateur"),
        ("<script>" * 5_000, "Navigateur"),
    ],
)
def test_browsers_have_names_that_people_know(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
