"""Logs tell what broke and where; no password, code, token or address of a person is ever in them."""

import logging
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from barterweb.settings import Settings
from tests import build_members as build
from tests.security.conftest import InApp, Open, code_for, set_up_totp, sign_in
from tests.security.test_limits import _post_form
from tests.security.test_tokens import ask, link_in_letter
from tests.server import Site

CANARY = "canari-mot-de-passe-secret-9"


def test_nothing_secret_is_logged(
    app: Flask, in_app: InApp, lea: build.Member, page: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = page()
    sign_in(browser, lea.email, CANARY, status=422)
    sign_in(browser, lea.email)
    secret, codes = set_up_totp(browser)
    browser.get("/mon-entreprise")
    browser.submit("Se déconnecter")
    sign_in(browser, lea.email)
    browser.submit("Entrer", code="135791", status=422)
    code = code_for(secret, ahead=1)
    browser.submit("Entrer", code=code)
    ask(page(), lea.email)
    link = link_in_letter(app)
    page().get(link)
    with browser._client.session_transaction() as values:
        token = values["_user_id"]
    app.testing = False
    app.view_functions["pages.how_GET"] = _broken
    browser._client.get("/comment-ca-marche?" + CANARY)
    assert "unexpected error on GET /comment-ca-marche" in caplog.text, "the log works"
    hashed = in_app(lambda: build.queries.person(lea.person_id).password_hash)
    for name, hidden in {
        "password": CANARY,
        "own password": build.PASSWORD,
        "secret": secret,
        "recovery code": codes[0],
        "link": link.rpartition("/")[2],
        "session": token,
        "hash": hashed,
        "address": lea.email,
    }.items():
        assert hidden not in caplog.text, name
    assert code not in caplog.text.replace(":", " ").split()


def test_an_address_adds_no_line_and_no_token_to_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    app.view_functions["members.reset_GET"] = _broken
    app.test_client().get(f"/mot-de-passe/{CANARY}%0Aunexpected error on GET invented")
    assert "unexpected error on GET /mot-de-passe/<token>" in caplog.text
    assert CANARY not in caplog.text
    assert "invented" not in caplog.text


def test_who_is_refused_is_written_down_by_id(
    app: Flask, lea: build.Member, page: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = page(lea.email)
    browser.get("/operateur/comptes", status=403)
    browser.get(f"/echanges/trd_{'0' * 26}", status=404)
    page().get(f"/annonces/lst_{'0' * 26}", status=404)
    said = [record.getMessage() for record in caplog.records if record.name == "barterweb.web.errors"]
    assert said[0] == f"refused (403) GET /operateur/comptes to {lea.person_id}"
    assert said[1] == f"refused (404) GET /echanges/<id('trd'):trade_id> to {lea.person_id}"
    assert said[2] == "refused (404) GET /annonces/<id('lst'):listing_id> to visitor"


def _broken(**_parts: str) -> str:
    raise RuntimeError("it broke")


_broken.access_rule = "public"  # type: ignore[attr-defined]


def test_the_server_prints_nothing_about_its_visitors(
    settings: Settings, app: Flask, lea: build.Member, tmp_path: Path
) -> None:
    """The real server's output, at its most talkative, after a sign-in and a wrong one."""
    printed = tmp_path / "printed"
    site = Site(settings)
    with printed.open("w") as out, pytest.MonkeyPatch.context() as changed:
        plain = subprocess.Popen
        changed.setattr(
            subprocess, "Popen", lambda *args, **named: plain(*args, **named, stdout=out, stderr=out)
        )
        changed.setenv("LOG_LEVEL", "info")
        site.start()
    status = _post_form(site.port, "/connexion", email=lea.email, password="un mauvais essai")
    site.stop()
    assert status == 422
    text = printed.read_text()
    assert "Listening at" in text, "the output was caught"
    for hidden in ("un mauvais essai", lea.email, settings.secret_key):
        assert hidden not in text
