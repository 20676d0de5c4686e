"""People whose access is tried: a trader, staff of a cluster, and the means to sign in as a browser does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from flask import Flask

from barterweb import clock
from tests import build_members as build
from tests.page import Browser, Page

InApp = Callable[..., Any]
Open = Callable[..., Browser]


@pytest.fixture
def lea(in_app: InApp) -> build.Member:
    """The administrator of a company."""
    member: build.Member = in_app(build.company)
    return member


@pytest.fixture
def strict(app: Flask) -> Flask:
    """The application with the second factor compulsory, as in production."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], second_factor="compulsory")
    return app


def sign_in(browser: Browser, email: str, password: str = build.PASSWORD, *, status: int = 200) -> None:
    """Fill in the sign-in form."""
    browser.get("/connexion")
    browser.submit("Se connecter", email=email, password=password, status=status)


def code_for(secret: str, *, ahead: int = 0) -> str:
    """Return what an authenticator shows now, or so many steps later."""
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + ahead)


def secret_shown(page: Page) -> str:
    """Return the secret that the page shows to those who cannot read the QR code."""
    return page.one("main details code").text or ""


def set_up_totp(browser: Browser) -> tuple[str, list[str]]:
    """Set up an authenticator on the pages; return its secret and the recovery codes."""
    secret = secret_shown(browser.get("/securite/application"))
    page = browser.submit("Activer", code=code_for(secret), password=build.PASSWORD)
    return secret, [item.text or "" for item in page.all(".columns code")]


def url_of(browser: Browser) -> str:
    """Return the address of the page shown."""
    assert browser.page is not None
    return browser.page.url
