"""Passkeys in a real browser, with Chromium's virtual authenticator: made, used alone and beside a password, removed."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from barterweb.settings import Settings
from tests import build_members
from tests.build_members import PASSWORD, Member
from tests.server import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def named_site(app: Flask, settings: Settings) -> Iterator[str]:
    """The running site under a name: WebAuthn knows no numbers."""
    site = Site(settings, host="localhost")
    site.start()
    yield f"http://localhost:{site.port}"
    site.stop()


@pytest.fixture
def visitor(chromium: Browser, named_site: str) -> Iterator[Page]:
    """A page whose browser holds an authenticator that recognises its person."""
    context = chromium.new_context(base_url=named_site, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.set_default_timeout(30_000)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def sign_in_by_password(page: Page, email: str) -> None:
    page.goto("/connexion")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button:has-text('Se connecter')")


def sign_out(page: Page) -> None:
    page.click("summary:has-text('Menu')")
    page.click("button:has-text('Se déconnecter')")
    expect(page.locator("h1")).to_be_visible()


def make_passkey(page: Page) -> None:
    page.goto("/securite/cles")
    page.fill("[name=name]", "Ordinateur de l’atelier")
    page.fill("[name=password]", PASSWORD)
    page.click("main button:has-text('Créer la clé')")
    expect(page.locator("main")).to_contain_text("Ordinateur de l’atelier")


def test_a_passkey_from_its_making_to_its_end(visitor: Page, in_app: Callable[..., Any]) -> None:
    member: Member = in_app(build_members.company)
    sign_in_by_password(visitor, member.email)
    make_passkey(visitor)
    sign_out(visitor)

    visitor.goto("/connexion?suite=/mon-entreprise")
    visitor.click("main button:has-text('Entrer avec une clé d’accès')")
    expect(visitor).to_have_url(re.compile("/mon-entreprise$"))
    sign_out(visitor)

    sign_in_by_password(visitor, member.email)
    expect(visitor).to_have_url(re.compile("/connexion/second-facteur$"))
    visitor.click("main button:has-text('Utiliser une clé d’accès')")
    expect(visitor).to_have_url(re.compile("/tableau-de-bord$"))

    visitor.goto("/securite")
    visitor.click("main a:has-text('Retirer')")
    visitor.fill("[name=password]", PASSWORD)
    visitor.click("main button:has-text('Retirer la clé')")
    expect(visitor.locator("main .cards")).not_to_contain_text("Ordinateur de l’atelier")
    sign_out(visitor)
    visitor.goto("/connexion")
    visitor.click("main button:has-text('Entrer avec une clé d’accès')")
    expect(visitor.locator(".error-summary, [data-passkey-failed]:visible")).to_be_visible()


def test_an_answer_serves_once_and_to_its_own_question(visitor: Page, in_app: Callable[..., Any]) -> None:
    member: Member = in_app(build_members.company)
    sign_in_by_password(visitor, member.email)
    make_passkey(visitor)
    sign_out(visitor)
    visitor.goto("/connexion")
    sent: list[str] = []
    visitor.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    before = visitor.context.cookies()
    visitor.click("main button:has-text('Entrer avec une clé d’accès')")
    expect(visitor).to_have_url(re.compile("/tableau-de-bord$"))
    answer = next(body for body in sent if "answer=" in body)
    visitor.context.clear_cookies()
    visitor.context.add_cookies(before)  # type: ignore[arg-type]
    again = visitor.context.request.post(
        "/connexion/cle", data=answer, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert again.status == 422, "the same answer to the same question, with the cookie of then"
    assert "n’a pas été reconnue" in again.text()
