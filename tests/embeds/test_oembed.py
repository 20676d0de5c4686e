"""oEmbed: a site that is given the address of a framed page learns how to embed it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.embeds.conftest import Pole, fill, publish
from tests.html import parse

SITE = "http://localhost"
PAGE = f"{SITE}/integration/axelera/annonces"
Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(app: Flask) -> Ask:
    """Ask the endpoint as a site does."""

    def get(url: str | None = PAGE, **parameters: str) -> TestResponse:
        asked = parameters if url is None else {"url": url, **parameters}
        return app.test_client().get(f"/oembed?{urlencode(asked)}")

    return get


def answer(response: TestResponse) -> dict[str, Any]:
    """Return a JSON answer that holds what the specification asks of the type rich."""
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/json"
    told: dict[str, Any] = json.loads(response.text)
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert all(isinstance(told[name], int) for name in ("width", "height", "cache_age"))
    return told


def pieces(html: str) -> dict[str, dict[str, str]]:
    """Return the elements of the HTML to embed, with their attributes."""
    root, errors = parse(html, fragment=True)
    assert not [error for error in errors if "doctype" not in error]
    return {str(element.tag): dict(element.items()) for element in root.iter() if element is not root}


def test_it_gives_a_frame_of_the_page_and_a_link_to_fall_back_on(ask: Ask, pole: Pole) -> None:
    told = answer(ask(f"{PAGE}?n=3&type=need&couleur=%23E2001A"))
    assert told["title"] == "Annonces Barter\u00a0: Axelera"
    assert (told["provider_name"], told["provider_url"]) == ("Barter clusters", SITE)
    found = pieces(told["html"])
    assert list(found) == ["blockquote", "a", "iframe"], "in the order WordPress looks for"
    assert found["iframe"]["src"] == f"{PAGE}?n=3&type=need&couleur=e2001a"
    assert found["iframe"]["title"] == told["title"]
    assert (found["iframe"]["width"], found["iframe"]["height"]) == (str(told["width"]), str(told["height"]))
    assert found["a"]["href"] == f"{SITE}/annonces?pole=axelera&via=axelera"


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({}, (600, 670)),
        ({"maxwidth": "", "maxheight": ""}, (600, 670)),
        ({"maxwidth": "280"}, (280, 670)),
        ({"maxwidth": "1100", "maxheight": "1000"}, (1100, 670)),
        ({"maxwidth": "500", "maxheight": "300"}, (500, 300)),
        ({"maxheight": "1"}, (600, 1)),
    ],
)
def test_it_stays_within_what_the_site_allows(
    ask: Ask, pole: Pole, limits: dict[str, str], size: tuple[int, int]
) -> None:
    told = answer(ask(**limits))
    assert (told["width"], told["height"]) == size


@pytest.mark.parametrize("typed", ["0", "-1", "1e2", "abc", "٣", "100000", "6.0", "9" * 5_000])
def test_a_size_that_is_none_is_refused(ask: Ask, pole: Pole, typed: str) -> None:
    for name in ("maxwidth", "maxheight"):
        assert ask(**{name: typed}).status_code == 400


def test_it_also_answers_in_xml(ask: Ask, pole: Pole) -> None:
    response = ask(f"{PAGE}?n=3&type=need", format="xml")
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(response.text)  # noqa: S314  our own
    assert root.tag == "oembed"
    told = {element.tag: element.text or "" for element in root}
    same = answer(ask(f"{PAGE}?n=3&type=need", format="json"))
    assert told == {name: str(value) for name, value in same.items()}


@pytest.mark.parametrize("typed", ["yaml", "JSON", "<b>"])
def test_another_format_is_not_implemented(ask: Ask, pole: Pole, typed: str) -> None:
    assert ask(format=typed).status_code == 501


@pytest.mark.parametrize(
    "url",
    [
        "abc",
        "/integration/axelera/annonces",
        SITE,
        f"{SITE}/annonces",
        f"{SITE}/integration/axelera",
        f"{SITE}/integration/inconnu/annonces",
        f"{SITE}/integration/Axelera/annonces",
        f"{SITE}/integration/axelera/annonces/",
        f"{SITE}/integration/axelera/annonces.atom",
        f"{SITE}/integration/../annonces",
        f"{PAGE}?n=abc",
        f"{PAGE}?couleur=%22%3E%3Cscript%3E",
        "https://localhost/integration/axelera/annonces",
        "http://localhost:81/integration/axelera/annonces",
        "http://localhost@mal.example/integration/axelera/annonces",
        "http://mal.example/integration/axelera/annonces",
        "http://[::1/integration/axelera/annonces",
        "javascript:alert(1)",
        "x" * 8_000,
    ],
)
def test_an_address_that_is_no_framed_page_is_not_found(ask: Ask, pole: Pole, url: str) -> None:
    assert ask(url).status_code == 404


def test_without_an_address_nothing_is_asked(ask: Ask, pole: Pole) -> None:
    assert ask(None).status_code == ask("").status_code == ask(" ").status_code == 400


def test_what_others_add_to_an_address_is_left_out(ask: Ask, pole: Pole) -> None:
    told = answer(ask("HTTP://LOCALHOST/integration/axelera/annonces?n=3&utm_source=x&<b>=1#haut"))
    assert pieces(told["html"])["iframe"]["src"] == f"{PAGE}?n=3"


def test_caches_may_keep_it(ask: Ask, app: Flask, pole: Pole) -> None:
    response = ask()
    assert response.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=3600"
    etag = response.headers["ETag"]
    again = app.test_client().get(f"/oembed?url={quote(PAGE)}", headers={"If-None-Match": etag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("page", "framed"),
    [
        (f"{PAGE}?n=3&theme=clair", f"{PAGE}?n=3&theme=clair"),
        (f"{SITE}/annonces?pole=axelera", PAGE),
        (f"{SITE}/annonces?pole=axelera&type=besoin&via=axelera", f"{PAGE}?type=need"),
    ],
)
def test_pages_say_how_they_are_embedded(
    app: Flask, pole: Pole, in_app: Callable[..., object], page: str, framed: str
) -> None:
    in_app(fill, pole, 6)
    root, _ = parse(app.test_client().get(page).text, fragment=False)
    (link,) = [link for link in root.iter("link") if link.get("type") == "application/json+oembed"]
    assert link.get("rel") == "alternate"
    parts = urlsplit(str(link.get("href")))
    assert f"{parts.scheme}://{parts.netloc}" == SITE, "WordPress takes the address as it stands"
    told = answer(app.test_client().get(f"{parts.path}?{parts.query}&maxwidth=500&maxheight=750"))
    assert pieces(told["html"])["iframe"]["src"] == framed


@pytest.mark.parametrize(
    "query", ["", "?pole=inconnu", "?pole=axelera&mots=fraisage", "?pole=axelera&page=2"]
)
def test_a_search_that_no_frame_shows_says_nothing_of_it(
    app: Flask, pole: Pole, in_app: Callable[..., object], query: str
) -> None:
    in_app(fill, pole, 20)
    in_app(publish, pole.member)
    assert "oembed" not in app.test_client().get(f"/annonces{query}").text
