"""L1 and L3, by machine: random verbs against a model that fits on a screen, and bugs planted to prove that it looks.

The model knows balances, limits and holds as plain numbers; after every step the ledger must agree with it, all
balances must sum to zero, and `verify` must find nothing.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
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
from barterweb.ledger import booking, service
from barterweb.ledger.models import Account, Entry, Hold, Transfer
from barterweb.money import Credits

NOTHING = Credits(0)
MEMBERS = ("acc_a", "acc_b", "acc_c")
OPERATOR = "acc_operator"
LIMIT, CAP = 1_000, 1_500

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

    @rule(target=transfers, pair=PAIRS, amount=AMOUNTS)
    def transfer(self, pair: tuple[str, str], amount: int) -> Any:
        payer, payee = pair
        allowed = self.model.can_move(payer, payee, amount)
        key, legs = self.key(), _legs(payer, payee, amount)

        def post() -> ledger.PostedTransfer:
            return ledger.post_transfer(key=key, kind="trade", legs=legs, reference="trd", wording="w")

        posted = self.book(allowed, post)
        if not allowed:
            return None
        self.model.move(payer, payee, amount)
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
        fees = (
            [ledger.Fee(payee if by_payee else payer, OPERATOR, Credits(fee), "commission", "w")]
            if fee
            else []
        )
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


def _empty() -> None:
    """Empty the ledger between two examples, which takes switching off what guards it."""
    with open_transaction():
        if db.dialect_name() == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("TRUNCATE ledger_entries, ledger_holds, ledger_transfers, ledger_accounts"))
            return
        triggers = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%'")
        )
        statements = dict(iter(triggers))
        for name in statements:
            session.execute(text(f"DROP TRIGGER {name}"))
        for table in ("ledger_holds", "ledger_entries", "ledger_transfers", "ledger_accounts"):
            session.execute(text(f"DELETE FROM {table}"))
        for statement in statements.values():
            session.connection().exec_driver_sql(statement)


def _run(app: Flask, *, examples: int, phases: tuple[Phase, ...]) -> None:
    machine = type("Machine", (LedgerMachine,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            phases=phases,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_ledger_agrees_with_the_model_after_every_step(app: Flask) -> None:
    _run(app, examples=25, phases=(Phase.generate,))


# ---------------------------------------------------------------------------------------------------------- planted bugs


def _lost_fee(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.book

    def post(accounts: Any, key: str, kind: str, legs: Any, *args: Any, **kwargs: Any) -> Any:
        if kind == "commission":
            legs = [leg for leg in legs if leg.account_id != OPERATOR]
        return original(accounts, key, kind, legs, *args, **kwargs)

    monkeypatch.setattr(booking, "book", post)


def _double_post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "replay", lambda _key, _fingerprint: None)
    original = booking.book

    def post(accounts: Any, key: str, *args: Any, **kwargs: Any) -> Any:
        return original(accounts, f"{key}-{id(accounts)}", *args, **kwargs)

    monkeypatch.setattr(booking, "book", post)


def _limit_off_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.move

    def move(account: Account, *args: Any, **kwargs: Any) -> None:
        account.credit_limit_cents = (account.credit_limit_cents or 0) + 1
        original(account, *args, **kwargs)
        account.credit_limit_cents -= 1

    monkeypatch.setattr(booking, "move", move)


def _hold_not_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "free", lambda _hold, _accounts: None)


def _reversal_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_require_within_original", lambda *_args: None)


def _wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.move

    def move(account: Account, amount: Credits = NOTHING, **kwargs: Any) -> None:
        original(account, -amount, **kwargs)

    monkeypatch.setattr(booking, "move", move)


def _stale_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.move

    def move(account: Account, amount: Credits = NOTHING, **kwargs: Any) -> None:
        before = account.balance_cents
        original(account, amount, **kwargs)
        if amount.cents > 700:
            account.balance_cents = before

    monkeypatch.setattr(booking, "move", move)


def _cap_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.move

    def move(account: Account, *args: Any, **kwargs: Any) -> None:
        cap, account.balance_cap_cents = account.balance_cap_cents, None
        original(account, *args, **kwargs)
        account.balance_cap_cents = cap

    monkeypatch.setattr(booking, "move", move)


def _promise_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.move

    def move(account: Account, *args: Any, incoming: Credits = NOTHING, **kwargs: Any) -> None:
        original(account, *args, **kwargs)

    monkeypatch.setattr(booking, "move", move)


BUGS = (
    _lost_fee,
    _double_post,
    _limit_off_by_one,
    _hold_not_released,
    _reversal_twice,
    _wrong_sign,
    _stale_balance,
    _cap_forgotten,
    _promise_forgotten,
)


@contextlib.contextmanager
def _noticed() -> Iterator[None]:
    try:
        yield
    except BaseException as found:
        if isinstance(found, KeyboardInterrupt):
            raise
        return
    pytest.fail("the state machine noticed nothing")


@pytest.mark.parametrize("plant", BUGS, ids=lambda bug: bug.__name__.strip("_"))
def test_planted_bug_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, plant: Callable[..., None]
) -> None:
    plant(monkeypatch)
    with _noticed():
        _run(app, examples=60, phases=(Phase.generate,))


def test_models_of_the_ledger_are_what_the_machine_empties() -> None:
    assert {m.__tablename__ for m in (Account, Transfer, Entry, Hold)} == {
        "ledger_accounts",
        "ledger_transfers",
        "ledger_entries",
        "ledger_holds",
    }
