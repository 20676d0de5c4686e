"""In a real browser: another site frames the page when it is listed, and is refused when it is not."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests import server
from tests.embeds.conftest import STAFF, Pole, allow, fill
from tests.page import Browser as Client

pytestmark = pytest.mark.browser


class Parents:
    """Two sites on ports of this machine that show the same page of their own."""

    def __init__(self, afterwards: ExitStack) -> None:
        self.html = ""
        self.listed, self.unlisted = (self._start(afterwards) for _ in range(2))

    def _start(self, afterwards: ExitStack) -> str:
        parents = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<!doctype html><title>Pôle</title>{parents.html}".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: Any) -> None:
                """Say nothing."""

        site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        afterwards.callback(site.server_close)
        afterwards.callback(site.shutdown)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{site.server_port}"


@pytest.fixture
def parents() -> Iterator[Parents]:
    """The two sites."""
    with ExitStack() as afterwards:
        yield Parents(afterwards)


@pytest.fixture
def site(
    app: Flask, pole: Pole, parents: Parents, in_app: Callable[..., None], page: Callable[..., Client]
) -> Iterator[str]:
    """Run the site, with six listings, for a cluster that lists one of the two parents and pasted the lines it was given."""
    in_app(fill, pole, 6)
    in_app(allow, pole, parents.listed)
    with server.running(app.config["SETTINGS"], workers=1) as port:
        lines = page(STAFF).get("/pole/page-integree").one("textarea#code").text or ""
        parents.html = lines.replace("http://localhost/", f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address in a browser of its own; `page.complaints` is what its console said."""
    with ExitStack() as afterwards:

        def open_page(url: str, complaints: list[str] | None = None, **options: Any) -> Page:
            context = chromium.new_context(viewport={"width": 420, "height": 700}, **options)
            afterwards.callback(context.close)
            opened = context.new_page()

            def note(message: ConsoleMessage) -> None:
                if complaints is not None and message.type in {"error", "warning"}:
                    complaints.append(message.text)

            opened.on("console", note)
            opened.goto(url)
            return opened

        yield open_page


def test_a_listed_site_shows_the_listings_at_their_own_height_without_cookies(
    site: str, parents: Parents, visit: Callable[..., Page]
) -> None:
    complaints: list[str] = []
    shown = visit(parents.listed, complaints)
    frame = shown.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "Annonces Barter\u00a0: Axelera"
    assert frame.locator("li").count() == 6
    shown.wait_for_function("document.querySelector('iframe').height !== '670'")
    heights = frame.locator("html").evaluate("root => [root.offsetHeight, root.scrollHeight, innerHeight]")
    assert set(heights) == {int(shown.locator("iframe").get_attribute("height") or 0)}
    assert shown.context.cookies() == []
    assert complaints == []
    frame.locator("li a").first.click()
    shown.wait_for_url(f"{site}/annonces/lst_*?via=axelera")


def test_the_script_obeys_the_frame_with_our_listings_and_no_other(
    site: str, parents: Parents, visit: Callable[..., Page]
) -> None:
    parents.html += (
        '<iframe id="other" name="other" sandbox="allow-scripts" srcdoc="Publicité" height="50"></iframe>'
    )
    shown = visit(parents.listed)
    shown.wait_for_function("document.querySelector('iframe').height !== '670'")
    other = shown.frame(name="other")
    assert other is not None
    other.evaluate(
        "parent.postMessage({message: 'height', value: 4444}, '*')"
    )  # from a frame, but not of our origin
    shown.frames[1].evaluate(
        "parent.postMessage({message: 'height', value: 'x'}, '*')"
    )  # from our frame, but no height
    shown.frames[1].evaluate(
        "parent.postMessage({message: 'link', value: 5555}, '*')"
    )  # from our frame, no height
    shown.frames[1].evaluate("parent.postMessage({message: 'height', value: 777}, '*')")
    shown.wait_for_function("document.querySelector('iframe').height === '777'")
    assert shown.locator("#other").get_attribute("height") == "50"


