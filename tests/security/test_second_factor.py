"""The second factor: set up with a QR code, asked at sign-in, each code good once, compulsory for staff and accountants."""

from collections.abc import Iterator
from datetime import timedelta
from math import log2
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.members.service.access_events import ACCESS_KINDS
from barterweb.outbox.models import OutboxMessage
from barterweb.security.models import RecoveryCode
from tests import build_members as build
from tests.page import Browser
from tests.security.conftest import InApp, Open, code_for, secret_shown, set_up_totp, sign_in, url_of

STEP = "/connexion/second-facteur"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """The clock stands: no step of thirty seconds ends between setting up and signing in."""
    with clock.at(clock.now()):
        yield


@pytest.fixture
def enrolled(lea: build.Member, page: Open) -> tuple[str, list[str]]:
    """Léa's secret and recovery codes."""
    browser = page()
    sign_in(browser, lea.email)
    return set_up_totp(browser)


def give(browser: Browser, code: str, *, status: int = 200) -> None:
    browser.submit("Entrer", code=code, status=status)


def test_the_qr_code_holds_what_an_authenticator_needs(lea: build.Member, page: Open) -> None:
    browser = page()
    sign_in(browser, lea.email)
    shown = browser.get("/securite/application")
    picture = shown.one("main img").get("src") or ""
    assert unquote(picture).startswith("data:image/svg+xml")
    assert len(secret_shown(shown)) == 32, "160 bits in base 32"
    assert shown.headers["Cache-Control"] == "no-store"


def test_a_wrong_first_code_sets_nothing_up_and_the_secret_stays(lea: build.Member, page: Open) -> None:
    browser = page()
    sign_in(browser, lea.email)
    secret = secret_shown(browser.get("/securite/application"))
    browser.submit("Activer", code="000000", password=build.PASSWORD, status=422)
    assert browser.page is not None
    assert secret_shown(browser.page) == secret
    browser.submit("Activer", code=code_for(secret), password="un autre mot de passe", status=422)
    browser.submit("Activer", code=code_for(secret), password=build.PASSWORD)
    assert len(browser.page.all(".columns code")) == 8
    bits = [len((code.text or "").replace("-", "")) * log2(31) for code in browser.page.all(".columns code")]
    assert min(bits) >= 112  # what a plain hash may keep (ASVS 5.0, 6.5.2)


def test_signing_in_asks_for_the_code(lea: build.Member, page: Open, enrolled: tuple[str, list[str]]) -> None:
    browser = page()
    sign_in(browser, lea.email)
    assert url_of(browser) == STEP
    browser.get("/mon-entreprise")
    assert browser.redirects[0].startswith("/connexion"), "the password alone opens nothing"
    browser.get(STEP)
    give(browser, "123456", status=422)
    give(browser, code_for(enrolled[0], ahead=1))
    assert url_of(browser) == "/tableau-de-bord"


def test_a_code_opens_once(lea: build.Member, page: Open, enrolled: tuple[str, list[str]]) -> None:
    first, second = page(), page()
    sign_in(first, lea.email)
    sign_in(second, lea.email)
    give(first, code_for(enrolled[0]), status=422)
    code = code_for(enrolled[0], ahead=1)
    give(first, code)
    give(second, code, status=422)


def test_codes_of_other_moments_open_nothing(
    lea: build.Member, page: Open, enrolled: tuple[str, list[str]]
) -> None:
    browser = page()
    sign_in(browser, lea.email)
    for ahead in (-3, -2, 2, 3):
        give(browser, code_for(enrolled[0], ahead=ahead), status=422)


def test_a_recovery_code_stands_in_once(
    app: Flask, lea: build.Member, page: Open, enrolled: tuple[str, list[str]]
) -> None:
    code = enrolled[1][0]
    browser = page()
    sign_in(browser, lea.email)
    give(browser, code.upper().replace("-", " "))
    assert url_of(browser) == "/tableau-de-bord"
    again = page()
    sign_in(again, lea.email)
    give(again, code, status=422)
    assert "Il vous reste 7 codes de secours" in browser.get("/securite")
    with app.app_context():
        kept = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
        letters = db.session.scalars(
            sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "access_changed")
        ).all()
    assert code.replace("-", "") not in str(kept)
    assert "recovery_code_used" in str(letters)


def test_five_wrong_codes_are_enough_for_five_minutes(
    lea: build.Member, page: Open, enrolled: tuple[str, list[str]]
) -> None:
    browser = page()
    sign_in(browser, lea.email)
    for _ in range(5):
        give(browser, "000000", status=422)
    give(browser, code_for(enrolled[0], ahead=1), status=429)
    assert browser.page is not None
    assert int(browser.page.headers["Retry-After"]) <= 300
    with clock.at(clock.now() + timedelta(minutes=6)):
        sign_in(browser, lea.email)
        give(browser, code_for(enrolled[0]))
    assert url_of(browser) == "/tableau-de-bord"


