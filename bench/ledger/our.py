"""Our ledger at work, through its door: `python -m bench.ledger.our prepare|settle|transfer|seal URL`.

Each verb has a transaction of its own. A writer has one application context for all of them: contexts belong to requests, of
which there are none here, neither for us nor for the peers.
"""

import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace

import flask_migrate
from flask import Flask

from barterweb import clock, ids, ledger
from barterweb.app import create_app
from barterweb.db import open_transaction, transaction
from barterweb.money import Credits
from barterweb.settings import from_environment
from bench.ledger.measure import MEMBERS
from bench.ledger.writer import Order, obey

COMMISSION = "acc_commission"
ACCOUNT = "acc_{:05}"
AMOUNT, FEE = Credits(10_000), Credits(500)
LIMIT, CAP = Credits(10**12), Credits(10**13)
"""Looked at by each trade, reached by none."""
Verb = Callable[[str, str, str | None], object]
last = SimpleNamespace()
"""The trade of this process that was agreed and is not settled yet."""
SEAL_EVERY_SECONDS = 2  # as `flask jobs` does


def main(role: str, url: str) -> None:
    """Play one role on one database."""
    app = application(url)
    if role == "prepare":
        prepare(app)
    elif role == "seal":
        seal(app)
    else:
        accounts = accounts_of(app)
        verbs = {"settle": (place, post), "transfer": (transfer,)}[role]
        gc.freeze()  # as a worker of the site does
        with app.app_context():
            obey(*(partial(_trade, transaction(verb), accounts) for verb in verbs))


def _trade(verb: Verb, accounts: Sequence[str], buyer: int, seller: int, order: Order) -> None:
    verb(accounts[buyer], accounts[seller], accounts[-1] if order["commission"] else None)


def application(url: str) -> Flask:
    """Return the site on this database."""
    return create_app(
        from_environment({"BARTERWEB_MODE": "test", "DATA_DIR": tempfile.gettempdir(), "DATABASE_URL": url})
    )


def prepare(app: Flask) -> None:
    """Make the tables and open the accounts."""
    with app.app_context():
        flask_migrate.upgrade()
        with open_transaction():
            ledger.open_account(account_id=COMMISSION, kind="commission", name="Commissions")
            for number in range(MEMBERS):
                ledger.open_account(
                    account_id=ACCOUNT.format(number),
                    kind="member",
                    name=f"Membre {number}",
                    credit_limit=LIMIT,
                    balance_cap=CAP,
                )


def accounts_of(app: Flask) -> list[str]:
    """Return the ids of the members' accounts, and last that of the commission."""
    with app.app_context():
        members = ledger.accounts_of_kinds({"member"}, limit=MEMBERS)
        return [view.id for view in (*members, *ledger.accounts_of_kinds({"commission"}, limit=1))]


def fees_of(payee: str, commission: str | None) -> list[ledger.Fee]:
    """Return what the seller pays, if anything."""
    return [ledger.Fee(payee, commission, FEE, "commission", "Commission")] if commission else []


def place(payer: str, payee: str, _commission: str | None) -> None:
    """Agree: reserve the amount."""
    last.trade_id, last.hold_id = ids.new_id("trd"), ids.new_id("hld")
    ledger.place_hold(
        hold_id=last.hold_id,
        payer_account_id=payer,
        payee_account_id=payee,
        amount=AMOUNT,
        reference=last.trade_id,
        expires_at=clock.now() + timedelta(days=30),
    )


def post(_payer: str, payee: str, commission: str | None) -> None:
    """Settle what was agreed last."""
    ledger.post_hold(
        key=f"{last.trade_id}:settle",
        hold_id=last.hold_id,
        amount=AMOUNT,
        kind="trade",
        wording="Expertise comptable",
        fees=fees_of(payee, commission),
    )


def transfer(payer: str, payee: str, commission: str | None) -> None:
    """Book at once what peers book: the amount and its fee, though with limits and a key."""
    trade_id = ids.new_id("trd")
    ledger.post_transfer(
        key=f"{trade_id}:settle",
        kind="trade",
        legs=[ledger.Leg(payer, -AMOUNT), ledger.Leg(payee, AMOUNT)],
        reference=trade_id,
        wording="Expertise comptable",
        fees=fees_of(payee, commission),
    )


def seal(app: Flask) -> None:
    """Seal every two seconds while the writers work, then what is left; answer when that was done."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        for number in count(1):
            due = order["start"] + number * SEAL_EVERY_SECONDS
            time.sleep(max(0.0, min(due, order["end"]) - time.monotonic()))
            with app.app_context():
                ledger.seal_all()
            if time.monotonic() >= order["end"]:
                break
        print(json.dumps({"taken": [], "transactions": [], "ended": time.monotonic()}), flush=True)


if __name__ == "__main__":
    random.seed()
    main(*sys.argv[1:])
