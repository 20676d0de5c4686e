"""The last page of a statement: whole days, true balances, and no reading of what comes before."""

from datetime import timedelta

import pytest
from flask import Flask

from barterweb import clock, ids, ledger
from barterweb.db import open_transaction
from barterweb.ledger import Leg, post_transfer
from barterweb.money import Credits

DAYS = (3, 1, 2)
"""Transfers on each of the last days, the oldest first."""


@pytest.fixture
def busy(app: Flask, accounts: tuple[str, str, str]) -> tuple[str, str, str]:
    """The haulier pays the commission account 1 B, so often on each of three days."""
    haulier, _, commission = accounts
    with app.app_context():
        for number, times in enumerate(DAYS):
            with clock.at(clock.now() + timedelta(days=number)):
                for _ in range(times):
                    with open_transaction():
                        post_transfer(
                            key=ids.new_id("key"),
                            kind="trade",
                            legs=[Leg(haulier, Credits(-100)), Leg(commission, Credits(100))],
                            reference="test",
                            wording="Opération",
                        )
    return accounts


@pytest.mark.parametrize("which", [0, 2])
@pytest.mark.parametrize(
    ("most", "first", "lines"), [(6, -10, 6), (5, 1, 3), (3, 1, 3), (2, 2, 2), (1, 2, 2)]
)
def test_a_page_holds_whole_days_and_at_least_one(
    app: Flask, busy: tuple[str, str, str], which: int, most: int, first: int, lines: int
) -> None:
    with app.app_context():
        today, account_id = clock.today(), busy[which]
        start, end = today - timedelta(days=10), today + timedelta(days=2)
        page = ledger.statement_page(account_id, start, end, most=most)
        whole = ledger.statement(account_id, start, end)
    assert (page.start, len(page.lines)) == (today + timedelta(days=first), lines)
    sign = -1 if which == 0 else 1
    assert page.opening_cents == sign * 100 * (6 - lines)
    assert (page.closing_cents, page.last_sequence) == (whole.closing_cents, page.lines[-1].sequence)
    assert page.day_before == page.start - timedelta(days=1)


def test_a_period_without_lines_is_shown_whole(app: Flask, busy: tuple[str, str, str]) -> None:
    with app.app_context():
        start, end = clock.today() - timedelta(days=9), clock.today() - timedelta(days=5)
        assert ledger.first_day_of_page(busy[0], start, end) == start
