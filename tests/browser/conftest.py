"""Debian's Chromium, driven by Playwright, on the real server with the companies of the story."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from barterweb import app as application
from barterweb.members.facts import RegionSettings
from barterweb.settings import Settings
from tests import build_members, network
from tests.build_members import Member
from tests.conftest import _session_of
from tests.network import PEOPLE, Place
from tests.server import running, session_cookie

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


@dataclass(frozen=True, slots=True)
class DemoSite:
    """The demonstration network, served: its address, its pages, and the session cookie of each hat."""

    url: str
    places: tuple[Place, ...]
    cookies: dict[str | None, str]
    html: dict[Place, str]

    def context(self, chromium: Browser, who: str | None, **options: Any) -> BrowserContext:
        """Open a browser as somebody."""
        context = chromium.new_context(base_url=self.url, **options)
        context.set_default_timeout(PATIENCE_MS)
        if who is not None:
            context.add_cookies([{"name": "session", "value": self.cookies[who], "url": self.url}])
        return context


@pytest.fixture(scope="session")
def demo_site(copies: Any, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[DemoSite]:
    """The demonstration network on a server of this worker; the network itself is made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "network"
    settings = network.make_in(Path(folder), copies.template)
    app = application.create_app(settings)
    try:
        sessions = {who: _session_of(app, email, None) for who, email in PEOPLE.items()}
        cookies: dict[str | None, str] = {who: session_cookie(app, kept) for who, kept in sessions.items()}
        clients = {who: app.test_client() for who in (None, *PEOPLE)}
        for who, cookie in cookies.items():
            clients[who].set_cookie("session", cookie)
        found = tuple(network.places(app, clients))
        html = {place: clients[place.who].get(place.url).text for place in found}
        with running(settings) as port:
            yield DemoSite(f"http://127.0.0.1:{port}", found, cookies, html)
    finally:
        with contextlib.suppress(Exception):
            network.close(app)
