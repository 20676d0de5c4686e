"""L12: a clock that jumps, forward or back, changes neither the order of what is booked nor the numbers of documents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock, ledger
from barterweb.db import open_transaction, session
from barterweb.documents.models import Document
from barterweb.ledger.models import Entry, Seal, Transfer
from barterweb.money import Credits
from tests import build_members, build_trades
from tests.ledger.test_service import Accounts, legs

NOON = datetime(2026, 3, 29, 11, tzinfo=UTC)  # the day on which Paris turns to summer time
JUMPS = [
    timedelta(0),
    timedelta(days=40),
    timedelta(days=-3),
    timedelta(hours=-1),
    timedelta(days=1),
    timedelta(days=-400),
]


def test_accounts_keep_their_order_whatever_the_clock_says(app: Flask, accounts: Accounts) -> None:
    haulier, firm, commission = accounts
    with app.app_context():
        for number, jump in enumerate(JUMPS):
            with clock.at(NOON + jump), open_transaction():
                fee = ledger.Fee(firm, commission, Credits(5), "commission", "w")
                ledger.post_transfer(
                    key=f"key-{number}",
                    kind="trade",
                    legs=legs(haulier, firm, 100),
                    reference="trd",
                    wording="w",
                    fees=[fee],
                )
                ledger.seal()
        entries = session.execute(
            select(Entry.sequence, Entry.booked_on)
            .where(Entry.account_id == haulier)
            .order_by(Entry.sequence)
        ).all()
        assert [sequence for sequence, _ in entries] == list(range(1, len(JUMPS) + 1))
        days = [day for _, day in entries]
        assert days == sorted(days)
        assert days[-1] == clock.date_of(NOON + timedelta(days=40))  # the furthest it has been
        positions = session.scalars(select(Seal.position).order_by(Seal.position)).all()
        assert positions == list(range(1, 2 * len(JUMPS) + 1))
        told = session.scalars(select(Transfer.created_at).where(Transfer.idempotency_key == "key-5")).one()
        assert told == NOON + timedelta(days=-400)  # what the clock said is kept as evidence
        statement = ledger.statement(haulier, days[0], days[-1])
        assert [line.balance_after_cents for line in statement.lines] == [-100 * n for n in range(1, 7)]
        assert ledger.verify().findings == ()


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(hours=-1), timedelta(days=30)])
def test_numbers_of_documents_follow_each_other_and_their_dates_too(
    app: Flask, in_app: Callable[..., Any], jump: timedelta
) -> None:
    with clock.at(NOON):
        buyer = in_app(build_members.company, "Transports du Vercors")
        seller = in_app(build_members.company, "Cabinet Marcellin")
        price = build_trades.terms(build_trades.line(10_000))
        in_app(build_trades.settled, buyer, seller, price)
    with clock.at(NOON + jump):
        in_app(build_trades.settled, buyer, seller, price)
    with clock.at(NOON):
        in_app(build_trades.settled, buyer, seller, price)
    with app.app_context():
        issued = session.execute(
            select(Document.number, Document.issued_on)
            .where(Document.kind == "invoice")
            .order_by(Document.number)
        ).all()
        assert [number[-5:] for number, _ in issued] == ["00001", "00002", "00003"]
        assert [day for _, day in issued] == sorted(day for _, day in issued)
        assert ledger.verify().findings == ()