def test_the_frame_needs_no_javascript_and_obeys_the_list(
    site: str, parents: Parents, visit: Callable[..., Page]
) -> None:
    still = visit(parents.listed, java_script_enabled=False)
    assert still.frame_locator("iframe").locator("li").count() == 6
    assert still.locator("iframe").get_attribute("height") == "670"

    complaints: list[str] = []
    refused = visit(parents.unlisted, complaints)
    refused.wait_for_timeout(500)
    assert refused.frame_locator("iframe").locator("li").count() == 0
    assert any("frame-ancestors" in complaint for complaint in complaints), complaints
    assert refused.get_by_role("link", name="Toutes les annonces Barter").is_visible()

    parents.html = f'<iframe src="{site}/annonces"></iframe>'
    complaints.clear()
    visit(parents.listed, complaints).wait_for_timeout(500)
    assert any("frame-ancestors 'none'" in complaint for complaint in complaints), (
        "only the listings can be framed"
    )


WORDPRESS = """<script>
addEventListener("load", function () {
  var frame = document.querySelector("iframe");
  frame.contentWindow.postMessage({message: "ready", secret: frame.dataset.secret}, "*");
});
addEventListener("message", function (event) {
  var told = event.data, frame = document.querySelector("iframe[data-secret='" + told.secret + "']");
  if (!frame || event.source !== frame.contentWindow || /[^a-zA-Z0-9]/.test(told.secret)) return;
  document.querySelector("blockquote").style.display = "none";
  frame.removeAttribute("style");
  if (told.message === "height") frame.height = Math.min(Math.max(parseInt(told.value, 10), 200), 1000);
  if (told.message === "link" && new URL(told.value).host === new URL(frame.src).host && document.activeElement === frame)
    top.location.href = told.value;
});
</script>"""
"""What the script of WordPress does with the frame it made of an oEmbed answer: listens, clamps, follows."""


def in_wordpress(site: str) -> str:
    """Ask oEmbed for the page and return what WordPress makes of it: sandboxed and hidden at first."""
    page = quote(f"{site}/integration/axelera/annonces?n=3", safe="")
    with urllib.request.urlopen(f"{site}/oembed?url={page}&maxwidth=500&maxheight=750") as answer:  # noqa: S310
        html = str(json.load(answer)["html"])
    start = html.index(' src="') + len(' src="')
    end = html.index('"', start)
    hidden = (
        '<iframe sandbox="allow-scripts" style="position:absolute;visibility:hidden" data-secret="a1B2c3D4e5"'
    )
    return f"{html[:end]}#?secret=a1B2c3D4e5{html[end:]}".replace("<iframe", hidden) + WORDPRESS


def test_wordpress_shows_it_at_its_height_and_follows_its_links(
    site: str, parents: Parents, visit: Callable[..., Page]
) -> None:
    parents.html = in_wordpress(site)
    complaints: list[str] = []
    shown = visit(parents.listed, complaints)
    frame = shown.frame_locator("iframe")
    shown.wait_for_function("document.querySelector('iframe').height !== '400'")
    height = frame.locator("html").evaluate("root => root.offsetHeight")
    assert int(shown.locator("iframe").get_attribute("height") or 0) == max(height, 200)
    assert shown.locator("iframe").is_visible()
    assert shown.locator("blockquote").is_hidden()
    assert complaints == []
    frame.locator("li a").first.click()
    shown.wait_for_url(f"{site}/annonces/lst_*?via=axelera")


def test_wordpress_keeps_the_link_where_the_site_is_not_listed(
    site: str, parents: Parents, visit: Callable[..., Page]
) -> None:
    parents.html = in_wordpress(site)
    refused = visit(parents.unlisted)
    refused.wait_for_timeout(500)
    assert refused.locator("iframe").is_hidden()
    assert refused.get_by_role("link", name="Toutes les annonces Barter").is_visible()
