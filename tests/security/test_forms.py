"""Forms write what they show and nothing else; and a person acts on what they saw, in the state they saw it."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db
from barterweb.db import Base
from barterweb.trades import service as trades
from barterweb.trades import settlement
from barterweb.trades.models import Trade
from tests import build_members, build_trades
from tests.build_members import Member
from tests.conftest import _session_of
from tests.html import control_values, parse, select
from tests.security.conftest import InApp
from tests.security.test_matrix import _token, address, rules
from tests.security.world import World, populate

CANARY = "canari-inattendu-7"
NUMBER = "7777777"


@pytest.fixture
def world(app: Flask) -> World:
    return populate(app)


def columns() -> set[str]:
    """Return the name of every column of every table, in the spellings a form might take."""
    names = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    return names | {f"{name}_0" for name in names} | {f"company-{name}" for name in names}


def forms_shown(app: Flask, world: World) -> dict[str, tuple[str, dict[str, str]]]:
    """Return every form that posts, found on every page of every person: action → (who, fields as shown)."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for actor in ("visitor", "administrator", "trader", "staff", "operator", "accountant"):
        client = app.test_client()
        if actor != "visitor":
            with client.session_transaction() as values:
                values.update(_session_of(app, world.emails[actor], None))
        for rule in rules(app):
            url = address(rule, world, "own")
            answer = client.get(url) if rule.endpoint.endswith("_GET") else None
            if answer is None or answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            for form in select(parse(answer.text, fragment=False)[0], "main form"):
                action = form.get("action") or url
                if (form.get("method") or "get").lower() == "post":
                    controls = [control for control in form.iter() if control.get("name")]
                    blank = {control.get("name") or "": "" for control in controls}
                    values_shown = dict(pair for control in controls for pair in control_values(control))
                    found.setdefault(action, (actor, {**blank, **values_shown}))
            answer.close()
    return found


def cells_holding(texts: tuple[str, ...]) -> list[str]:
    """Return table.column of every cell that holds one of these texts."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            found += [
                f"{table.name}.{name}"
                for name, cell in row.items()
                if any(text in str(cell) for text in texts)
            ]
    return found


@pytest.mark.parametrize("value", [CANARY, NUMBER])
def test_no_form_writes_a_column_it_does_not_show(app: Flask, world: World, value: str) -> None:
    forms = forms_shown(app, world)
    assert len(forms) >= 15, sorted(forms)
    for action, (actor, shown) in forms.items():
        client = app.test_client()
        with client.session_transaction() as values:
            if actor != "visitor":
                values.update(_session_of(app, world.emails[actor], None))
            values["csrf_token"] = "token"
        forged = {name: value for name in columns() if name not in shown}
        answer = client.post(action, data={**forged, **shown, "csrf_token": _token(app)})
        assert answer.status_code < 500, action
    with app.app_context():
        assert cells_holding((value,)) == []


# ------------------------------------------------------------------------------------------ state × action

ACTIONS = ("agree", "cancel", "confirm", "counter", "dispute", "deliver", "decline", "withdraw")
PATHS = {
    "agree": "accord",
    "cancel": "annulation",
    "confirm": "confirmation",
    "counter": "contre-proposition",
    "dispute": "litige",
    "deliver": "livraison",
    "decline": "refus",
    "withdraw": "retrait",
}
STATES: dict[str, Callable[[Member, Member], str]] = {
    "proposed": build_trades.proposed,
    "agreed": build_trades.agreed,
    "delivered": build_trades.delivered,
    "settled": build_trades.settled,
}
POSSIBLE = {
    ("proposed", "buyer"): {"withdraw", "counter"},
    ("proposed", "seller"): {"agree", "decline", "counter"},
    ("agreed", "buyer"): {"cancel"},
    ("agreed", "seller"): {"deliver", "cancel"},
    ("delivered", "buyer"): {"confirm", "dispute"},
    ("delivered", "seller"): set(),
    ("settled", "buyer"): set(),
    ("settled", "seller"): set(),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_an_action_that_the_state_does_not_allow_changes_nothing(
    app: Flask, in_app: InApp, state: str, side: str
) -> None:
    buyer, seller = in_app(build_members.company, "Acheteur"), in_app(build_members.company, "Vendeur")
    trade_id = in_app(lambda: STATES[state](buyer, seller, build_trades.terms(build_trades.line(1_000))))
    before = in_app(_look, trade_id)
    client = app.test_client()
    with client.session_transaction() as values:
        values.update(_session_of(app, {"buyer": buyer, "seller": seller}[side].email, None))
        values["csrf_token"] = "token"
    for action in ACTIONS:
        if action in POSSIBLE[state, side]:
            continue
        data = {
            "csrf_token": _token(app),
            "version": "1",
            "read": "y",
            "reason": "Il manque une palette entière.",
        }
        answer = client.post(f"/echanges/{trade_id}/{PATHS[action]}", data=data)
        assert answer.status_code in {303, 409, 422}, (action, answer.status_code)
        assert in_app(_look, trade_id) == before, action


def _look(trade_id: str) -> tuple[Any, ...]:
    trade = db.session.get_one(Trade, trade_id)
    return trade.state, trade.version


@pytest.mark.parametrize("action", ["accord", "refus"])
def test_terms_edited_meanwhile_are_not_what_was_read(
    app: Flask, in_app: InApp, page: Any, action: str
) -> None:
    buyer, seller = in_app(build_members.company, "Acheteur"), in_app(build_members.company, "Vendeur")
    offered = build_trades.terms(build_trades.line(1_000))
    trade_id = in_app(lambda: build_trades.proposed(buyer, seller, offered))
    browser = page(seller.email)
    browser.get(f"/echanges/{trade_id}/accord")
    dearer = build_trades.terms(build_trades.line(900))
    in_app(lambda: trades.counter_trade(actor=seller.actor, trade_id=trade_id, version=1, terms=dearer))
    if action == "accord":
        shown = browser.submit("Accepter et réserver 12,00\u00a0B", read=True, status=409)
        assert "ont changé" in shown or "a changé" in shown
    else:
        browser.post(f"/echanges/{trade_id}/{action}", {"version": "1", "reason": "Trop cher."}, status=409)
    assert in_app(_look, trade_id)[1] == 2


def test_a_delivery_confirmed_meanwhile_is_confirmed_once(app: Flask, in_app: InApp, page: Any) -> None:
    buyer, seller = in_app(build_members.company, "Acheteur"), in_app(build_members.company, "Vendeur")
    trade_id = in_app(
        lambda: build_trades.delivered(buyer, seller, build_trades.terms(build_trades.line(1_000)))
    )
    browser = page(buyer.email)
    browser.get(f"/echanges/{trade_id}/litige")
    in_app(lambda: settlement.confirm_trade(actor=buyer.actor, trade_id=trade_id, version=1))
    answer = browser.submit(fields={"reason": "Il manque une palette entière."}, status=409)
    assert "Réglé" in answer
    assert in_app(_look, trade_id)[0] == "settled"
