"""What pages may weigh, in a real browser on a slow line with a slow processor; writes the table it measured, which
`make test` prints.

Slow 3G (400 ms, 400 kbit/s), a processor six times slower, a cold cache, 360 × 640. Bytes, requests, elements, layout shifts
and blocking are limits. Times depend on the machine that measures: they are printed, beside those of a page of one
sentence measured in the same run, and fail only when a page takes many times as long.
"""

import statistics
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import DemoSite
from tests.browser.reports import write_report
from tests.network import Place

pytestmark = pytest.mark.browser

BYTES_A_SECOND = 400_000 / 8
LATENCY_MS = 400
SLOWER = 6
RUNS = 2
SETTLING_MS = 1500
"""What a page brings by itself after it is loaded counts too; on a slow line htmx waits for a person (static/app.js)."""

OBSERVE = """
window.seen = {paint: 0, shift: 0, blocking: 0, moved: []};
new PerformanceObserver(list => list.getEntries().forEach(e => { seen.paint = e.startTime; }))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => {
  seen.shift += e.value;
  seen.moved.push(...e.sources.map(s => s.node && s.node.outerHTML && s.node.outerHTML.slice(0, 80)));
}))
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => { seen.blocking += Math.max(0, e.duration - 50); }))
  .observe({type: "longtask", buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one kind of page; kilobytes are thousands of bytes. Headers count in the transfer only."""

    transfer_kb: float
    requests: int
    document_kb: float
    scripts_kb: float
    elements: int


SEARCH = Budget(12, 4, 8, 2.5, 600)
CHECK = Budget(12, 4, 8, 2.5, 700)
ACCOUNT = Budget(13, 4, 8, 2.5, 700)
DASHBOARD = Budget(13, 4, 8.4, 2.5, 700)
"""An account with two plots, the figures they show and what waits: 0.3 kB more than the other pages of an account.

Transfer and scripts stand a little above what these pages weigh, at half of what a page of this product may (26 kB, 17 of
scripts): htmx comes when somebody goes near what uses it.
"""
EMBED = Budget(3, 1, 2.5, 0.5, 120)
OTHER = Budget(28, 4, 11, 17, 1200)
"""Pages without a line of their own in the table: long ones for staff and the guide may be a little heavier."""

BUDGETS = {
    "pages.home_GET": SEARCH,
    "listings.index_GET": SEARCH,
    "listings.show_GET": SEARCH,
    "members.directory_GET": SEARCH,
    "members.sign_in_GET": SEARCH,
    "trades.agree_GET": CHECK,
    "trades.confirm_GET": CHECK,
    "trades.dashboard_GET": DASHBOARD,
    "documents.account_GET": ACCOUNT,
    "embeds.listings_GET": EMBED,
}
LEFT_OUT = {"pages.style_GET"}
"""For those who build the site; never shown in production."""


@dataclass(slots=True)
class Measured:
    """One page as measured; the times are medians in milliseconds."""

    place: Place | None
    transfer: int
    requests: int
    document: int
    scripts: int
    elements: int
    shift: float
    blocking: float
    paint: float
    moved: list[str]


def measure(chromium: Browser, site: DemoSite, place: Place | None, url: str) -> Measured:
    """Load a page with a cold cache, several times; bytes of the last, medians of the times."""
    runs = [_load(chromium, site, place, url) for _ in range(RUNS)]
    last = runs[-1]
    last.paint = statistics.median(run.paint for run in runs)
    last.blocking = statistics.median(run.blocking for run in runs)
    last.shift = max(run.shift for run in runs)
    return last


def _load(chromium: Browser, site: DemoSite, place: Place | None, url: str) -> Measured:
    context = site.context(chromium, place.who if place else None, viewport={"width": 360, "height": 640})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    headers: dict[str, int] = {}

    def begun(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]
        headers[event["requestId"]] = int(event["response"]["encodedDataLength"])

    devtools.on("Network.responseReceived", begun)
    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.__setitem__(event["requestId"], int(event["encodedDataLength"])),
    )
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(OBSERVE)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(SETTLING_MS)
    seen: dict[str, Any] = page.evaluate("window.seen")
    elements = page.evaluate("document.getElementsByTagName('*').length")
    context.close()
    of_kind = {
        kind: sum(size - headers[request] for request, size in sizes.items() if kinds.get(request) == kind)
        for kind in ("Document", "Stylesheet", "Script")
    }
    return Measured(
        place,
        transfer=sum(sizes.values()),
        requests=sum(
            size > 0 for size in sizes.values()
        ),  # what is there already is none: the tab's icon is the mark
        document=of_kind["Document"] + of_kind["Stylesheet"],
        scripts=of_kind["Script"],
        elements=elements,
        shift=seen["shift"],
        blocking=seen["blocking"],
        paint=seen["paint"],
        moved=seen["moved"],
    )


