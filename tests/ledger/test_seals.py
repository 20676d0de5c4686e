"""L8: tampering shows. The chain is computed again here from the rows, as docs/ledger.md tells an auditor to do it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from barterweb import ledger
from barterweb.db import dialect_name, open_transaction, session
from barterweb.ledger import seals
from tests.ledger.test_service import Accounts, pay

CHAINED = "each transfer is what was sealed"


@pytest.fixture
def booked(app: Flask, accounts: Accounts) -> Iterator[list[str]]:
    """Six transfers, each sealed, by position."""
    haulier, firm, _ = accounts
    with app.app_context():
        ids = [pay(haulier, firm, 100 + number, key=f"key-{number}").id for number in range(6)]
        assert ledger.seal_all() == 6
        sealed = session.scalars(text("SELECT transfer_id FROM ledger_seals ORDER BY position")).all()
        assert set(sealed) == set(ids)
        yield list(sealed)


def tamper(*statements: str) -> None:
    """Change the database as somebody would who owns it: guards off, then on again."""
    with open_transaction():
        if dialect_name() == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                session.execute(text(statement))
            return
        guards = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%'")
        ).all()
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name, _ in guards:
            session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            session.execute(text(statement))
        for _, guard in guards:
            session.connection().exec_driver_sql(guard)


def named() -> set[str]:
    return {finding.subject for finding in ledger.verify().findings if finding.check == CHAINED}


def chain_by_hand() -> list[str]:
    """Return the hash of every seal, computed from the rows with nothing of ours."""
    hashes, last = [], "0" * 64
    for transfer in session.execute(
        text(
            "SELECT t.* FROM ledger_transfers t JOIN ledger_seals s ON s.transfer_id = t.id ORDER BY s.position"
        )
    ):
        entries = session.execute(
            text("SELECT * FROM ledger_entries WHERE transfer_id = :id ORDER BY account_id"),
            {"id": transfer.id},
        )
        body = [
            transfer.id,
            transfer.kind,
            transfer.idempotency_key,
            transfer.fingerprint,
            transfer.reference,
            transfer.wording,
            day(transfer.booked_on),
            moment(transfer.created_at),
            transfer.reverses_id,
            [
                [e.account_id, e.stripe, e.sequence, e.amount_cents, e.balance_after_cents, day(e.booked_on)]
                for e in entries
            ],
        ]
        line = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        last = hashlib.sha256(f"{last}\n{line}".encode()).hexdigest()
        hashes.append(last)
    return hashes


def day(value: str | date) -> str:
    return value if isinstance(value, str) else value.isoformat()


def moment(value: str | datetime) -> str:
    read = (
        datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value.astimezone(UTC)
    )
    return read.isoformat(timespec="microseconds")


def test_anyone_can_compute_the_chain(booked: list[str]) -> None:
    hashes = session.execute(text("SELECT hash FROM ledger_seals ORDER BY position")).scalars().all()
    assert list(hashes) == chain_by_hand()
    head = ledger.chain_head()
    assert head is not None
    assert (head.position, head.hash) == (6, hashes[-1])
    assert ledger.verify().clean


def test_nothing_is_sealed_twice(booked: list[str]) -> None:
    assert ledger.seal_all() == 0


def test_sealing_goes_batch_by_batch(app: Flask, accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 2)
    with app.app_context():
        for number in range(5):
            pay(accounts[0], accounts[1], 100, key=f"key-{number}")
        assert ledger.verify().clean  # what waits for its seal is no fault
        assert ledger.seal_all() == 5
        assert ledger.verify().clean


def test_several_sealers_make_one_chain(
    app: Flask, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "BATCH", 3)

    def work(number: int) -> None:
        with app.app_context():
            for turn in range(5):
                if number % 2:
                    pay(accounts[0], accounts[1], 100, key=f"key-{number}-{turn}")
                ledger.seal_all()

    with ThreadPoolExecutor(4) as together:
        list(together.map(work, range(4)))
    with app.app_context():
        ledger.seal_all()
        assert ledger.verify().clean
        assert ledger.chain_head() == ledger.ChainHead(10, chain_by_hand()[-1], last_sealed_at())


def last_sealed_at() -> datetime:
    head = ledger.chain_head()
    assert head is not None
    return head.sealed_at


TRACES: dict[str, Callable[[str], tuple[str, ...]]] = {
    "wording": lambda victim: (f"UPDATE ledger_transfers SET wording = 'x' WHERE id = '{victim}'",),
    "day": lambda victim: (
        f"UPDATE ledger_transfers SET booked_on = '2020-01-01' WHERE id = '{victim}'",
        f"UPDATE ledger_entries SET booked_on = '2020-01-01' WHERE transfer_id = '{victim}'",
    ),
    "both amounts": lambda victim: (
        f"UPDATE ledger_entries SET amount_cents = amount_cents * 2 WHERE transfer_id = '{victim}'",
    ),
    "account": lambda victim: (
        f"UPDATE ledger_entries SET account_id = 'acc_other' WHERE transfer_id = '{victim}' AND amount_cents > 0",
    ),
    "whole transfer": lambda victim: (
        f"DELETE FROM ledger_entries WHERE transfer_id = '{victim}'",
        f"DELETE FROM ledger_transfers WHERE id = '{victim}'",
    ),
    "hash": lambda victim: (f"UPDATE ledger_seals SET hash = '{'0' * 64}' WHERE transfer_id = '{victim}'",),
}


@pytest.mark.parametrize("trace", TRACES)
def test_what_was_changed_is_named(booked: list[str], trace: str) -> None:
    statements = TRACES[trace](booked[2])
    if dialect_name() == "sqlite" and trace in ("account", "whole transfer"):
        statements = ("PRAGMA foreign_keys", *statements)
        with session.get_bind().connect() as owner:
            owner.exec_driver_sql("ROLLBACK")
            owner.exec_driver_sql("PRAGMA foreign_keys=OFF")
            owner.exec_driver_sql("PRAGMA query_only=OFF")
            for name in guards(owner):
                owner.exec_driver_sql(f"DROP TRIGGER {name}")
            for statement in statements:
                owner.exec_driver_sql(statement)
            owner.exec_driver_sql("PRAGMA foreign_keys=ON")
    else:
        tamper(*statements)
    session.rollback()
    found = named()
    assert booked[2] in found
    assert found <= set(booked[2:4])  # a hash that was changed makes its successor differ, too


def guards(connection: Any) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%'"
    )
    return [row[0] for row in rows]


def test_a_removed_seal_and_an_unsealed_transfer_are_named(booked: list[str]) -> None:
    tamper("DELETE FROM ledger_seals WHERE position = 3")
    findings = {(finding.check, finding.subject) for finding in ledger.verify().findings}
    assert (CHAINED, "seal 3") in findings
    assert ("a transfer is sealed, or waits for it", booked[2]) in findings


def test_a_chain_forged_to_its_end_differs_from_a_printed_head(booked: list[str]) -> None:
    printed = ledger.chain_head()
    assert printed is not None
    tamper(f"UPDATE ledger_transfers SET wording = 'x' WHERE id = '{booked[2]}'")
    forged = chain_by_hand()
    tamper(
        *(f"UPDATE ledger_seals SET hash = '{h}' WHERE position = {n}" for n, h in enumerate(forged, start=1))
    )
    assert ledger.verify().clean
    outcome = ledger.verify(printed=(printed.position, printed.hash))
    assert [finding.check for finding in outcome.findings] == ["a printed head of the chain is still there"]


def test_since_a_point_reads_only_what_came_after(booked: list[str], accounts: Accounts) -> None:
    told: list[str] = []
    tamper(f"UPDATE ledger_transfers SET wording = 'x' WHERE id IN ('{booked[1]}', '{booked[4]}')")
    findings = ledger.verify(since=3, progress=told.append).findings
    assert [finding.subject for finding in findings] == [booked[4]]
    assert CHAINED in told
    pay(accounts[0], accounts[1], 100)
    newest = session.scalar(text("SELECT transfer_id FROM ledger_unsealed"))
    session.rollback()
    tamper(
        f"UPDATE ledger_entries SET balance_after_cents = 5 WHERE transfer_id = '{newest}' AND amount_cents > 0"
    )
    checks = {finding.check for finding in ledger.verify(since=5).findings}
    assert {
        "a balance is that of its last entry",
        "each running balance follows from the one before",
    } <= checks


def test_a_stripe_that_lost_an_entry_is_found(app: Flask, accounts: Accounts) -> None:
    haulier, _, commission = accounts
    with app.app_context():
        pay(haulier, commission, 100)
        tamper("UPDATE ledger_stripes SET balance_cents = 0, last_sequence = 0, last_booked_on = NULL")
        checks = {(finding.check, finding.subject) for finding in ledger.verify().findings}
        assert ("a balance is the sum of its entries", commission) in checks
        assert ("entries of an account are numbered without gap", commission) in checks
        assert ("all balances sum to zero", "ledger") in checks
        tamper("DELETE FROM ledger_stripes WHERE stripe = 64")
        assert "each account of the operator has its stripes" in {f.check for f in ledger.verify().findings}
