"""Pages as they are sent: no indentation, and htmx only where the page uses it."""

import re

import pytest
from flask import Flask

SCRIPTS = re.compile(r'<script src="/static/([\w./-]+)\?v=')


@pytest.mark.parametrize(
    ("url", "scripts"),
    [
        ("/annonces", ["htmx.js", "app.js"]),
        ("/entreprises", ["htmx.js", "app.js"]),
        ("/accessibilite", ["app.js"]),
    ],
)
def test_htmx_comes_with_pages_that_answer_while_one_types(app: Flask, url: str, scripts: list[str]) -> None:
    html = app.test_client().get(url).text
    assert SCRIPTS.findall(html) == scripts
    assert bool(re.search(r"\shx-", html)) is ("htmx.js" in scripts)
    assert "data-htmx" not in html


def test_pages_are_sent_without_their_indentation(app: Flask) -> None:
    html = app.test_client().get("/adhesion").text
    markup = re.sub(r"<style>.*?</style>|<textarea.*?</textarea>", "", html, flags=re.DOTALL)
    indented = [
        line for line in markup.splitlines() if line.startswith(" ") and line.lstrip().startswith("<")
    ]
    assert not indented
