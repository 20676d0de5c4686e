"""Pages as they are sent: no indentation, and htmx only where the page uses it."""

import re

import pytest
from flask import Flask


@pytest.mark.parametrize(("url", "script"), [("/annonces", "site.js"), ("/accessibilite", "app.js")])
def test_htmx_comes_only_with_pages_that_use_it(app: Flask, url: str, script: str) -> None:
    html = app.test_client().get(url).text
    assert re.findall(r'<script src="/static/([\w.]+)\?v=', html) == [script]
    assert ("htmx-config" in html) is (script == "site.js")
    assert bool(re.search(r"\shx-", html)) is (script == "site.js")


def test_pages_are_sent_without_their_indentation(app: Flask) -> None:
    html = app.test_client().get("/adhesion").text
    markup = re.sub(r"<style>.*?</style>|<textarea.*?</textarea>", "", html, flags=re.DOTALL)
    indented = [
        line for line in markup.splitlines() if line.startswith(" ") and line.lstrip().startswith("<")
    ]
    assert not indented