def excess(measured: Measured, budget: Budget) -> list[str]:
    """Return the limits a page exceeds, one sentence each."""
    limits = {
        "transfer": (measured.transfer / 1000, budget.transfer_kb),
        "requests": (measured.requests, budget.requests),
        "HTML and CSS": (measured.document / 1000, budget.document_kb),
        "scripts": (measured.scripts / 1000, budget.scripts_kb),
        "elements": (measured.elements, budget.elements),
        "layout shift": (
            round(measured.shift, 3),
            0,
        ),  # Chromium reports 0.0002 now and then, of nothing it can name
    }
    return [
        f"{measured.place}: {name} {value:.4f}, at most {limit} {measured.moved if name == 'layout shift' else ''}"
        for name, (value, limit) in limits.items()
        if value > limit
    ]


HEADINGS = (
    f"{'page':<52}{'kB':>7}{'req':>5}{'H+C':>7}{'JS':>7}{'DOM':>7}{'shift':>7}{'block':>7}{'LCP/ref':>8}"
)
"""Kilobytes in all, requests, HTML and CSS, scripts, elements, layout shift, blocking (ms), largest paint ÷ reference."""


def row(name: str, measured: Measured, reference: float) -> str:
    """Return one line of the table."""
    return (
        f"{name:<52}{measured.transfer / 1000:7.1f}{measured.requests:5}{measured.document / 1000:7.1f}"
        f"{measured.scripts / 1000:7.1f}{measured.elements:7}{measured.shift:7.3f}{measured.blocking:7.0f}"
        f"{measured.paint / reference:8.2f}"
    )


def test_pages_keep_their_budgets(chromium: Browser, demo_site: DemoSite) -> None:
    chosen = {place.endpoint: place for place in demo_site.places if place.endpoint in BUDGETS}
    assert set(chosen) == set(BUDGETS), f"not found in the network: {set(BUDGETS) - set(chosen)}"
    for place in chosen.values():
        _warm(demo_site, place)
    lines, wrong = [], []
    reference = measure(chromium, demo_site, None, f"{demo_site.url}/sante").paint
    for endpoint, place in chosen.items():
        measured = measure(chromium, demo_site, place, place.url)
        lines.append(row(f"{endpoint} ({place.who or 'visitor'})", measured, reference))
        wrong += excess(measured, BUDGETS[endpoint])
    write_report("budgets", [HEADINGS, *lines])
    assert not wrong, "\n".join(wrong)


def test_every_other_page_stays_light(demo_site: DemoSite) -> None:
    """Without a browser: what the server sends, and how many elements it makes."""
    wrong = []
    for place in demo_site.places:
        budget = BUDGETS.get(place.endpoint, OTHER)
        sent = _fetch(demo_site, place)
        elements = demo_site.html[place].count("</") + demo_site.html[place].count("<input")
        if place.endpoint not in LEFT_OUT and (
            sent > budget.document_kb * 1000 + 300 or elements > budget.elements
        ):
            wrong.append(f"{place}: {sent} bytes, {elements} elements")
    assert not wrong, "\n".join(wrong)


def test_an_answer_to_htmx_is_small(demo_site: DemoSite) -> None:
    for url in ("/annonces?mots=stockage", "/annonces?type=besoin", "/annonces?categorie=machines"):
        assert _fetch(demo_site, Place("listings.index_GET", None, url), htmx=True) <= 4000, url


def _warm(site: DemoSite, place: Place) -> None:
    """Ask for a page as two visitors before: each process then answers from a copy compressed as hard as can be."""
    for _ in range(8):
        _fetch(site, place)


def _fetch(site: DemoSite, place: Place, *, htmx: bool = False) -> int:
    """Return how many bytes a page's body takes on the line."""
    headers = {"Accept-Encoding": "br", **({"HX-Request": "true"} if htmx else {})}
    if place.who is not None:
        headers["Cookie"] = f"session={site.cookies[place.who]}"
    with urllib.request.urlopen(urllib.request.Request(site.url + place.url, headers=headers)) as answer:  # noqa: S310
        return len(answer.read())
