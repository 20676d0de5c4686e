"""htmx comes after the page, on a slow line not before somebody goes near what uses it; what was typed meanwhile counts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import build_trades
from tests.browser.test_budgets import BYTES_A_SECOND, LATENCY_MS, SETTLING_MS
from tests.build_members import Member

pytestmark = pytest.mark.browser

THERE = "() => typeof htmx === 'object'"
Open = Callable[..., Page]


@pytest.fixture
def scripts() -> bool:
    """Browsers here run scripts: htmx is one."""
    return True


@pytest.fixture
def page(person: Open, companies: dict[str, Member], in_app: Callable[..., Any]) -> tuple[Page, str]:
    """The firm's browser, and the address of the page on which it accepts a trade."""
    trade = in_app(build_trades.proposed, companies["agency"], companies["firm"])
    return person(companies["firm"].email), f"/echanges/{trade}/accord"


def accept(page: Page) -> None:
    page.evaluate("window.stayed = true")
    page.check("[name=read]")
    page.click("main form[hx-post] [type=submit]")
    expect(page.locator("main")).to_contain_text("sont réservés")


def test_on_a_good_line_it_comes_by_itself(page: tuple[Page, str]) -> None:
    browser, address = page
    browser.goto(address)
    browser.wait_for_function(THERE)
    accept(browser)
    assert browser.evaluate("window.stayed"), "the document was replaced"


def slow_down(browser: Page) -> None:
    line = browser.context.new_cdp_session(browser)
    speed = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed})


def test_on_a_slow_line_it_waits_for_a_person(page: tuple[Page, str]) -> None:
    browser, address = page
    slow_down(browser)
    browser.goto(address)
    browser.wait_for_timeout(SETTLING_MS)
    assert not browser.evaluate(THERE)
    browser.focus("[name=read]")
    browser.wait_for_function(THERE)
    accept(browser)
    assert browser.evaluate("window.stayed"), "the document was replaced"


def test_without_it_forms_go_the_ordinary_way(page: tuple[Page, str]) -> None:
    browser, address = page
    browser.route("**/htmx.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    browser.goto(address)
    accept(browser)
    assert not browser.evaluate("window.stayed"), "the page was loaded anew"


@pytest.mark.parametrize("address", ["/annonces", "/entreprises"])
def test_words_typed_before_it_came_are_searched(person: Open, address: str) -> None:
    browser = person()
    slow_down(browser)
    browser.goto(address)
    browser.evaluate("window.stayed = true")
    browser.fill("main [type=search]", "tapisserie")
    assert not browser.evaluate(THERE), "nothing was typed before"
    expect(browser).to_have_url(re.compile("=tapisserie"))
    assert browser.evaluate("window.stayed"), "the document was replaced"
