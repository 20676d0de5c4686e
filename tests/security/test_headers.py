"""What every answer carries, error pages included: content policy, framing, caching, cookies; and where forms come from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from barterweb import app as application
from barterweb.settings import Settings
from barterweb.web.headers import POLICY
from tests.conftest import _close, _session_of
from tests.security.test_matrix import _token, address, rules
from tests.security.world import ACTORS, World, populate

FRAMED = "embeds.listings_GET"
HOST_SCRIPT = "embeds.host_script_GET"


@pytest.fixture
def world(app: Flask) -> World:
    return populate(app)


def client_of(app: Flask, world: World, actor: str) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as values:
        if actor != "visitor":
            values.update(_session_of(app, world.emails[actor], None))
        values["csrf_token"] = "token"
    return client


def answers(app: Flask, world: World, actor: str) -> Iterator[tuple[str, Any]]:
    """Yield every page that this person gets, and pages of every error."""
    client = client_of(app, world, actor)
    for rule in rules(app):
        if rule.endpoint.endswith("_GET"):
            yield rule.endpoint, client.get(address(rule, world, "own"))
    for name, url, options in (
        ("404", "/nulle-part", {}),
        ("404 of a thing", "/echanges/trd_01k9x7v3n2m4q5r6s7t8v9w0xy", {}),
        ("405", "/deconnexion", {}),
        ("400 host", "/", {"headers": {"Host": "evil.example"}}),
        ("400 csrf", "/connexion", {"method": "POST"}),
        ("403 site", "/connexion", {"method": "POST", "headers": {"Sec-Fetch-Site": "cross-site"}}),
        ("413", "/connexion", {"method": "POST", "data": b"x" * 11_000_000}),
        ("static", "/static/app.css", {}),
        ("static 404", "/static/nothing.css", {}),
    ):
        yield name, client.open(url, **options)


@pytest.mark.parametrize("actor", ["visitor", "administrator", "operator"])
def test_every_answer_carries_the_policy(app: Flask, world: World, actor: str) -> None:
    for name, answer in answers(app, world, actor):
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", name
        if name == "static":
            answer.close()
            continue  # what is no page needs no policy, and a header weighs as much as a small file
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        if name == FRAMED:
            assert "frame-ancestors" in policy
        else:
            assert policy == POLICY or "sha256-" in policy, name
            assert "frame-ancestors 'none'" in policy, name
        assert headers["Referrer-Policy"] in {"strict-origin-when-cross-origin", "same-origin"}, name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "Server" not in headers, name
        assert "X-Powered-By" not in headers, name
        answer.close()


def test_unexpected_errors_carry_the_policy_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.testing = False
    app.view_functions["pages.how_GET"] = _broken
    answer = app.test_client().get("/comment-ca-marche")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret-of-the-error" not in answer.text


def _broken() -> str:
    raise RuntimeError("secret-of-the-error")


_broken.access_rule = "public"  # type: ignore[attr-defined]


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "visitor"])
def test_what_a_signed_in_person_gets_is_kept_nowhere(app: Flask, world: World, actor: str) -> None:
    for name, answer in answers(app, world, actor):
        if not name.startswith(("static", "embeds.")) and name != "pages.health_GET":
            assert answer.headers["Cache-Control"] == "no-store", name
        answer.close()


def test_no_address_of_a_page_holds_a_secret_or_a_person(app: Flask, world: World) -> None:
    """Links that open something once travel in paths of their own; no page links to one, no query holds an address."""
    for actor in ("administrator", "staff", "operator"):
        for name, answer in answers(app, world, actor):
            if answer.mimetype == "text/html" and name != "staff.outbox_GET":
                assert "?email" not in answer.text, name
                assert "/mot-de-passe/" not in answer.text.replace("/mot-de-passe/demande", ""), name
            answer.close()


@pytest.fixture
def https(settings: Settings) -> Iterator[Flask]:
    """The application as production serves it, over https."""
    made = application.create_app(replace(settings, public_url="https://localhost", mode="production"))
    yield made
    _close(made)


def test_the_one_cookie_is_a_host_cookie(https: Flask) -> None:
    answer = https.test_client().get("/connexion", base_url="https://localhost")
    [cookie] = answer.headers.getlist("Set-Cookie")
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert not any(part.startswith("Domain") for part in attributes)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_no_answer_sets_another_cookie_and_framed_pages_set_none(https: Flask) -> None:
    world, client = populate(https), https.test_client()
    for rule in rules(https):
        if not rule.endpoint.endswith("_GET"):
            continue
        answer = client.get(address(rule, world, "own"), base_url="https://localhost")
        cookies = answer.headers.getlist("Set-Cookie")
        assert all(cookie.startswith("__Host-session=") for cookie in cookies), rule.endpoint
        if rule.endpoint.startswith("embeds.") and "public" in str(
            https.view_functions[rule.endpoint].access_rule
        ):  # type: ignore[attr-defined]
            assert not cookies, rule.endpoint
        answer.close()


def test_cookie_cannot_be_planted_by_a_neighbour(https: Flask) -> None:
    client = https.test_client()
    client.set_cookie("session", "planted", domain="localhost")
    assert client.get("/connexion", base_url="https://localhost").status_code == 200


def test_every_unsafe_route_wants_the_token_and_our_own_site(app: Flask, world: World) -> None:
    posts = [rule for rule in rules(app) if rule.endpoint.endswith("_POST")]
    assert len(posts) >= 35
    for rule in posts:
        label = str(app.view_functions[rule.endpoint].access_rule)  # type: ignore[attr-defined]
        actor = next(
            (a for a in ("operator", "administrator", "staff", "trader") if a in label.split()),
            "administrator",
        )
        url = address(rule, world, "own")
        client = client_of(app, world, actor)
        assert client.post(url, data={}).status_code == 400, rule.endpoint
        assert client.post(url, data={"csrf_token": "forged"}).status_code == 400, rule.endpoint
        for site in ("cross-site", "same-site", "anything"):
            answer = client.post(url, data={"csrf_token": _token(app)}, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403, (rule.endpoint, site)


def test_our_own_forms_are_let_through(app: Flask, world: World) -> None:
    client = client_of(app, world, "administrator")
    for site in ("same-origin", "none"):
        answer = client.post("/roles", data={"csrf_token": _token(app)}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 404, "past both guards"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "", "127.0.0.2"]
)
def test_a_host_that_is_not_ours_is_refused(app: Flask, host: str) -> None:
    answer = app.test_client().get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_proxies_are_believed_only_as_many_as_the_settings_say(settings: Settings) -> None:
    for proxies, seen in ((0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.1")):
        made = application.create_app(replace(settings, proxies=proxies))
        addresses: list[str] = []
        made.view_functions["pages.how_GET"] = _noting(addresses)
        made.test_client().get(
            "/comment-ca-marche", headers={"X-Forwarded-For": "192.0.2.66, 198.51.100.1, 203.0.113.9"}
        )
        assert addresses == [seen]
        _close(made)


def _noting(addresses: list[str]) -> Any:
    from barterweb.web import sessions

    def view() -> str:
        addresses.append(sessions.address())
        return ""

    view.access_rule = "public"  # type: ignore[attr-defined]
    return view


def test_no_answer_lets_another_origin_read_and_nothing_is_traced(app: Flask, world: World) -> None:
    client = app.test_client()
    for rule in rules(app):
        if rule.endpoint.endswith("_GET"):
            answer = client.get(address(rule, world, "own"), headers={"Origin": "https://ailleurs.example"})
            assert "Access-Control-Allow-Origin" not in answer.headers, rule.endpoint
            answer.close()
    assert client.open("/", method="TRACE").status_code == 405
