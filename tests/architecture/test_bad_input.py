"""Whatever is typed, forged or broken on the way, the site answers with a sentence: never a 500, never half a trade.

Hundreds of requests at every route of the map: hostile identifiers, parameters, headers and bodies, as every kind of
person, on a network where trades and listings exist so that the code behind is reached.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from barterweb import ledger
from barterweb.db import session
from barterweb.documents.models import Document
from barterweb.ids import new_id
from barterweb.joining import service as joining
from barterweb.listings import photos
from barterweb.members.facts import Contact
from barterweb.members.models import Membership
from barterweb.money import Credits
from barterweb.standing import service as standing
from barterweb.standing.models import Claim
from barterweb.trades import messages
from barterweb.trades.models import Trade, TradeEvent
from tests import build_members, build_trades
from tests.conftest import _session_of
from tests.html import control_values, parse, text_of
from tests.html import select as elements

HOSTILE = (
    "",
    "abc",
    "-1",
    "0",
    "1e3",
    "99999999999999999999",
    "１２",
    "\x00",
    "a\x00b",
    "%00",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "31/02/2026",
    "99/99/9999",
    "2026-13-45",
    "1 000 000 000 000 000,00",
    "0,005",
    "NaN",
    "true",
    "[]",
    "{{7*7}}",
    "\u202e\u0000\ufeff",
    "😀" * 50,
    "x" * 10_000,
)
PARAMETERS = (
    *(
        "page",
        "etat",
        "du",
        "au",
        "mots",
        "type",
        "categorie",
        "pole",
        "lieu",
        "prix_min",
        "prix_max",
        "tri",
        "exact",
    ),
    *("q", "departement", "suite", "n", "couleur", "theme", "via", "id", "statut", "depuis", "cluster"),
)
EXPECTED = {200, 204, 303, 304, 308, 400, 403, 404, 405, 409, 413, 422, 429}
REFUSALS = {400, 403, 404, 405, 409, 413, 422}
KINDS = ("visitor", "member", "accountant", "staff", "operator", "funder")


@dataclass(frozen=True, slots=True)
class World:
    """A small network with something in every state that matters, and who can look at it."""

    ids: dict[str, list[str]]
    sessions: dict[str, dict[str, Any]]


@pytest.fixture
def world(app: Flask, in_app: Callable[..., Any]) -> World:
    ids = in_app(_populate)
    emails = {
        "member": "admin@transports-du-vercors.example",
        "accountant": "cabinet@comptes.example",
        "staff": "equipe@pole.example",
        "operator": "exploitant@barter.example",
        "funder": "region@barter.example",
    }
    return World(
        ids, {"visitor": {}, **{kind: _session_of(app, email, None) for kind, email in emails.items()}}
    )


def _populate() -> dict[str, list[str]]:
    haulier = build_members.company("Transports du Vercors")
    firm = build_members.company("Cabinet Marcellin")
    build_members.accountant(haulier)
    cluster_id = build_members.cluster()
    build_members.staff(cluster_id)
    build_members.person("region@barter.example", "funder", region_id=build_members.region())
    small = build_trades.terms(build_trades.line(1_000))
    trades = [
        make(*pair, small)
        for pair in ((haulier, firm), (firm, haulier))
        for make in (build_trades.proposed, build_trades.agreed, build_trades.delivered, build_trades.settled)
    ]
    message_id = new_id("mes")
    messages.write_message(
        actor=haulier.actor, trade_id=trades[0], message_id=message_id, body="Bonjour", file=None
    )
    listing_id = build_trades.listing(haulier)
    photo_id, kept = new_id("pho"), photos.Kept("0" * 64, 40, 30)
    photos.add_photo(
        actor=haulier.actor, listing_id=listing_id, photo_id=photo_id, alt="Quai", full=kept, small=kept
    )
    draft_id = new_id("adh")
    joining.begin_draft(draft_id=draft_id, contact=Contact(name="Neuf", email="brouillon@ailleurs.example"))
    request = standing.ask_credit(
        actor=haulier.actor,
        request_id=new_id("dcr"),
        wanted=Credits(900_000),
        turnover=Credits(1),
        sells="Fret.",
    )
    leaving = build_members.company("Partant")
    build_trades.settled(leaving, firm, small)
    standing.leave_network(actor=leaving.actor, company_id=leaving.company_id, reason="Cession")
    return {
        "dcr": [request.id],
        "adm": list(session.scalars(select(Membership.id))),
        "cre": list(session.scalars(select(Claim.id))),
        "reg": [build_members.region()],
        "cmp": [haulier.company_id, firm.company_id],
        "pho": [photo_id],
        "lst": [listing_id, build_trades.listing(firm, kind="need")],
        "trd": trades,
        "mes": [message_id],
        "doc": list(session.scalars(select(Document.id))),
        "adh": [build_members.application(contact_email="neuf@ailleurs.example"), draft_id],
        "rol": [new_id("rol")],
        "slug": ["axelera"],
        "account_id": [haulier.account_id],
    }


@pytest.fixture
def client(app: Flask, world: World) -> Callable[[str], FlaskClient]:
    def open_client(kind: str) -> FlaskClient:
        made = app.test_client()
        with made.session_transaction() as values:
            values.update(world.sessions[kind])
        return made

    return open_client


def rules(app: Flask, method: str) -> list[Rule]:
    return sorted(
        (r for r in app.url_map.iter_rules() if method in (r.methods or ()) and r.endpoint != "static"),
        key=lambda rule: rule.rule,
    )


def addresses(rule: Rule, world: World, *, hostile: bool) -> Iterator[str]:
    """Yield addresses of a rule: those of things that exist, or with hostile and absent identifiers."""
    parts = re.findall(r"<(?:id\('(\w+)'\):)?(\w+)>", rule.rule)
    pattern = re.sub(r"<[^>]+>", "{}", rule.rule)
    if not parts:
        yield pattern
        return
    (prefix, name), *others = parts
    rest = [world.ids.get(kind or part, ["siret"])[0] for kind, part in others]
    known = world.ids.get(prefix or name, [])
    values = [*HOSTILE[1:], new_id(prefix or "abc"), (prefix or "x") + "_" + "z" * 26] if hostile else known
    for value in values:
        yield pattern.format(quote(value, safe=""), *rest)


def check(answer: Any, what: str) -> None:
    """The answer is one we mean, and a refusal says so in French."""
    assert answer.status_code in EXPECTED, f"{what}: {answer.status_code}"
    if answer.status_code in REFUSALS and answer.mimetype == "text/html":
        text = text_of(parse(answer.text, fragment="<html" not in answer.text)[0])
        assert re.search(r"\b(est|n’|pas|vous|Vous|Écrivez|Indiquez|Choisissez)\b", text), (
            f"{what}: {text[:300]!r}"
        )
        assert "Traceback" not in answer.text


def snapshot(app: Flask) -> tuple[Any, ...]:
    with app.app_context():
        totals = ledger.totals()
        trades = [
            tuple(row)
            for row in session.execute(select(Trade.id, Trade.state, Trade.version).order_by(Trade.id))
        ]
        events = len(session.scalars(select(TradeEvent.id)).all())
        assert ledger.verify().clean
        return totals, trades, events


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_and_absent_identifiers(
    app: Flask, world: World, client: Callable[..., Any], kind: str
) -> None:
    before = snapshot(app)
    browser = client(kind)
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            if "<" not in rule.rule:
                continue
            for url in list(addresses(rule, world, hostile=True))[:: 1 if kind == "member" else 9]:
                answer = browser.open(url, method=method)
                check(answer, f"{kind} {method} {url}")
                if method == "POST":
                    assert answer.status_code != 200, url
    assert snapshot(app) == before


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_parameters(app: Flask, world: World, client: Callable[..., Any], kind: str) -> None:
    chance = random.Random(kind)
    browser = client(kind)
    for rule in rules(app, "GET"):
        for url in list(addresses(rule, world, hostile=False))[:1]:
            for _ in range(3):
                chosen = chance.sample(PARAMETERS, 3)
                query = urlencode([(name, chance.choice(HOSTILE)) for name in [*chosen, chosen[0]]])
                headers = {"HX-Request": "true"} if chance.random() < 0.3 else {}
                check(browser.get(f"{url}?{query}", headers=headers), f"{kind} GET {url}?{query[:300]}")
            raw = chance.choice(
                ("page=%ff%fe", "%00=1", "page[]=1&page[a]=2", "&&&===", "mots=%C3%28&du=%F0%9F")
            )
            check(browser.get(f"{url}?{raw}"), f"{kind} GET {url}?{raw}")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_forms(app: Flask, world: World, client: Callable[..., Any], kind: str) -> None:
    """Every form of every page this person can open, each field in turn with hostile values, the rest as shown."""
    chance = random.Random(kind)
    browser = client(kind)
    for rule in rules(app, "GET"):
        for url in chance.sample(found := list(addresses(rule, world, hostile=False)), min(len(found), 3)):
            page = browser.get(url)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            for form in elements(parse(page.text, fragment=False)[0], "main form"):
                if (form.get("method") or "get") != "post" or (form.get("action") or "") == "/deconnexion":
                    continue
                shown = [
                    (control.get("name") or "", control) for control in form.iter() if control.get("name")
                ]
                values = [pair for _, control in shown for pair in control_values(control)]
                for name in {name for name, _ in values} - {"csrf_token"}:
                    for bad in chance.sample(HOSTILE, 2):
                        forged = [pair for pair in values if pair[0] != name] + [
                            (name, bad),
                            (name, bad[::-1]),
                        ]
                        answer = browser.post(form.get("action") or url, data=_multi(forged))
                        check(answer, f"{kind} POST {form.get('action') or url} {name}={bad[:40]!r}")
    with app.app_context():
        assert ledger.verify().clean
        assert ledger.totals().balance_sum_cents == 0


def test_broken_bodies_and_missing_tokens_write_nothing(
    app: Flask, world: World, client: Callable[..., Any]
) -> None:
    before = snapshot(app)
    bodies: list[dict[str, Any]] = [
        {"data": {}},
        {"data": {"csrf_token": "forged", "version": "1"}},
        {"data": b"\xff\xfe\x00%%%", "content_type": "application/x-www-form-urlencoded"},
        {"json": {"version": [1, {"a": None}]}},
        {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"a=" + b"x" * (3 * 1024 * 1024), "content_type": "application/x-www-form-urlencoded"},
        {
            "data": "&".join(f"f{n}=1" for n in range(3000)),
            "content_type": "application/x-www-form-urlencoded",
        },
    ]
    for kind in ("visitor", "member"):
        browser = client(kind)
        for rule in rules(app, "POST"):
            for url in list(addresses(rule, world, hostile=False))[:1]:
                for body in bodies:
                    answer = browser.post(url, **body)
                    check(answer, f"{kind} POST {url} {str(body)[:60]}")
                    assert answer.status_code != 200, url
    assert snapshot(app) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:99999999"},
        {"Cookie": "session=garbage"},
        {"Cookie": "session=" + "x" * 5000},
        {"Accept-Language": "\u0000", "Accept": "*/*;q=abc"},
        {"HX-Request": "true", "HX-Current-URL": "javascript:alert(1)", "HX-Target": "<x>"},
        {"Range": "bytes=9-1", "If-None-Match": '"x', "If-Modified-Since": "yesterday"},
        {"Content-Length": "-5"},
        {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    ],
    ids=str,
)
def test_hostile_headers(
    app: Flask, world: World, client: Callable[..., Any], headers: dict[str, str]
) -> None:
    browser = client("member")
    for rule in rules(app, "GET")[::3]:
        for url in list(addresses(rule, world, hostile=False))[:1]:
            usable = {name: value.replace("\u0000", "") for name, value in headers.items()}
            answer = browser.get(url, headers=usable)
            check(answer, f"{usable} {url}")
            assert b"evil.example" not in answer.data
            if "evil" in headers.get("Host", ""):
                assert answer.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(app: Flask, world: World, client: Callable[..., Any], method: str) -> None:
    browser = client("member")
    for rule in rules(app, "GET")[::3]:
        for url in list(addresses(rule, world, hostile=False))[:1]:
            assert browser.open(url, method=method).status_code in {400, 405}, url


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered
