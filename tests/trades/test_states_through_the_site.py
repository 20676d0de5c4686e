"""The table of a trade's life, through the site: every state × every action × everybody who may knock.

What the table allows leads where it says. What it does not allow is 409 with a sentence for the two sides, 404 for
strangers and where the page does not exist for this trade, 403 for other hats; then no table of the database has changed.
"""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, ids, ledger
from barterweb.db import Base, open_transaction, session
from barterweb.money import Credits
from barterweb.trades.models import Trade
from barterweb.trades.policy import roles_of
from barterweb.trades.states import STATES, TRANSITIONS
from barterweb.web.filters import day_short
from tests import build_members
from tests.html import control_values
from tests.page import Browser
from tests.trades.conftest import Cast
from tests.trades.test_lifecycle import bring_to

InApp = Callable[..., Any]
Open = Callable[..., Browser]
Fields = dict[str, Any]

OPERATOR = "exploitant@barter.example"
NOT_BUSINESS = {"person_sessions", "person_devices"}
"""Written by whoever opens a page."""

PATHS = {
    "counter": "contre-proposition",
    "agree": "accord",
    "decline": "refus",
    "withdraw": "retrait",
    "cancel": "annulation",
    "deliver": "livraison",
    "confirm": "confirmation",
    "dispute": "litige",
    "state_case": "litige",
    "refund": "remboursement",
}
OF_TIME = {"expire", "confirm_automatically", "freeze"}
OF_THE_OPERATOR = {"settle", "cancel_dispute"}


def fields_of(action: str, terms: Fields) -> Fields:
    """Return what the action's form sends when nothing in it is wrong but, perhaps, its moment."""
    return {
        "counter": terms,
        "agree": {"version": "1", "read": "y"},
        "withdraw": {"version": "1"},
        "deliver": {"delivered_on": day_short(clock.today()), "note": "Remis."},
        "confirm": {"version": "1", "order_reference": ""},
        "refund": {
            "refund_id": ids.new_id("rmb"),
            "left_cents": "600000",
            "extent": "whole",
            "reason": "Retour.",
            "step": "rembourser",
        },
    }.get(action, {"version": "1", "reason": "Voici pourquoi."})


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables that the business writes."""
    session.rollback()
    return {
        table.name: sorted(map(repr, session.execute(sa.select(table))))
        for table in Base.metadata.sorted_tables
        if table.name not in NOT_BUSINESS
    }


def state_of(trade_id: str) -> str:
    session.rollback()
    return session.get_one(Trade, trade_id).state


@pytest.fixture
def rich(in_app: InApp, cast: Cast) -> Cast:
    """The cast with lines that any number of trades fit in; the operator is at work."""

    def enrich() -> None:
        build_members.operator()
        plenty = Credits(10**9)
        with open_transaction():
            for member in (cast.haulier, cast.firm):
                ledger.set_limits(account_id=member.account_id, credit_limit=plenty, balance_cap=plenty)

    in_app(enrich)
    return cast


@pytest.fixture
def terms(in_app: InApp, page: Open, rich: Cast) -> Fields:
    """Return what the form of a counter-proposal sends."""
    trade_id = in_app(bring_to, "proposed", rich)
    shown = page(rich.firm.email).get(f"/echanges/{trade_id}/contre-proposition")
    (form,) = [f for f in shown.all("main form") if "contre-proposition" in (f.get("action") or "")]
    values = [pair for control in form.iter() for pair in control_values(control)]
    return {**{name: value for name, value in values if name != "csrf_token"}, "step": "envoyer"}


@pytest.mark.parametrize("state", STATES)
def test_each_side_may_do_exactly_what_the_table_says(
    app: Flask, in_app: InApp, page: Open, rich: Cast, terms: Fields, state: str
) -> None:
    sides = {rich.haulier.email: rich.haulier.company_id, rich.firm.email: rich.firm.company_id}
    stays = in_app(bring_to, state, rich)
    roles = {
        email: in_app(lambda c=c: roles_of(session.get_one(Trade, stays), c)) for email, c in sides.items()
    }
    before = in_app(everything)
    for email in sides:
        browser = page(email)
        browser.get("/tableau-de-bord")
        for action, path in PATHS.items():
            if (state == "disputed") != (action == "state_case") and path == "litige":
                continue  # one address, whose meaning follows the state
            step = TRANSITIONS.get((state, action))
            fields = fields_of(action, terms)
            told = f"{action} by {'buyer' if 'buyer' in roles[email] else 'seller'} when {state}"
            if step is not None and step.who in roles[email]:
                moves = in_app(bring_to, state, rich)
                shown = browser.post(f"/echanges/{moves}/{path}", fields)
                assert browser.redirects == [f"/echanges/{moves}"], told
                expected = state if action == "cancel" else step.leads_to  # the other side has to ask as well
                assert in_app(state_of, moves) == expected, told
                before = in_app(everything)
            elif (state, action) == ("settled", "confirm") and "buyer" in roles[email]:
                browser.post(f"/echanges/{stays}/{path}", fields)  # a second click: said again, done once
                assert in_app(everything) == before, told
            else:
                status = 404 if action == "refund" else 409
                shown = browser.post(f"/echanges/{stays}/{path}", fields, status=status)
                sentence = shown.text_of("h1") if status == 404 else shown.text_of("main .notice.tone-warn")
                assert len(sentence) > 10, told
                assert in_app(everything) == before, told


@pytest.mark.parametrize("state", STATES)
def test_others_change_nothing(
    app: Flask, in_app: InApp, page: Open, rich: Cast, terms: Fields, state: str
) -> None:
    trade_id = in_app(bring_to, state, rich)
    in_app(lambda: build_members.accountant(rich.haulier) and None)
    others = {rich.agency.email: 404, "cabinet@comptes.example": 403, OPERATOR: 403}
    before = in_app(everything)
    for email, status in others.items():
        browser = page(email)
        browser.get("/securite")
        for action, path in PATHS.items():
            if email == OPERATOR and action == "refund":
                continue
            browser.post(f"/echanges/{trade_id}/{path}", fields_of(action, terms), status=status)
    assert in_app(everything) == before


@pytest.mark.parametrize("state", STATES)
def test_the_operator_settles_disputes_and_nothing_else(
    app: Flask, in_app: InApp, page: Open, rich: Cast, state: str
) -> None:
    outcomes = {"settle": "full", "cancel_dispute": "cancelled"}
    nadia = page(OPERATOR)
    for action, outcome in outcomes.items():
        trade_id = in_app(bring_to, state, rich)
        nadia.get("/pole")
        before = in_app(everything)
        typed = {"outcome": outcome, "reason": "Pièces lues.", "seen": "1", "step": "trancher"}
        step = TRANSITIONS.get((state, action))
        if step is None:
            nadia.post(f"/operateur/litiges/{trade_id}", typed, status=404)
            assert in_app(everything) == before, action
        else:
            nadia.post(f"/operateur/litiges/{trade_id}", typed)
            assert in_app(state_of, trade_id) == step.leads_to


def test_every_action_of_the_table_is_tried() -> None:
    assert {action for _, action in TRANSITIONS} == set(PATHS) | OF_TIME | OF_THE_OPERATOR
