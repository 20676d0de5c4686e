"""Bugs planted on purpose, in what is asked of the database and in what the database does: the machine must notice each."""

import contextlib
import dataclasses
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from barterweb.db import open_transaction, session
from barterweb.ledger import booking, seals, service, store, store_sqlite
from tests.ledger.machine import OPERATOR, play


def _carrying_out(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[booking.Booking], Any]) -> None:
    """Spoil each booking on its way to the database."""
    original = store.carry_out

    def carry_out(wanted: booking.Booking) -> dict[str, Any]:
        spoil(wanted)
        return original(wanted)

    monkeypatch.setattr(store, "carry_out", carry_out)


def _spoil_moves(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[booking.Move], Any]) -> None:
    def spoil_all(wanted: booking.Booking) -> None:
        for move in wanted.moves.values():
            spoil(move)

    _carrying_out(monkeypatch, spoil_all)


def _lost_fee(monkeypatch: pytest.MonkeyPatch) -> None:
    _carrying_out(monkeypatch, lambda wanted: wanted.moves.pop(OPERATOR, None))


def _free_of_charge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking.Booking, "add_fees", lambda *_args, **_kwargs: None)


def _double_post(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(wanted: booking.Booking) -> None:
        wanted.transfers = [
            dataclasses.replace(transfer, idempotency_key=f"{transfer.idempotency_key}-{transfer.id}")
            for transfer in wanted.transfers
        ]

    _carrying_out(monkeypatch, spoil)


def _limit_off_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil_moves(monkeypatch, lambda move: setattr(move, "taken", max(move.taken - 1, 0)))


def _limit_met_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil_moves(monkeypatch, lambda move: setattr(move, "taken", move.taken and move.taken + 1))


def _hold_not_released(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil_moves(monkeypatch, lambda move: setattr(move, "held", max(move.held, 0)))


def _reversal_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_require_within_original", lambda *_args: None)


def _wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(move: booking.Move) -> None:
        move.change = -move.change
        for line in move.lines:
            line.amount, line.running = -line.amount, -line.running

    _spoil_moves(monkeypatch, spoil)


def _stale_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil_moves(monkeypatch, lambda move: setattr(move, "change", 0 if move.change > 700 else move.change))


def _stale_running_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(move: booking.Move) -> None:
        for line in move.lines[1:]:
            line.running = line.amount

    _spoil_moves(monkeypatch, spoil)


def _cap_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil_moves(monkeypatch, lambda move: setattr(move, "given", 0))


def _promise_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil_moves(monkeypatch, lambda move: setattr(move, "incoming", 0))


def _hold_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(wanted: booking.Booking) -> None:
        if wanted.hold is not None and wanted.hold["action"] == "post":
            wanted.hold = None

    _carrying_out(monkeypatch, spoil)


def _prepaid_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    original = booking.Booking.add_transfer

    def add_transfer(self: booking.Booking, *args: Any, **_kwargs: Any) -> None:
        original(self, *args)

    monkeypatch.setattr(booking.Booking, "add_transfer", add_transfer)


def _seal_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    original = seals.hash_of
    monkeypatch.setattr(
        seals, "hash_of", lambda previous, body: original(previous, f"{body}{random.random()}")
    )


BUGS = (
    _lost_fee,
    _free_of_charge,
    _double_post,
    _limit_off_by_one,
    _limit_met_too_early,
    _hold_not_released,
    _reversal_twice,
    _wrong_sign,
    _stale_balance,
    _stale_running_balance,
    _cap_forgotten,
    _promise_forgotten,
    _hold_left_open,
    _prepaid_checked_again,
    _seal_of_another,
)


@contextlib.contextmanager
def _noticed() -> Iterator[None]:
    try:
        yield
    except BaseException as found:
        if isinstance(found, KeyboardInterrupt):
            raise
        return
    pytest.fail("the machine noticed nothing")


@pytest.mark.parametrize("plant", BUGS, ids=lambda bug: bug.__name__.strip("_"))
def test_planted_bug_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, plant: Callable[..., None]
) -> None:
    plant(monkeypatch)
    with _noticed():
        play(app, examples=60)


FUNCTION_BUGS = {
    "limit forgotten": ("refusal", "taken > available", "false"),
    "limit without holds": ("refusal", " - place.held_cents;", ";"),
    "cap forgotten": ("refusal", "given > room", "false"),
    "cap without promises": ("refusal", " - place.incoming_cents;", ";"),
    "change not written": (
        "book",
        "balance_cents = balance_cents + (move ->> 'change')::bigint,\n                held",
        "held",
    ),
    "promise not written": ("book", "incoming_cents = incoming_cents + (move ->> 'incoming')::bigint,", ""),
    "stripe not written": ("book", "WHERE account_id = place.id", "WHERE false"),
    "sequence stands still": ("book", "place.last_sequence + number", "1 + number"),
    "key not looked up": ("known", "WHERE idempotency_key", "WHERE kind"),
    "not queued for its seal": (
        "book",
        "INSERT INTO ledger_unsealed (transfer_id) VALUES (transfer ->> 'id');",
        "NULL;",
    ),
    "hold not written": ("book", "PERFORM ledger_write_hold(hold, moment);", "NULL;"),
    "refused hold goes on": ("book", "refusal := ledger_refusal_of_hold(hold, moment);", "NULL;"),
}


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("bug", FUNCTION_BUGS)
def test_bug_planted_in_a_function_is_noticed(app: Flask, bug: str) -> None:
    name, sound, wrong = FUNCTION_BUGS[bug]
    with app.app_context(), open_transaction():
        source = session.scalar(
            text("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name"),
            {"name": f"ledger_{name}"},
        )
        assert source.count(sound) == 1, bug
        session.connection().exec_driver_sql(source.replace(sound, wrong).replace("%", "%%"))
    with _noticed():
        play(app, examples=60)


STATEMENT_BUGS = {
    "balance not written": (
        "NEW_BALANCE",
        "balance_cents = balance_cents + ?",
        "balance_cents = balance_cents + 0 * ?",
    ),
    "promise not written": (
        "NEW_BALANCE",
        "incoming_cents = incoming_cents + ?",
        "incoming_cents = incoming_cents + 0 * ?",
    ),
    "sequence stands still": ("NEW_BALANCE", "last_sequence + ?", "last_sequence + 0 * ?"),
    "stripe not written": ("NEW_STRIPE", "balance_cents + ?", "balance_cents + 0 * ?"),
    "another stripe written": ("NEW_STRIPE", "stripe = ?", "stripe = 1 + ? % 64"),
    "key not looked up": ("KEY", "idempotency_key = ?", "idempotency_key = '' || ? || 'x'"),
    "not queued for its seal": ("TO_SEAL", "VALUES (?)", "SELECT ? WHERE false"),
    "hold not ended": ("END_OF_HOLD", "WHERE id = ?", "WHERE id = '' || ? || 'x'"),
}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("bug", STATEMENT_BUGS)
def test_bug_planted_in_a_statement_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    name, sound, wrong = STATEMENT_BUGS[bug]
    statement = getattr(store_sqlite, name)
    assert statement.count(sound) == 1, bug
    monkeypatch.setattr(store_sqlite, name, statement.replace(sound, wrong))
    with _noticed():
        play(app, examples=60)


def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    original = store_sqlite._refusal
    monkeypatch.setattr(
        store_sqlite,
        "_refusal",
        lambda places, body: original([{**place, "credit_limit_cents": None} for place in places], body),
    )


def _limit_without_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    original = store_sqlite._refusal
    monkeypatch.setattr(
        store_sqlite,
        "_refusal",
        lambda places, body: original(
            [{**place, "held_cents": 0, "incoming_cents": 0} for place in places], body
        ),
    )


def _settled_hold_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_sqlite, "_refusal_of_hold", lambda _connection, _body: None)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "plant", [_no_limit, _limit_without_holds, _settled_hold_goes_on], ids=lambda bug: bug.__name__.strip("_")
)
def test_bug_planted_in_a_rule_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, plant: Callable[..., None]
) -> None:
    plant(monkeypatch)
    with _noticed():
        play(app, examples=60)
