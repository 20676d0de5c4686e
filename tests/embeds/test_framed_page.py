"""The page clusters frame: read-only, cookie-less, light, and framed only where staff allowed it."""

import base64
import hashlib
import re
from collections.abc import Callable
from urllib.parse import urlencode

import brotli
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from barterweb.members.service import set_company_status
from tests import build_members
from tests.embeds.conftest import STAFF, Pole, allow, fill, make_pole, publish
from tests.html import parse, text_of
from tests.page import Browser

PAGE = "/integration/axelera/annonces"
Get = Callable[..., TestResponse]


@pytest.fixture
def get(app: Flask) -> Get:
    """Ask for an address as a frame in another site does, without following redirections."""

    def ask(url: str = PAGE, **headers: str) -> TestResponse:
        return app.test_client().get(
            url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return ask


def titles(response: TestResponse) -> list[str]:
    root, errors = parse(response.text, fragment=False)
    assert not errors
    return [text_of(link) for item in root.iter("li") for link in item.iter("a")]


def directive(response: TestResponse, name: str) -> str:
    directives = dict(
        part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
    )
    return directives[name]


def test_it_shows_the_cluster_s_latest_listings_with_links_that_say_where_they_come_from(
    get: Get, pole: Pole, in_app: Callable[..., str]
) -> None:
    first = in_app(publish, pole.member, "Fraisage 5 axes")
    second = in_app(publish, pole.member, "Expertise comptable", "need", None)
    response = get()
    assert response.status_code == 200
    assert titles(response) == ["Expertise comptable", "Fraisage 5 axes"]
    assert f'href="/annonces/{first}?via=axelera"' in response.text
    assert f'href="/annonces/{second}?via=axelera"' in response.text
    assert '<base target="_top">' in response.text
    words = text_of(parse(response.text, fragment=False)[0])
    assert "Offre Mécanique Axelera, Crolles · 45,00\u00a0B\u00a0HT par heure" in words
    assert "Besoin Mécanique Axelera, Crolles · sur devis" in words


def test_it_leaves_out_other_clusters_and_companies_that_may_not_trade(
    get: Get, pole: Pole, in_app: Callable[..., object]
) -> None:
    in_app(publish, pole.member, "Fraisage")
    elsewhere = in_app(make_pole, "Minalogic")
    assert isinstance(elsewhere, Pole)
    in_app(publish, elsewhere.member, "Microscopie")
    assert titles(get()) == ["Fraisage"]
    operator = in_app(build_members.operator)
    in_app(
        set_company_status,
        actor=operator,
        company_id=pole.member.company_id,
        status="suspended",
        reason="essai",
    )
    response = get()
    assert titles(response) == []
    assert "Aucune annonce en ligne pour le moment." in response.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 6),
        ("?n=2", 2),
        ("?n=20", 8),
        ("?type=offer", 4),
        ("?type=need&n=20", 4),
        ("?type=both&n=20&couleur=&theme=clair&utm_source=journal", 8),
    ],
)
def test_number_and_kind_are_chosen_by_the_address(
    get: Get, pole: Pole, in_app: Callable[..., str], query: str, expected: int
) -> None:
    for number in range(8):
        in_app(publish, pole.member, f"Annonce {number}", "need" if number % 2 else "offer")
    assert len(titles(get(PAGE + query))) == expected


@pytest.mark.parametrize("query", ["", "?theme=clair", "?theme=sombre&couleur=e2001a", "?n=abc"])
def test_its_policy_allows_exactly_what_is_written_in_it(get: Get, pole: Pole, query: str) -> None:
    response = get(PAGE + query)
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for element in ("style", "script"):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert directive(response, f"{element}-src") == f"'sha256-{digest}'"
    assert directive(response, "base-uri") == directive(response, "form-action") == "'none'"
    assert not re.search(
        r"\s(?:style|on\w+)=|<(?:form|img|link(?! rel=.alternate)|iframe)|\ssrc=", response.text
    )


def test_it_is_framed_only_by_our_preview_and_the_origins_listed(
    get: Get, pole: Pole, in_app: Callable[..., None]
) -> None:
    assert directive(get(), "frame-ancestors") == "'self'"
    in_app(allow, pole, "https://www.axelera.example", "https://axelera.example:8443")
    listed = "'self' https://www.axelera.example https://axelera.example:8443"
    assert directive(get(), "frame-ancestors") == listed
    assert "X-Frame-Options" not in get().headers


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        f"{PAGE}?n=abc",
        *(f"{PAGE}.{ending}" for ending in ("atom", "json", "ics")),
        "/oembed",
        f"/oembed?url=http://localhost{PAGE}",
        "/integration/cadre.js",
        "/integration/inconnu/annonces",
    ],
)
def test_it_knows_nobody_even_when_the_visitor_is_signed_in(
    url: str, app: Flask, pole: Pole, page: Callable[..., Browser]
) -> None:
    browser = page(STAFF)
    assert "Hugo Blanc" in browser.get("/comment-ca-marche")
    response = browser._client.get(url)
    assert "Set-Cookie" not in response.headers
    assert "cookie" not in response.headers.get("Vary", "").lower()
    assert "Hugo Blanc" not in response.text
    assert "Hugo Blanc" in browser.get("/comment-ca-marche"), "and it has not signed them out"


