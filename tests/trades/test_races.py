"""L4, through the real server: whatever is clicked at the same moment, a trade has one outcome."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from barterweb import clock, ledger
from barterweb.db import session
from barterweb.documents.models import Document
from barterweb.settings import Settings
from barterweb.trades import settlement
from barterweb.trades.models import Trade
from tests import build_trades
from tests.conftest import _session_of
from tests.server import Visitor, running, session_cookie
from tests.trades.conftest import Cast

CLICKS = 20


def visitor(app: Flask, port: int, email: str) -> Visitor:
    return Visitor(port, session_cookie(app, _session_of(app, email, None)), {})


def at_once(actions: list[Callable[[], Any]]) -> Counter[Any]:
    start = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        start.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return Counter(pool.map(run, actions))


def test_twenty_confirmations_racing_disputes_and_time_settle_once(
    app: Flask, settings: Settings, in_app: Callable[..., Any], paying_cast: Cast
) -> None:
    cast = paying_cast
    trade_id = in_app(build_trades.delivered, cast.haulier, cast.firm)
    path = f"/echanges/{trade_id}"

    def automatic() -> str:
        with app.app_context(), clock.at(clock.now() + timedelta(days=20)):
            settlement.confirm_overdue_deliveries()
        return "job"

    with running(settings) as port:
        confirming = [visitor(app, port, cast.haulier.email) for _ in range(CLICKS)]
        disputing = [visitor(app, port, cast.haulier.email) for _ in range(4)]
        for person in confirming:
            person.open_form(f"{path}/confirmation")
        for person in disputing:
            person.open_form(f"{path}/litige")
        actions: list[Callable[[], Any]] = [lambda p=p: p.post(f"{path}/confirmation") for p in confirming]
        actions += [lambda p=p: ("dispute", p.post(f"{path}/litige", reason="Non.")) for p in disputing]
        outcome = at_once([*actions, automatic, automatic])
    assert set(outcome) <= {303, 409, "job", ("dispute", 303), ("dispute", 409)}
    with app.app_context():
        trade = session.get_one(Trade, trade_id)
        invoices = session.scalar(select(func.count()).select_from(Document))
        transfers = ledger.totals().transfers
        if trade.state == "disputed":
            assert (invoices, transfers, outcome[303]) == (0, 0, 0)
        else:
            assert trade.state == "settled"
            assert (invoices, transfers) == (1, 2)  # the sale and its commission
            assert ledger.account_view(cast.firm.account_id).balance_cents == 575_000
            assert outcome["dispute", 303] == 0
        assert ledger.verify().clean


@pytest.mark.parametrize("expiring", [False, True])
def test_agreement_racing_refusal_withdrawal_and_expiry_has_one_outcome(
    app: Flask, settings: Settings, in_app: Callable[..., Any], cast: Cast, expiring: bool
) -> None:
    trade_id = in_app(build_trades.proposed, cast.haulier, cast.firm)
    path = f"/echanges/{trade_id}"

    def expire() -> str:
        with app.app_context(), clock.at(clock.now() + timedelta(days=60)):
            settlement.expire_proposals()
        return "job"

    with running(settings) as port:
        firms = [visitor(app, port, cast.firm.email) for _ in range(12)]
        haulier = visitor(app, port, cast.haulier.email)
        for person in firms:
            person.open_form(f"{path}/accord")
        haulier.open_form(path)
        actions: list[Callable[[], Any]] = [
            lambda p=p: ("agree", p.post(f"{path}/accord", read="y")) for p in firms[:10]
        ]
        actions += [lambda p=p: ("decline", p.post(f"{path}/refus", reason="Non.")) for p in firms[10:]]
        actions += [lambda: ("withdraw", haulier.post(f"{path}/retrait"))]
        outcome = at_once([*actions, *([expire] if expiring else [])])
    won = [what for what in outcome if isinstance(what, tuple) and what[1] == 303]
    assert all(status in (303, 409) for what in outcome if isinstance(what, tuple) for status in what[1:])
    with app.app_context():
        state = session.get_one(Trade, trade_id).state
        held = ledger.account_view(cast.haulier.account_id).held_cents
        expected = {"agreed": "agree", "declined": "decline", "withdrawn": "withdraw"}.get(state)
        assert won == ([(expected, 303)] if expected else [])
        assert outcome[expected, 303] == (1 if expected else 0)
        assert held == (600_000 if state == "agreed" else 0)
        assert state == "expired" or expected
        assert ledger.verify().clean
