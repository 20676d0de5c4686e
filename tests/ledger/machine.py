"""A machine that draws the ledger's verbs at random and compares it with a model that fits on a screen.

The model knows balances, limits and holds as plain numbers; after every step the ledger must agree with it, all
balances must sum to zero, and `verify` must find nothing.
"""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from barterweb import db, ledger
from barterweb.db import open_transaction, session
from barterweb.money import Credits

MEMBERS = ("acc_a", "acc_b", "acc_c")
OPERATOR = "acc_operator"
LIMIT, CAP = 1_000, 1_000
TABLES = [
    f"ledger_{name}" for name in ("seals", "unsealed", "holds", "entries", "transfers", "stripes", "accounts")
]

AMOUNTS = st.sampled_from((1, 250, 499, 500, 501, 1_000, 1_001, 1_500, 1_501))  # limits are met to the cent
PAIRS = st.sampled_from([(payer, payee) for payer in MEMBERS for payee in MEMBERS if payer != payee])


class Model:
    """What the ledger should be, in plain numbers."""

    def __init__(self) -> None:
        self.balance = dict.fromkeys((*MEMBERS, OPERATOR), 0)
        self.held = dict.fromkeys((*MEMBERS, OPERATOR), 0)
        self.incoming = dict.fromkeys((*MEMBERS, OPERATOR), 0)
        self.holds: dict[str, list[Any]] = {}  # id → payer, payee, amount, expected, status
        self.undone: dict[str, int] = {}  # transfer → what reversals took back

    def can_move(self, payer: str, payee: str, amount: int) -> bool:
        room = payee == OPERATOR or self.balance[payee] + self.incoming[payee] + amount <= CAP
        return room and self.balance[payer] - self.held[payer] - amount >= -LIMIT

    def move(self, payer: str, payee: str, amount: int) -> None:
        self.balance[payer] -= amount
        self.balance[payee] += amount