def test_caches_may_keep_it_and_ask_whether_it_changed(
    get: Get, pole: Pole, in_app: Callable[..., object]
) -> None:
    response = get(Accept_Encoding="br")
    assert response.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=3600"
    etag = response.headers["ETag"]
    same = get(Accept_Encoding="br", If_None_Match=etag)
    assert (same.status_code, same.data) == (304, b"")
    plain = get(If_None_Match=get().headers["ETag"])
    assert plain.status_code == 304
    in_app(publish, pole.member)
    assert get(Accept_Encoding="br", If_None_Match=etag).status_code == 200


def test_another_list_of_origins_is_another_version(
    get: Get, pole: Pole, in_app: Callable[..., None]
) -> None:
    etag = get().headers["ETag"]
    in_app(allow, pole, "https://www.axelera.example")
    assert get(If_None_Match=etag).status_code == 200, "browsers keep the policy of what a 304 confirms"


def test_it_stays_within_its_budget_with_twenty_listings(
    get: Get, pole: Pole, in_app: Callable[..., None]
) -> None:
    in_app(fill, pole, 20)
    response = get(f"{PAGE}?n=20&couleur=e2001a", Accept_Encoding="br")
    assert response.headers["Content-Encoding"] == "br"
    html = brotli.decompress(response.data)
    root, _ = parse(html.decode(), fragment=False)
    assert len(titles(get(f"{PAGE}?n=20"))) == 20
    assert len(list(root.iter())) <= 120
    headers = sum(len(name) + len(value) + 4 for name, value in response.headers)
    assert len(response.data) + headers <= 3_000
    (script,) = re.findall(rb"<script>(.*?)</script>", html, re.DOTALL)
    assert len(brotli.compress(html.replace(script, b""), quality=4)) <= 2_500
    assert len(brotli.compress(script)) <= 500


def test_it_costs_two_queries_whatever_it_shows(
    get: Get, pole: Pole, in_app: Callable[..., object], count_queries: Callable[..., object]
) -> None:
    for expected in (1, 20):
        while len(titles(get(f"{PAGE}?n=20"))) < expected:
            in_app(publish, pole.member)
        with count_queries() as queries:  # type: ignore[attr-defined]
            get(f"{PAGE}?n=20")
        assert len(queries) == 2, queries


HOSTILE = ["abc", "0", "21", "-1", "1e1", "1_0", "٣", "6.0", "", " 6", "9" * 10_000, "6\x00", "<b>", "';--"]


@pytest.mark.parametrize("name", ["n", "type", "theme", "couleur"])
def test_a_parameter_it_does_not_understand_gets_a_small_page_that_says_which(
    get: Get, pole: Pole, name: str
) -> None:
    for value in HOSTILE:
        if name == "couleur" and not value:
            continue  # no colour is ours
        response = get(f"{PAGE}?{urlencode({name: value})}")
        assert response.status_code == 400, value
        assert len(response.data) < 4_000
        assert "Page intégrée à corriger" in response.text
        assert "couleur" in response.text if name == "couleur" else f"«\u00a0{name}\u00a0»" in response.text
        assert directive(response, "frame-ancestors") == "'self'"
        assert "<b>" not in response.text


def test_odd_addresses_that_still_say_something_are_answered(get: Get, pole: Pole) -> None:
    for query in ("n=3&n=9", "%FF%FE=1", "couleur=%2300AAFF", "n=3&&&=", "a" * 10_000):
        assert get(f"{PAGE}?{query}").status_code == 200, query


def test_a_cluster_that_does_not_exist_is_not_found(get: Get, pole: Pole) -> None:
    for slug in ("inconnu", "axelera%00", "Axelera", "%FF", "a" * 5_000, "%2e%2e"):
        assert get(f"/integration/{slug}/annonces").status_code == 404, slug


def test_the_script_for_the_site_around_is_small_and_public(get: Get) -> None:
    response = get("/integration/cadre.js")
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert len(response.data) < 500
    assert "event.origin === origin" in response.text
    assert "contentWindow === event.source" in response.text
