"""Pages as they are sent: no indentation, and htmx only where the page uses it."""

import re

import pytest
from flask import Flask, render_template_string

SCRIPTS = re.compile(r'<script src="/static/([\w./-]+)\?v=')


@pytest.mark.parametrize(
    ("url", "uses_htmx"), [("/annonces", True), ("/entreprises", True), ("/accessibilite", False)]
)
def test_htmx_comes_after_pages_that_use_it(app: Flask, url: str, uses_htmx: bool) -> None:
    html = app.test_client().get(url).text
    assert SCRIPTS.findall(html) == ["app.js"]
    assert bool(re.search(r"\shx-", html)) is uses_htmx
    assert ('data-htmx="/static/htmx.js?v=' in html) is uses_htmx


def test_htmx_comes_with_a_page_that_asks_by_itself(app: Flask) -> None:
    page = '{% extends "base.html" %}{% block main %}<p hx-get="/" hx-trigger="load delay:300ms"></p>{% endblock %}'
    with app.test_request_context("/"):
        html = render_template_string(page)
    assert SCRIPTS.findall(html) == ["htmx.js", "app.js"]
    assert "data-htmx" not in html


def test_pages_are_sent_without_their_indentation(app: Flask) -> None:
    html = app.test_client().get("/adhesion").text
    markup = re.sub(r"<style>.*?</style>|<textarea.*?</textarea>", "", html, flags=re.DOTALL)
    indented = [
        line for line in markup.splitlines() if line.startswith(" ") and line.lstrip().startswith("<")
    ]
    assert not indented
