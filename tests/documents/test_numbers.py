"""L14: numbers of a series run 1, 2, 3, … whoever issues at the same moment and whatever is rolled back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import ledger
from barterweb.db import session
from barterweb.documents.models import Document
from barterweb.trades import settlement
from barterweb.trades.models import Trade
from tests import build_members, build_trades

SALES = 12


class Undone(Exception):
    """What makes a settlement fail after its invoice has taken a number."""


def test_rolled_back_and_parallel_settlements_leave_no_gap(
    app: Flask, in_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = in_app(build_members.company, "Transports du Vercors")
    seller = in_app(build_members.company, "Cabinet Marcellin")
    price = build_trades.terms(build_trades.line(10_000))
    sales = [in_app(build_trades.delivered, buyer, seller, price) for _ in range(SALES)]
    failing = set(sales[::3])
    tell = settlement.tell
    start = Barrier(SALES)

    def tell_or_fail(trade: Trade, *args: Any, **kwargs: Any) -> None:
        assert trade.invoice_id
        if trade.id in failing:
            raise Undone
        tell(trade, *args, **kwargs)

    def confirm(trade_id: str) -> bool:
        with app.app_context():
            start.wait()
            try:
                settlement.confirm_trade(actor=buyer.actor, trade_id=trade_id, version=1)
            except Undone:
                return False
            finally:
                session.remove()
            return True

    monkeypatch.setattr(settlement, "tell", tell_or_fail)
    with ThreadPoolExecutor(SALES) as pool:
        assert list(pool.map(confirm, sales)) == [trade not in failing for trade in sales]
    failing.clear()
    for trade_id in sales[::3]:
        in_app(settlement.confirm_trade, actor=buyer.actor, trade_id=trade_id, version=1)
    with app.app_context():
        issued = select(Document.number).where(Document.kind == "invoice").order_by(Document.number)
        numbers = [int(number[-5:]) for number in session.scalars(issued)]
        assert numbers == list(range(1, SALES + 1))
        assert ledger.verify().findings == ()
