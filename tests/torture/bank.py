"""The bank test's people, each in a process: writers that move Barter about at random and a reader that adds up."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from flask import Flask

from barterweb import app as application
from barterweb import ids, ledger
from barterweb.db import transaction
from barterweb.money import Credits
from barterweb.settings import Settings
from tests.conftest import _close

MEMBERS = tuple(f"acc_member_{number}" for number in range(6))
COMMISSION = "acc_commission"
LIMIT, CAP = 50_000, 80_000


@transaction
def open_accounts() -> None:
    """Open the bank: six members with limits, one account of the operator."""
    for account_id in MEMBERS:
        ledger.open_account(
            account_id=account_id,
            kind="member",
            name=account_id,
            credit_limit=Credits(LIMIT),
            balance_cap=Credits(CAP),
        )
    ledger.open_account(account_id=COMMISSION, kind="commission", name=COMMISSION)


def at_once(settings: Settings, seconds: int, *, writers: int) -> tuple[int, int]:
    """Let `writers` write and one read for so long; return how many verbs were done and how many snapshots added up."""
    with ProcessPoolExecutor(writers + 1, mp_context=get_context("spawn")) as pool:
        reading = pool.submit(read, settings, seconds)
        writing = [pool.submit(write, settings, seconds, seed) for seed in range(writers)]
        return sum(done.result() for done in writing), reading.result()


def write(settings: Settings, seconds: int, seed: int) -> int:
    """Transfer, reserve, post, release and reverse at random; return how often it was not refused."""
    chance = random.Random(seed)
    holds: list[str] = []
    transfers: list[str] = []
    done = 0
    with _application(settings) as app:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            verb = chance.choice((_transfer, _transfer, _hold, _post, _release, _reverse))
            with app.app_context():
                try:
                    verb(chance, holds, transfers)
                    done += 1
                except ledger.LedgerError:
                    pass
    return done


def read(settings: Settings, seconds: int) -> int:
    """Add up one snapshot after another; return how many there were. Raises `AssertionError` for a wrong one."""
    snapshots = 0
    with _application(settings) as app:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline or not snapshots:
            with app.app_context():
                views = ledger.account_views()
                by_kind = ledger.totals_by_kind()
                whole = snapshots % 20 == 0
                findings = ledger.verify().findings if whole else ()
            assert sum(view.balance_cents for view in views) == 0
            assert sum(kind.balance_cents for kind in by_kind) == 0
            for view in views:
                if view.id in MEMBERS:
                    assert view.balance_cents - view.held_cents >= -LIMIT
                    assert view.balance_cents + view.incoming_cents <= CAP
            assert findings == ()
            snapshots += 1
    return snapshots


@contextmanager
def _application(settings: Settings) -> Iterator[Flask]:
    app = application.create_app(settings)
    yield app
    _close(app)


Verb = Callable[[random.Random, list[str], list[str]], None]


@transaction
def _transfer(chance: random.Random, _holds: list[str], transfers: list[str]) -> None:
    payer, payee = chance.sample(MEMBERS, 2)
    amount = chance.randint(100, 20_000)
    posted = ledger.post_transfer(
        key=ids.new_id("key"),
        kind="trade",
        legs=[ledger.Leg(payer, Credits(-amount)), ledger.Leg(payee, Credits(amount))],
        reference="trd",
        wording="w",
        fees=[ledger.Fee(payee, COMMISSION, Credits(amount // 20), "commission", "w")],
    )
    transfers.append(posted.id)


@transaction
def _hold(chance: random.Random, holds: list[str], _transfers: list[str]) -> None:
    payer, payee = chance.sample(MEMBERS, 2)
    hold_id = ids.new_id("hld")
    ledger.place_hold(
        hold_id=hold_id,
        payer_account_id=payer,
        payee_account_id=payee,
        amount=Credits(chance.randint(100, 20_000)),
        reference="trd",
    )
    holds.append(hold_id)


@transaction
def _post(chance: random.Random, holds: list[str], transfers: list[str]) -> None:
    if holds:
        posted = ledger.post_hold(
            key=ids.new_id("key"),
            hold_id=chance.choice(holds),
            amount=Credits(chance.randint(50, 100)),
            kind="trade",
            wording="w",
        )
        transfers.append(posted.id)


@transaction
def _release(chance: random.Random, holds: list[str], _transfers: list[str]) -> None:
    if holds:
        ledger.release_hold(hold_id=holds.pop(chance.randrange(len(holds))))


@transaction
def _reverse(chance: random.Random, _holds: list[str], transfers: list[str]) -> None:
    if transfers:
        ledger.reverse_transfer(key=ids.new_id("key"), transfer_id=chance.choice(transfers), wording="w")
