"""Debian's Chromium, driven by Playwright, on the real server with the companies of the story."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from barterweb.members.facts import RegionSettings
from barterweb.settings import Settings
from tests import build_members
from tests.build_members import Member
from tests.server import running

PATIENCE_MS = 30_000
REFUSED = "status of 422"  # Chromium reports a refused form as an error; the journeys refuse some on purpose


@pytest.fixture
def site(app: Flask, settings: Settings) -> Iterator[str]:
    """The running site's address."""
    with running(settings) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: every journey is played both ways."""
    return bool(request.param)


@pytest.fixture
def person(chromium: Browser, site: str, scripts: bool) -> Iterator[Callable[..., Page]]:
    """Open a browser as a visitor, or signed in by typing e-mail and password."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(email: str | None = None) -> Page:
        context = chromium.new_context(
            base_url=site, java_script_enabled=scripts, viewport={"width": 360, "height": 740}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: (
                errors.append(said.text) if said.type == "error" and REFUSED not in said.text else None
            ),
        )
        if email is not None:
            page.goto("/connexion")
            page.fill("[name=email]", email)
            page.fill("[name=password]", build_members.PASSWORD)
            page.click("main button:has-text('Se connecter')")
            page.wait_for_url(lambda url: "/connexion" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def companies(in_app: Callable[..., Any]) -> dict[str, Member]:
    """A firm, an agency and a roaster with a line of 8,000 B; staff and operator; the haulier joins by itself."""

    def make() -> dict[str, Member]:
        build_members.region(terms=RegionSettings(credit_limit_cents=800_000))
        made = {
            "firm": build_members.company("Cabinet Marcellin"),
            "agency": build_members.company("Agence Quai Neuf"),
            "roaster": build_members.company("Torréfaction Bellecombe"),
        }
        build_members.staff(build_members.cluster())
        return made

    return in_app(make)  # type: ignore[no-any-return]
