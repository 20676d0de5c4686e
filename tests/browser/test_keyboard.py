"""By keyboard alone: the skip link, searching, signing in, a proposal with its errors, and focus after each swap."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests import build_members, build_trades
from tests.build_members import Member

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
MOST_TABS = 80


@pytest.fixture
def listing(companies: dict[str, Member], in_app: Callable[..., Any]) -> str:
    """A listing of the firm."""
    return str(in_app(build_trades.listing, companies["firm"], "Tenue de comptabilité"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must be visible; fail when it never comes."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"no visible focus on {focused(page)}"
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def focused(page: Page) -> str:
    """Return the element that has the focus, shortened."""
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))


def test_a_visitor_skips_the_menu_and_searches(person: Open, listing: str) -> None:
    page = person()
    page.goto("/annonces")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, "#mots")
    page.keyboard.type("comptabilites")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("mots=comptabilites"))
    expect(page.locator("#compte")).to_contain_text("1 annonce")
    tab_to(page, "a.cover")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tenue de comptabilité")


def test_the_menu_of_a_phone_opens_by_keyboard(person: Open, listing: str) -> None:
    page = person()
    page.goto("/")
    tab_to(page, ".site-header summary")
    page.keyboard.press("Enter")
    tab_to(page, ".site-nav a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/annonces$"))


def test_the_operator_reaches_what_is_folded_in_the_menu(person: Open, companies: dict[str, Member]) -> None:
    page = person("exploitant@barter.example")
    page.set_viewport_size({"width": 896, "height": 900})
    for label, path in (("Journal", "/operateur/journal"), ("Facturation", "/operateur/facturation")):
        page.goto("/pole")
        expect(page.get_by_role("link", name=label, exact=True)).to_be_hidden()
        tab_to(page, ".more summary")
        page.keyboard.press("Enter")
        tab_to(page, f".more [href='{path}']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}")
        expect(page.locator(".more summary")).to_have_text(f"Plus\u00a0: {label}")
        entries = page.locator(".site-nav > ul > li")
        heights = entries.evaluate_all("all => all.map(li => li.getBoundingClientRect().top)")
        assert len(set(heights)) == 1, f"the menu takes more than one line: {heights}"


def test_a_member_signs_in_and_proposes(person: Open, companies: dict[str, Member], listing: str) -> None:
    page = person()
    page.goto(f"/annonces/{listing}/proposition")
    tab_to(page, "[name=email]")
    page.keyboard.type(companies["agency"].email)
    tab_to(page, "[name=password]")
    page.keyboard.type(build_members.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/proposition"))
    tab_to(page, "[value=verifier]")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()


def test_a_refused_form_takes_the_focus_and_leads_to_its_fields(
    person: Open, companies: dict[str, Member], listing: str, scripts: bool
) -> None:
    page = person(companies["agency"].email)
    page.goto(f"/annonces/{listing}/proposition")
    page.locator("[value=verifier]").press("Enter")
    summary = page.locator(".error-summary")
    if scripts:
        expect(summary).to_be_focused()
    first = summary.locator("a").first
    target = str(first.get_attribute("href"))
    first.press("Enter")
    page.keyboard.type("x")
    assert page.evaluate("document.activeElement.id") in {target[1:], ""} or not scripts
    expect(page.locator(target)).to_be_visible()


def test_after_a_swap_focus_stays_and_the_change_is_said_once(
    person: Open, listing: str, scripts: bool
) -> None:
    if not scripts:
        return  # nothing is swapped: the whole page comes, and says its title
    page = person()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/annonces")
    box = page.locator("#filtres [type=checkbox]").nth(2)
    name = box.get_attribute("id")
    box.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("categorie="))
    expect(page.locator("#annonce")).to_have_text(re.compile(r"annonce"))
    assert page.evaluate("document.activeElement.id") == name
    expect(page.locator("[role=status]")).to_have_count(1)


def test_what_waits_for_a_slow_answer_says_so(person: Open, listing: str, scripts: bool) -> None:
    if not scripts:
        return  # the browser itself says that it waits
    page = person()
    page.goto("/annonces")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/annonces?*", hold)
    page.fill("#mots", "comptabilité")
    expect(page.locator("#resultats[aria-busy=true]")).to_be_visible()
    waiting.pop().continue_()
    expect(page.locator("#compte")).to_contain_text("1 annonce")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def test_a_refused_swap_takes_the_focus(
    person: Open, companies: dict[str, Member], in_app: Callable[..., Any], scripts: bool
) -> None:
    trade = in_app(build_trades.proposed, companies["agency"], companies["firm"])
    page = person(companies["firm"].email)
    page.goto(f"/echanges/{trade}")
    page.locator("summary", has_text="Refuser").press("Enter")
    page.get_by_role("button", name="Refuser la proposition").press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    if scripts:
        expect(page.locator(".error-summary")).to_be_focused()


def test_a_message_gets_lines_as_it_is_typed(
    person: Open, companies: dict[str, Member], in_app: Callable[..., Any], scripts: bool
) -> None:
    trade = in_app(build_trades.proposed, companies["agency"], companies["firm"])
    page = person(companies["firm"].email)
    page.goto(f"/echanges/{trade}")
    tab_to(page, "#message")
    assert page.evaluate("document.activeElement.clientHeight") < 80
    for line in ("Bonjour,", "la palette est prête.", "Merci de venir avant midi.", "Bonne journée"):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    overflow = page.evaluate("document.activeElement.scrollHeight - document.activeElement.clientHeight")
    assert (overflow == 0) == scripts, "without scripts it scrolls"
