"""Limits: counted by the database, so that four processes let no more through than one."""

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask

from barterweb import clock, db
from barterweb.errors import TooMany
from barterweb.members import service
from barterweb.members.facts import Subject
from barterweb.security import service as guards
from barterweb.security.facts import APPLICATIONS, SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, Limit, Visit
from barterweb.settings import Settings
from tests import build_members as build
from tests.html import parse, select
from tests.security.conftest import InApp, Open, sign_in
from tests.server import running

VISIT = Visit("192.0.2.7", "Firefox sur Linux", "mark")


def wrong(email: str, address: str = "192.0.2.7") -> bool:
    """Try a wrong password; tell whether it was let through."""
    visit = Visit(address, "Firefox", "mark")
    try:
        assert service.check_sign_in(email=email, password="un mauvais essai", visit=visit) is None
    except TooMany:
        return False
    return True


def test_an_account_may_be_tried_ten_times_in_five_minutes(
    in_app: InApp, lea: build.Member, page: Open
) -> None:
    assert [in_app(wrong, lea.email, f"192.0.2.{n}") for n in range(12)].count(True) == 10
    browser = page()
    sign_in(browser, lea.email, status=429)
    assert browser.page is not None
    assert 0 < int(browser.page.headers["Retry-After"]) <= 300
    assert "Trop d’essais" in browser.page.text_of(".error-summary")
    assert browser.page.value_of("email") == lea.email
    with clock.at(clock.now() + SIGN_IN_ACCOUNT.period + timedelta(seconds=1)):
        sign_in(browser, lea.email)


def test_an_unknown_account_is_limited_like_a_known_one(in_app: InApp) -> None:
    assert [in_app(wrong, "inconnu@ailleurs.example", f"192.0.2.{n}") for n in range(12)].count(True) == 10


def test_an_address_may_try_forty_accounts(
    in_app: InApp, lea: build.Member, page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barterweb.members.service.access.check_password", lambda **_: None)
    tried = [in_app(wrong, f"essai{n}@ailleurs.example") for n in range(45)]
    assert tried.count(True) == SIGN_IN_ADDRESS.times
    assert in_app(wrong, "essai99@ailleurs.example", "192.0.2.8")


def test_good_passwords_do_not_count(in_app: InApp, lea: build.Member) -> None:
    for _ in range(45):
        with pytest.MonkeyPatch.context() as quick:
            quick.setattr(
                "barterweb.members.service.access.check_password",
                lambda **_: Subject("x", "y"),
            )
            in_app(service.check_sign_in, email=lea.email, password="-", visit=VISIT)


def test_counts_begin_again_after_their_period_and_are_forgotten(in_app: InApp) -> None:
    limit = Limit("test", 3, timedelta(minutes=5))

    def tries(number: int) -> list[bool]:
        with db.open_transaction():
            return [guards.count(limit, "somebody") is None for _ in range(number)]

    assert in_app(tries, 5) == [True, True, True, False, False]
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        assert in_app(tries, 4) == [True, True, True, False]

    def forget() -> int:
        with db.open_transaction():
            return guards.forget_old_counts()

    with clock.at(clock.now() + timedelta(minutes=11)):
        assert in_app(forget) == 1


def test_a_letter_to_one_address_is_asked_five_times_a_day(
    in_app: InApp, lea: build.Member, page: Open
) -> None:
    browser = page()
    for _ in range(5):
        browser.get("/mot-de-passe")
        browser.submit("Recevoir un lien", email=lea.email)
    browser.get("/mot-de-passe")
    browser.submit("Recevoir un lien", email=lea.email, status=429)
    assert int((browser.page and browser.page.headers["Retry-After"]) or 0) > 3600


@pytest.fixture
def port(settings: Settings, app: Flask, lea: build.Member) -> Iterator[int]:
    with running(settings, workers=4) as chosen:
        yield chosen


def _post_form(port: int, path: str, **typed: str) -> int:
    """Fetch a page as a new visitor, fill in its form, send it, and return the status."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as site:
        site.request("GET", path)
        answer = site.getresponse()
        body = answer.read().decode()
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
        (form,) = [f for f in select(parse(body, fragment=False)[0], "main form") if f.get("action")]
        fields = {field.get("name") or "": field.get("value") or "" for field in select(form, "input")}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        site.request("POST", form.get("action") or path, urlencode({**fields, **typed}), headers)
        answer = site.getresponse()
        answer.read()
        return answer.status


def _at_once(port: int, path: str, **typed: str) -> Counter[int]:
    """Send the form 32 times, eight at once."""
    answers: list[int] = []

    def many() -> None:
        answers.extend(_post_form(port, path, **typed) for _ in range(4))

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


@pytest.mark.parametrize(
    ("path", "passed", "times"),
    [("/connexion", 422, 10), ("/mot-de-passe", 303, 5), ("/adhesion", 303, 20)],
    ids=["sign-in", "reset", "applications"],
)
def test_four_workers_let_no_more_through_than_one(
    port: int, lea: build.Member, path: str, passed: int, times: int
) -> None:
    typed = {
        "/connexion": {"email": lea.email, "password": "un mauvais essai"},
        "/mot-de-passe": {"email": lea.email},
        "/adhesion": {"contact_name": "Paul Durand", "contact_email": "paul@ailleurs.example"},
    }[path]
    assert _at_once(port, path, **typed) == {passed: times, 429: 32 - times}


def test_an_application_too_many_keeps_what_was_typed(page: Open, in_app: InApp) -> None:
    def used_up() -> None:
        with db.open_transaction():
            for _ in range(APPLICATIONS.times):
                guards.count(APPLICATIONS, "127.0.0.1")

    visitor = page()
    visitor.get("/adhesion")
    in_app(used_up)
    typed = {"contact_name": "Paul Durand", "contact_email": "paul@ailleurs.example"}
    shown = visitor.submit("Commencer la candidature", typed, status=429)
    assert "Recommencez dans 24 heures" in shown
    assert shown.value_of("contact_name") == "Paul Durand"
    assert shown.headers["Retry-After"]
    with clock.at(clock.now() + APPLICATIONS.period + timedelta(seconds=1)):
        visitor.submit("Commencer la candidature")


def test_a_company_invites_thirty_people_a_day(
    in_app: InApp, lea: build.Member, page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "barterweb.members.routes.companies.INVITATIONS", Limit("invitations", 2, timedelta(days=1))
    )
    browser = page(lea.email)
    for number in range(3):
        browser.get("/mon-entreprise")
        typed = {"kind": "trader", "person_name": "Paul Durand", "email": f"paul{number}@ailleurs.example"}
        shown = browser.submit("Envoyer l’invitation", typed, status=200 if number < 2 else 429)
    assert "Trop d’invitations en un jour" in shown
    assert shown.value_of("email") == "paul2@ailleurs.example"
