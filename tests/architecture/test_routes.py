"""The map of the site: every route, who may use it, and what a view must look like."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from barterweb.web import access

SNAPSHOT = Path(__file__).parent / "routes.txt"
KINDS = {"trader", "administrator", "accountant", "staff", "operator", "funder"}
URL = re.compile(r"/|(/([a-z0-9.-]+|<[^>]+>(\.[a-z]+)?))+")


def test_every_route_and_its_access_rule_are_in_the_snapshot(app: Flask, pytestconfig: pytest.Config) -> None:
    lines = [*_lines(app)]
    if pytestconfig.option.update_routes:
        SNAPSHOT.write_text("\n".join(lines) + "\n")
    kept = SNAPSHOT.read_text().splitlines()
    changes = [f"+ {line}" for line in lines if line not in kept] + [
        f"- {line}" for line in kept if line not in lines
    ]
    assert not changes, "\n".join(["the map of the site changed; if that is meant: make routes", *changes])


def test_every_view_has_one_rule_made_of_known_words(app: Flask) -> None:
    for endpoint, view in _views(app):
        rule = access.access_rule(view)
        assert rule is not None, (
            f"{endpoint} has no access rule: decorate it with @public, @signed_in or @allowed(…)"
        )
        known = rule in {access.PUBLIC, access.SIGNED_IN} or (rule and set(rule.split()) <= KINDS)
        assert known, f"{endpoint} is allowed to unknown kinds of people: {rule!r}"


def test_a_view_carries_its_rule_once(app: Flask) -> None:
    for endpoint, view in _views(app):
        source = inspect.getsource(view)
        rules = re.findall(r"^@(?:access\.)?(?:public|signed_in|allowed\(.*\))$", source, re.MULTILINE)
        assert len(rules) == 1, f"{endpoint} carries {rules}"


def test_every_view_answers_one_method_and_is_named_after_it(app: Flask) -> None:
    for rule in _rules(app):
        methods = _methods(rule)
        assert len(methods) == 1, f"{rule.endpoint} answers {methods}: one view, one method"
        assert rule.endpoint.endswith(f"_{methods[0]}"), f"{rule.endpoint} answers {methods[0]}: name it so"


def test_only_get_views_are_marked_as_writing(app: Flask) -> None:
    for rule in _rules(app):
        if access.writes_on_get(app.view_functions[rule.endpoint]):
            assert _methods(rule) == ["GET"], f"{rule.endpoint} needs no @may_write"


def test_addresses_are_lower_case_words_without_a_slash_at_the_end(app: Flask) -> None:
    for rule in _rules(app):
        assert URL.fullmatch(rule.rule), rule.rule


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _views(app: Flask) -> Iterator[tuple[str, object]]:
    for endpoint in sorted({rule.endpoint for rule in _rules(app)}):
        yield endpoint, app.view_functions[endpoint]


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def _lines(app: Flask) -> Iterator[str]:
    """Yield method, address, endpoint and access rule of each route, by address."""
    for rule in sorted(_rules(app), key=lambda rule: (rule.rule, _methods(rule))):
        view = app.view_functions[rule.endpoint]
        writes = "  (writes)" if access.writes_on_get(view) else ""
        yield f"{'/'.join(_methods(rule)):5}{rule.rule:70} {rule.endpoint:44} {access.access_rule(view)}{writes}"