class LedgerMachine(RuleBasedStateMachine):
    """Draws verbs; `app` is set by the test."""

    app: Flask
    transfers = Bundle("transfers")
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.context = self.app.app_context()
        self.context.push()
        self.number = 0
        _empty()

    @initialize()
    def open_accounts(self) -> None:
        with open_transaction():
            for account in MEMBERS:
                ledger.open_account(
                    account_id=account,
                    kind="member",
                    name=account,
                    credit_limit=Credits(LIMIT),
                    balance_cap=Credits(CAP),
                )
            ledger.open_account(account_id=OPERATOR, kind="commission", name="operator")

    def key(self) -> str:
        self.number += 1
        return f"key-{self.number}"

    def book(self, allowed: bool, verb: Callable[[], Any]) -> Any:
        """Call a verb that must succeed exactly when the model allows it."""
        outcome, error = None, None
        try:
            with open_transaction():
                outcome = verb()
        except ledger.LedgerError as refusal:
            error = refusal
        assert (error is None) == allowed, f"allowed by the model: {allowed}; the ledger said {error!r}"
        return outcome

    @rule(
        target=transfers, pair=PAIRS, amount=AMOUNTS, fee=st.sampled_from((0, 1, 50)), by_payee=st.booleans()
    )
    def transfer(self, pair: tuple[str, str], amount: int, fee: int, by_payee: bool) -> Any:
        payer, payee = pair
        on_top = 0 if by_payee else fee
        own_funds = self.model.balance[payee] - self.model.held[payee] + amount - (fee if by_payee else 0)
        allowed = (
            self.model.can_move(payer, payee, amount)
            and self.model.balance[payer] - self.model.held[payer] - amount - on_top >= -LIMIT
            and (fee <= amount or not by_payee or own_funds >= -LIMIT)
        )
        key, legs = self.key(), _legs(payer, payee, amount)
        fees = _fees(payee if by_payee else payer, fee)

        def post() -> ledger.PostedTransfer:
            return ledger.post_transfer(
                key=key, kind="trade", legs=legs, reference="trd", wording="w", fees=fees
            )

        posted = self.book(allowed, post)
        if not allowed:
            return None
        self.model.move(payer, payee, amount)
        self.model.move(payee if by_payee else payer, OPERATOR, fee)
        self.model.undone[posted.id] = 0
        assert self.book(True, post) == ledger.PostedTransfer(posted.id, posted.booked_on, replayed=True)
        return posted.id, payer, payee, amount

    @rule(target=holds, pair=PAIRS, amount=AMOUNTS, fee=st.sampled_from((0, 1, 50)))
    def hold(self, pair: tuple[str, str], amount: int, fee: int) -> Any:
        payer, payee = pair
        model, hold_id = self.model, self.key()
        allowed = (
            model.balance[payer] - model.held[payer] - amount - fee >= -LIMIT
            and model.balance[payee] + model.incoming[payee] + amount <= CAP
        )
        self.book(
            allowed,
            lambda: ledger.place_hold(
                hold_id=hold_id,
                payer_account_id=payer,
                payee_account_id=payee,
                amount=Credits(amount + fee),
                expected=Credits(amount),
                reference="trd",
            ),
        )
        if not allowed:
            return None
        model.held[payer] += amount + fee
        model.incoming[payee] += amount
        model.holds[hold_id] = [payer, payee, amount + fee, amount, "held"]
        return hold_id

    @rule(
        hold_id=holds,
        part=st.one_of(st.none(), AMOUNTS),
        fee=st.sampled_from((0, 1, 50, 51)),
        by_payee=st.booleans(),
    )
    def post(self, hold_id: str | None, part: int | None, fee: int, by_payee: bool) -> None:
        if hold_id is None:
            return
        payer, payee, amount, expected, status = self.model.holds[hold_id]
        part = part or expected
        enough = fee <= part if by_payee else part + fee <= amount
        allowed = status == "held" and part <= expected and enough
        fees = _fees(payee if by_payee else payer, fee)
        key = self.key()
        self.book(
            allowed,
            lambda: ledger.post_hold(
                key=key, hold_id=hold_id, amount=Credits(part), kind="trade", wording="w", fees=fees
            ),
        )
        if allowed:
            self._end(hold_id, "posted")
            self.model.move(payer, payee, part)
            self.model.move(payee if by_payee else payer, OPERATOR, fee)

    @rule(hold_id=holds)
    def release(self, hold_id: str | None) -> None:
        if hold_id is None:
            return
        status = self.model.holds[hold_id][4]
        self.book(status != "posted", lambda: ledger.release_hold(hold_id=hold_id))
        if status == "held":
            self._end(hold_id, "released")

    @rule(transfer=transfers, part=AMOUNTS)
    def reverse(self, transfer: tuple[str, str, str, int] | None, part: int) -> None:
        if transfer is None:
            return
        transfer_id, payer, payee, amount = transfer
        within = self.model.undone[transfer_id] + part <= amount
        allowed = within and self.model.can_move(payee, payer, part)
        key, legs = self.key(), _legs(payee, payer, part)
        self.book(
            allowed, lambda: ledger.reverse_transfer(key=key, transfer_id=transfer_id, wording="w", legs=legs)
        )
        if allowed:
            self.model.undone[transfer_id] += part
            self.model.move(payee, payer, part)

    @rule()
    def seal(self) -> None:
        with open_transaction():
            ledger.seal()

    @invariant()
    def ledger_is_the_model(self) -> None:
        views = {view.id: view for view in ledger.account_views()}
        for account, view in views.items():
            assert view.balance_cents == self.model.balance[account]
            assert view.held_cents == self.model.held[account]
            assert view.incoming_cents == self.model.incoming[account]
            if account in MEMBERS:
                assert view.balance_cents - view.held_cents >= -LIMIT
                assert view.balance_cents + view.incoming_cents <= CAP
        assert sum(view.balance_cents for view in views.values()) == 0
        assert ledger.verify().findings == ()
        session.rollback()

    def teardown(self) -> None:
        session.rollback()
        self.context.pop()

    def _end(self, hold_id: str, status: str) -> None:
        payer, payee, amount, expected, _ = self.model.holds[hold_id]
        self.model.held[payer] -= amount
        self.model.incoming[payee] -= expected
        self.model.holds[hold_id][4] = status


def _legs(payer: str, payee: str, amount: int) -> list[ledger.Leg]:
    return [ledger.Leg(payer, Credits(-amount)), ledger.Leg(payee, Credits(amount))]


def _fees(payer: str, amount: int) -> list[ledger.Fee]:
    return [ledger.Fee(payer, OPERATOR, Credits(amount), "commission", "w")] if amount else []


def _empty() -> None:
    """Empty the ledger between two examples, which takes switching off what guards it."""
    with open_transaction():
        if db.dialect_name() == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("TRUNCATE " + ", ".join(TABLES)))
            return
        triggers = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%'")
        )
        statements = dict(iter(triggers))
        for name in statements:
            session.execute(text(f"DROP TRIGGER {name}"))
        for table in TABLES:
            session.execute(text(f"DELETE FROM {table}"))
        for statement in statements.values():
            session.connection().exec_driver_sql(statement)


def play(app: Flask, *, examples: int) -> None:
    """Let the machine draw so many histories of 25 steps, always the same; raise when the ledger is not the model."""
    machine = type("Machine", (LedgerMachine,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            phases=(Phase.generate,),
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
