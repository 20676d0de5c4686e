"""Every page, as everybody who may see it, judged by axe-core: as it is, dark, on a phone, in forced colours, on paper.

axe (WCAG 2.2 A and AA, best practices) sees each page once in full; in the other modes only what they can change is judged
again: contrast, size of targets, links told apart. A phone of 320 pixels must not scroll sideways (WCAG 1.4.10).
"""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DemoSite
from tests.browser.reports import write_report
from tests.network import PEOPLE, Place

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
FULL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}}
PAPER = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
MODES: dict[str, tuple[dict[str, Any], int]] = {
    "dark": ({"color_scheme": "dark"}, 1280),
    "phone": ({"color_scheme": "light"}, 320),
    "forced colours": ({"forced_colors": "active"}, 1280),
    "print": ({"forced_colors": "none", "media": "print"}, 1280),
}
RUN = """options => axe.run(document, {...options, resultTypes: ["violations"]}).then(found => found.violations.map(
  v => `${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary.slice(0, 200)}`))"""


def judged(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe finds wrong."""
    found: list[str] = page.evaluate(RUN, options)
    return found


def judge(page: Page, place: Place) -> list[str]:
    """Look at one page in all modes; return what is wrong, with the mode."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    page.goto(place.url)
    page.evaluate(AXE)
    wrong = [f"light: {sentence}" for sentence in judged(page, FULL)]
    for mode, (media, width) in MODES.items():
        page.emulate_media(**media)
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{mode}: {sentence}" for sentence in judged(page, PAPER if mode == "print" else LOOKS)]
        if mode == "phone" and page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("phone: the page scrolls sideways")
    return wrong


@pytest.mark.parametrize("who", [None, *PEOPLE], ids=lambda who: who or "visitor")
def test_axe_finds_nothing_on_any_page_in_five_modes(
    chromium: Browser, demo_site: DemoSite, who: str | None
) -> None:
    places = [place for place in demo_site.places if place.who == who]
    assert places
    context = demo_site.context(chromium, who, bypass_csp=True)
    page = context.new_page()
    found = {place: judge(page, place) for place in places}
    context.close()
    write_report(f"axe-{who or 'visitor'}", [f"{'✗' if wrong else '✓'} {p}" for p, wrong in found.items()])
    wrong = [f"{place}: {sentence}" for place, sentences in found.items() for sentence in sentences]
    assert not wrong, "\n".join(wrong)
