"""The tenant matrix: every route of the map × ten people × one's own, another's and nobody's thing, as page and as fragment.

Made from the map of the site: a new route fails here until somebody has said in `matrix.txt` who reaches it, of their own
things and of others'. Nobody else may tell a thing that is not theirs from one that does not exist.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import Rule

from barterweb.web import access
from tests.conftest import _session_of
from tests.security.world import ACTORS, KIND_OF, WHOSE, World, populate

POLICY_FILE = Path(__file__).parent / "matrix.txt"
SOLD_FILE = Path(__file__).parent / "matrix-sold.txt"
SOLD = {"trd": "trd_sold", "doc": "doc_sold"}
"""Where matrix.txt has one's company buy, matrix-sold.txt has it sell."""

REACHED = {200, 204, 303, 400, 409, 422}
"""What somebody gets who may see a thing: the page, a redirection within the site, or a refusal of an empty form."""

EVERYBODY = set(ACTORS)
LINE = re.compile(r"(\S+)\s+own: ?([a-z_ ]*?)\s+foreign: ?([a-z_ ]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """Who reaches one's own thing by a route, and who reaches a foreign one."""

    own: frozenset[str]
    foreign: frozenset[str]

    def reached_by(self, whose: str) -> frozenset[str]:
        """Return who reaches a thing; nobody reaches an absent one."""
        return {"own": self.own, "foreign": self.foreign, "absent": frozenset()}[whose]


def policy(file: Path = POLICY_FILE) -> dict[str, Line]:
    """Read matrix.txt: endpoint, who reaches their own, who reaches a foreign one."""
    lines: dict[str, Line] = {}
    for text in file.read_text().splitlines():
        if not text.strip() or text.startswith("#"):
            continue
        match = LINE.fullmatch(text.strip())
        assert match, f"{file.name}: {text!r}"
        assert match[1] not in lines, f"{match[1]} has two lines"
        lines[match[1]] = Line(_actors(match[2]), _actors(match[3]))
    return lines


def _actors(text: str) -> frozenset[str]:
    names = set(text.split())
    wide = {"all": EVERYBODY, "signed": EVERYBODY - {"visitor"}}
    for word, meant in wide.items():
        if word in names:
            names = (names - {word}) | meant
    assert names <= EVERYBODY, names - EVERYBODY
    return frozenset(names)


THINGS = {
    "staff.dispute_GET": {"trd": "disputed"},
    "staff.dispute_POST": {"trd": "disputed"},
    "trades.message_POST": {"trd": "disputed"},
    "trades.message_file_GET": {"trd": "disputed"},
    "trades.messages_GET": {"trd": "disputed"},
    "joining.verify_GET": {"adh": "draft", "token": "proof"},
    "joining.verify_POST": {"adh": "draft", "token": "proof"},
    **{
        f"joining.{view}": {"adh": "draft_begun", "slug": "step"}
        for view in ("contact_GET", "link_POST", "resume_GET", "step_GET", "step_POST")
    },
    "members.accepted_text_GET": {"sha256": "text"},
    "members.invitation_GET": {"token": "invitation"},
    "members.invitation_POST": {"token": "invitation"},
}
"""Routes whose thing must be in a certain state, or is of a kind its address does not tell."""

NAMED_IN_THE_FORM = {"members.roles_POST", "notifications.read_POST"}
"""Routes whose thing is named by the form: the empty one names nothing, which does not exist."""


def rules(app: Flask) -> list[Rule]:
    """Return the routes of the map, those that end a session or a thing last."""
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return sorted(found, key=lambda rule: (rule.endpoint.endswith("_POST"), rule.rule, rule.endpoint))


def parts(rule: Rule) -> list[str]:
    """Return the names of the things in an address: the prefix of an id, or the name of another part."""
    return [prefix or name for prefix, name in re.findall(r"<(?:id\('(\w+)'\):)?(\w+)>", rule.rule)]


def address(rule: Rule, world: World, whose: str, things: Mapping[str, str] | None = None) -> str:
    """Return the address of a thing."""
    pattern = re.sub(r"<[^>]+>", "{}", rule.rule)
    instead = THINGS.get(rule.endpoint, {}) if things is None else things
    names = [instead.get(part, part) for part in parts(rule)]
    return pattern.format(*(quote(world.thing(name, whose), safe="") for name in names))


def passes_rule(rule: str, actor: str) -> bool:
    """Tell whether the label of a view lets this person through."""
    if rule == access.PUBLIC:
        return True
    return actor != "visitor" and (rule == access.SIGNED_IN or KIND_OF[actor] in rule.split())


@pytest.fixture
def world(app: Flask) -> World:
    return populate(app)


def test_every_route_has_a_line_and_every_line_a_route(app: Flask) -> None:
    mapped, said = {rule.endpoint for rule in rules(app)}, set(policy())
    missing = sorted(mapped - said)
    assert not missing, f"say in {POLICY_FILE} who reaches: " + ", ".join(missing)
    assert not said - mapped, f"these routes are gone: {sorted(said - mapped)}"


def test_lines_agree_with_the_labels_of_the_views(app: Flask) -> None:
    for rule in rules(app):
        label = access.access_rule(app.view_functions[rule.endpoint]) or ""
        line = policy()[rule.endpoint]
        let_in = {actor for actor in ACTORS if passes_rule(label, actor)}
        refused = (line.own | line.foreign) - let_in
        assert not refused, f"{rule.endpoint}: its label refuses {refused}"
        if not parts(rule):
            assert line.own == let_in, f"{rule.endpoint} has no thing: whom the label lets in, reaches it"
            assert not line.foreign, rule.endpoint


@pytest.mark.parametrize("actor", ACTORS)
def test_matrix(app: Flask, world: World, actor: str) -> None:
    lines, wrong, asked = policy(), [], 0
    for rule, whose, headers in _cells(app):
        url = address(rule, world, whose)
        status = _status(app, world, actor, rule, url, headers)
        expected = _expected(app, rule, actor, whose, lines[rule.endpoint])
        asked += 1
        if status not in expected:
            wrong.append(
                f"{actor} {rule.endpoint} {whose} {url[:60]}: {status}, not one of {sorted(expected)}"
            )
    assert not wrong, "\n".join(wrong)
    assert asked > 150, "the map shrank"


def sold_rules(app: Flask) -> list[Rule]:
    """Return the routes about a trade or its documents."""
    return [rule for rule in rules(app) if SOLD.keys() & set(parts(rule))]


def test_every_route_of_a_trade_says_who_reaches_it_on_the_sellers_side(app: Flask) -> None:
    assert {rule.endpoint for rule in sold_rules(app)} == set(policy(SOLD_FILE))


@pytest.mark.parametrize("actor", ACTORS)
def test_matrix_of_what_one_sold(app: Flask, world: World, actor: str) -> None:
    lines, wrong = policy(SOLD_FILE), []
    for rule in sold_rules(app):
        for whose in WHOSE:
            url = address(rule, world, whose, SOLD)
            status = _status(app, world, actor, rule, url, {})
            expected = _expected(app, rule, actor, whose, lines[rule.endpoint])
            if status not in expected:
                wrong.append(f"{actor} {rule.endpoint} {whose}: {status}, not one of {sorted(expected)}")
    assert not wrong, "\n".join(wrong)


def _cells(app: Flask) -> Iterator[tuple[Rule, str, dict[str, str]]]:
    for rule in rules(app):
        for whose in WHOSE if parts(rule) else ("own",):
            yield rule, whose, {}
            if rule.endpoint.endswith("_GET"):
                yield rule, whose, {"HX-Request": "true"}


def _expected(app: Flask, rule: Rule, actor: str, whose: str, line: Line) -> set[int]:
    label = access.access_rule(app.view_functions[rule.endpoint]) or ""
    if not passes_rule(label, actor):
        return {TO_SIGN_IN} if actor == "visitor" else {403}
    if rule.endpoint in NAMED_IN_THE_FORM:
        return {404}
    if not parts(rule) or actor in line.reached_by(whose):
        return REACHED
    return {404}


TO_SIGN_IN = -303
"""Sent to the sign-in page: told apart from a redirection within what one may see."""


def _status(app: Flask, world: World, actor: str, rule: Rule, url: str, headers: dict[str, str]) -> int:
    """Ask as this person, in a session of its own (one of the routes ends it), and return the status."""
    client = app.test_client()
    with client.session_transaction() as values:
        if actor != "visitor":
            values.update(_session_of(app, world.emails[actor], None))
        values["csrf_token"] = "token"
    if rule.endpoint.endswith("_POST"):
        answer = client.post(url, data={"csrf_token": _token(app)})
    else:
        answer = client.get(url, headers=headers)
    away = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or ""
    answer.close()
    if away.startswith("/connexion") and actor == "visitor" and rule.endpoint not in SIGNING_IN:
        return TO_SIGN_IN
    return answer.status_code


SIGNING_IN = {
    "members.second_step_GET",
    "members.second_step_POST",
    "members.second_step_passkey_POST",
    "members.reset_POST",
}


def _token(app: Flask) -> str:
    """Return the CSRF token that belongs to the raw token ``token`` in the session."""
    return str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("token"))


def test_the_size_of_the_matrix_is_what_the_map_makes_it(
    app: Flask, record_property: Callable[[str, object], None]
) -> None:
    cells = len(list(_cells(app))) * len(ACTORS)
    record_property("requests", cells)
    with_things = sum(1 for rule in rules(app) if parts(rule))
    assert with_things >= 30
    assert cells >= 2_500
