"""L3 and L9 in threads: limits hold whatever runs beside, and crossing transfers end without a deadlock."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from barterweb import ledger
from barterweb.db import session, transaction
from barterweb.money import Credits
from tests.ledger.test_service import Accounts, legs

BUYERS = 16


@transaction
def purchase(payer: str, payee: str, cents: int, key: str) -> None:
    ledger.post_transfer(key=key, kind="trade", legs=legs(payer, payee, cents), reference="trd", wording="w")


@transaction
def reserve(payer: str, payee: str, cents: int, key: str) -> None:
    ledger.place_hold(
        hold_id=key, payer_account_id=payer, payee_account_id=payee, amount=Credits(cents), reference="trd"
    )


def at_once(app: Flask, verbs: list[Callable[[], None]]) -> Counter[str]:
    """Run all verbs at the same moment, each in its own context; count how they ended."""
    start = Barrier(len(verbs))

    def run(verb: Callable[[], None]) -> str:
        with app.app_context():
            start.wait()
            try:
                verb()
            except ledger.LedgerError as refusal:
                return type(refusal).__name__
            finally:
                session.remove()
            return "done"

    with ThreadPoolExecutor(len(verbs)) as pool:
        return Counter(pool.map(run, verbs))


def test_exactly_as_many_purchases_succeed_as_there_is_room_for(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    price, room = 30_000, 200_000 // 30_000

    def buy(number: int) -> Callable[[], None]:
        verb = purchase if number % 2 else reserve
        return lambda: verb(haulier, firm, price, f"key-{number}")

    outcome = at_once(app, [buy(number) for number in range(BUYERS)])
    assert outcome == {"done": room, "CreditLimitExceeded": BUYERS - room}
    with app.app_context():
        view = ledger.account_view(haulier)
        assert view.available_cents == 200_000 - room * price
        assert ledger.verify().clean


def test_ceiling_holds_against_parallel_sellers(app: Flask, accounts: Accounts) -> None:
    _, firm, commission = accounts
    outcome = at_once(
        app, [lambda n=n: purchase(commission, firm, 300_000, f"key-{n}") for n in range(BUYERS)]
    )
    assert outcome == {"done": 3, "BalanceCapExceeded": BUYERS - 3}


def test_one_key_used_at_once_is_one_transfer(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    outcome = at_once(app, [lambda: purchase(haulier, firm, 100, "same")] * BUYERS)
    assert outcome == {"done": BUYERS}
    with app.app_context():
        assert ledger.totals().transfers == 1
        assert ledger.account_view(firm).balance_cents == 100


def test_one_key_used_at_once_for_two_things_is_one_of_them(app: Flask, accounts: Accounts) -> None:
    haulier, firm, commission = accounts
    verbs: list[Callable[[], None]] = [lambda: purchase(haulier, firm, 100, "same")] * 8
    verbs += [lambda: purchase(commission, firm, 100, "same")] * 8
    outcome = at_once(app, verbs)
    assert outcome == {"done": 8, "IdempotencyConflict": 8}
    with app.app_context():
        assert ledger.totals().transfers == 1


def test_crossing_transfers_end_without_deadlock(app: Flask, accounts: Accounts) -> None:
    haulier, firm, _ = accounts
    pairs = [(haulier, firm), (firm, haulier)] * 8
    outcome = at_once(app, [lambda p=p, n=n: purchase(*p, 100, f"key-{n}") for n, p in enumerate(pairs)])
    assert outcome == {"done": BUYERS}
    with app.app_context():
        assert ledger.account_view(haulier).balance_cents == 0
        assert ledger.verify().clean