def test_the_second_step_waits_ten_minutes_and_ends_with_a_new_password(
    in_app: InApp, lea: build.Member, page: Open, enrolled: tuple[str, list[str]]
) -> None:
    browser = page()
    sign_in(browser, lea.email)
    with clock.at(clock.now() + timedelta(minutes=11)):
        browser.get(STEP)
        assert url_of(browser) == "/connexion"
    sign_in(browser, lea.email)
    in_app(build.service.set_password, person_id=lea.person_id, password_hash=build.password_hash())
    give(browser, code_for(enrolled[0], ahead=1))
    assert url_of(browser) == "/connexion"


def test_taking_the_authenticator_away_asks_for_the_password(
    lea: build.Member, page: Open, enrolled: tuple[str, list[str]]
) -> None:
    browser = page()
    sign_in(browser, lea.email)
    give(browser, code_for(enrolled[0], ahead=1))
    browser.get("/securite/codes")
    browser.submit("Remplacer les codes", password=build.PASSWORD)
    assert browser.page is not None
    assert len(browser.page.all(".columns code")) == 8
    browser.get("/securite/application/retrait")
    browser.submit("Retirer l’application", password="un autre mot de passe", status=422)
    browser.submit("Retirer l’application", password=build.PASSWORD)
    other = page()
    sign_in(other, lea.email)
    assert url_of(other) == "/tableau-de-bord"


@pytest.mark.parametrize("kind", ["staff", "operator", "accountant"])
def test_those_who_see_several_companies_set_one_up_first(
    strict: Flask, in_app: InApp, lea: build.Member, page: Open, kind: str
) -> None:
    email, first = {
        "staff": ("equipe@pole.example", lambda: build.staff(build.cluster())),
        "operator": ("exploitant@barter.example", build.operator),
        "accountant": ("cabinet@comptes.example", lambda: build.accountant(lea)),
    }[kind]
    in_app(first)
    browser = page()
    sign_in(browser, email)
    for url in (
        "/pole",
        "/operateur/journal",
        "/comptes",
        "/mes-donnees",
        "/securite/mot-de-passe",
        "/notifications",
    ):
        shown = browser.get(url, status=403) if url in _closed_to(kind) else browser.get(url)
        if url not in _closed_to(kind):
            assert url_of(browser) == "/securite"
            assert "Il manque un second facteur" in shown
    set_up_totp(browser)
    browser.get({"staff": "/pole", "operator": "/operateur/journal", "accountant": "/comptes"}[kind])
    assert url_of(browser) != "/securite"


def _closed_to(kind: str) -> set[str]:
    """Addresses that are not for this hat anyway."""
    return {
        "staff": {"/operateur/journal", "/comptes", "/notifications"},
        "operator": {"/comptes", "/notifications"},
        "accountant": {"/pole", "/operateur/journal", "/notifications"},
    }[kind]


def test_members_are_offered_it_and_may_do_without(strict: Flask, lea: build.Member, page: Open) -> None:
    browser = page()
    sign_in(browser, lea.email)
    browser.get("/mon-entreprise")
    assert url_of(browser) != "/securite"
    assert "Ajouter une application" in browser.get("/securite")


def test_a_password_alone_does_not_carry_over_to_a_hat_that_wants_more(
    strict: Flask, in_app: InApp, lea: build.Member, page: Open
) -> None:
    in_app(lambda: build.person(lea.email, "staff", cluster_id=build.cluster()))
    browser = page()
    sign_in(browser, lea.email)
    assert url_of(browser) == "/securite"
    browser.get("/roles")
    browser.submit("Agir pour Transports du Vercors")
    browser.get("/mon-entreprise")
    assert url_of(browser) == "/mon-entreprise"
    browser.get("/roles")
    browser.submit("Agir pour Axelera")
    browser.get("/pole")
    assert url_of(browser) == "/securite"


def test_an_operator_takes_lost_factors_away(
    app: Flask, lea: build.Member, page: Open, enrolled: tuple[str, list[str]]
) -> None:
    open_elsewhere = page(lea.email)
    outcome = app.test_cli_runner().invoke(args=["access", "forget-factors", lea.email.upper()])
    assert outcome.exit_code == 0, outcome.output
    open_elsewhere.get("/mon-entreprise")
    assert url_of(open_elsewhere).startswith("/connexion")
    browser = page()
    sign_in(browser, lea.email)
    assert url_of(browser) == "/tableau-de-bord"
    assert "Seconds facteurs retirés par l’exploitant" in browser.get("/securite")
    assert app.test_cli_runner().invoke(args=["access", "close", "inconnu@ailleurs.example"]).exit_code == 1


def test_every_event_of_an_access_has_words_and_every_change_a_sentence() -> None:
    page = (ROOT / "templates/members/_access_events.html").read_text()
    assert all(f'"{kind}":' in page for kind in ACCESS_KINDS)
