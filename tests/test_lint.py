"""The linter of pages sees what it is there to see, and is content with a good page."""

import pytest

from tests.lint import problems

GOOD = """<!doctype html>
<html lang="fr">
  <head><title>Annonces – Barter clusters</title><script src="/static/app.js" defer></script></head>
  <body>
    <h1>Annonces</h1>
    <p>L’offre du jour\u00a0: «\u00a0usinage\u00a0»</p>
    <a href="/annonces"><svg role="img" aria-label="Toutes les annonces" viewBox="0 0 1 1"><path d="M0 0h1" /></svg></a>
    <form method="get" action="/annonces">
      <label for="q">Recherche</label><input id="q" name="q" aria-describedby="aide"><p id="aide">Un mot</p>
      <label>Ville <select name="ville"><option>Lyon</option></select></label>
      <textarea name="mot" aria-label="Message">d'usinage</textarea>
      <button type="submit">Chercher</button>
    </form>
    <form method="post" action="/echanges"><input type="hidden" name="csrf_token" value="x"><button>Oui</button></form>
  </body>
</html>"""

FAULTS = {
    "no <!doctype html>": ("<!doctype html>\n", ""),
    'no lang="fr"': (' lang="fr"', ""),
    "one title": ("Annonces – Barter", " – Barter"),
    "one h1 is wanted, not []": ("<h1>Annonces</h1>", ""),
    "one h1 is wanted, not ['Annonces', 'Encore']": ("<h1>Annonces</h1>", "<h1>Annonces</h1><h1>Encore</h1>"),
    "one h1 is wanted, not ['']": ("<h1>Annonces</h1>", "<h1> </h1>"),
    "id 'q' is empty, spaced or used 2 times": ('id="aide"', 'id="q"'),
    "id '' is empty": ('<p id="aide">', '<p id="aide"><b id=""></b>'),
    "<input aria-describedby='aide'> refers to nothing": ('<p id="aide">', "<p>"),
    "<label for='p'> refers to nothing": ('for="q"', 'for="p"'),
    "<input> without a name": ('<label for="q">Recherche</label>', ""),
    "<select> without a name": ("<label>Ville ", "<label>"),
    "<textarea> without a name": (' aria-label="Message"', ""),
    "<button> without a name": (">Chercher<", "><"),
    "<a> without a name": (' aria-label="Toutes les annonces"', ""),
    "<img> without alt": ("<h1>", '<img src="/static/a.png"><h1>'),
    "inline <style>": ("</head>", "<style>p{}</style></head>"),
    "inline <script>": ("</head>", "<script>1</script></head>"),
    "with inline style": ("<h1>", '<p style="color:red">a</p><h1>'),
    "with inline onclick": ("<button type", '<button onclick="f()" type'),
    "with inline hx-on:click": ("<button type", '<button hx-on:click="f()" type'),
    "with code in href": ('href="/annonces"', 'href=" JavaScript:f()"'),
    "code in a trigger filter": ('name="q"', 'name="q" hx-trigger="keyup[f()]"'),
    "<script> from elsewhere: http://cdn": ('src="/static/app.js"', 'src="http://cdn.example/a.js"'),
    "<script> from elsewhere: //cdn": ('src="/static/app.js"', 'src="//cdn.example/a.js"'),
    "the form to '/echanges' lacks its CSRF token": ('name="csrf_token"', 'name="jeton"'),
    "the form to '/annonces' shows in an address its CSRF token": ('name="q"', 'name="csrf_token"'),
    "straight apostrophe in": ("L’offre", "L'offre"),
    "breaking space in « L’offre du jour :": ("jour\u00a0:", "jour :"),
    "unexpected-end-tag": ("</h1>", "</h1></b>"),
}


def test_a_good_page_has_no_problem() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize("said", FAULTS)
def test_each_fault_is_seen(said: str) -> None:
    good, bad = FAULTS[said]
    assert good in GOOD
    found = problems(GOOD.replace(good, bad, 1))
    assert any(said in problem for problem in found), found


def test_a_fragment_needs_neither_title_nor_heading_but_keeps_the_other_rules() -> None:
    assert problems('<p id="a" aria-describedby="elsewhere">Une annonce</p>', fragment=True) == []
    assert problems("<tr><td>1</td></tr>", fragment=True) == []
    assert problems('<p id="a">L\'offre</p><p id="a"></p>', fragment=True)


def test_an_inline_script_is_accepted_when_the_policy_names_its_hash() -> None:
    page = GOOD.replace("</head>", "<script>1</script></head>")
    one = "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s="  # sha256 of "1"
    assert problems(page, policy=f"script-src 'sha256-{one}'") == []
    assert problems(page, policy="script-src 'self'") == ["inline <script>"]
