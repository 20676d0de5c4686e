"""L7: what is booked cannot be changed by any statement; and `verify` names what was changed behind its back."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from barterweb import ledger
from barterweb.db import dialect_name, open_transaction, session
from tests.ledger.test_service import Accounts, hold, pay

ATTEMPTS = [
    "UPDATE ledger_entries SET amount_cents = amount_cents + 1",
    "UPDATE ledger_transfers SET wording = 'x'",
    "DELETE FROM ledger_entries",
    "DELETE FROM ledger_transfers",
    "INSERT INTO ledger_transfers SELECT * FROM ledger_transfers WHERE true ON CONFLICT (id) DO UPDATE SET wording = 'x'",
    """INSERT INTO ledger_entries SELECT * FROM ledger_entries WHERE true
       ON CONFLICT (account_id, stripe, sequence) DO UPDATE SET amount_cents = 5""",
    "UPDATE ledger_seals SET hash = ''",
    "DELETE FROM ledger_seals",
    "INSERT INTO ledger_seals SELECT * FROM ledger_seals WHERE true ON CONFLICT (position) DO UPDATE SET hash = ''",
]
REPLACEMENTS = [
    "REPLACE INTO ledger_transfers SELECT * FROM ledger_transfers",
    """INSERT OR REPLACE INTO ledger_transfers
       SELECT 'ope_other', kind, idempotency_key, fingerprint, reference, wording, booked_on,
       created_at, reverses_id FROM ledger_transfers""",
    "REPLACE INTO ledger_entries SELECT * FROM ledger_entries",
    """INSERT OR REPLACE INTO ledger_entries
       SELECT account_id, stripe, sequence + 1000, transfer_id, amount_cents, balance_after_cents, booked_on
       FROM ledger_entries""",
    "REPLACE INTO ledger_seals SELECT * FROM ledger_seals",
    "INSERT OR REPLACE INTO ledger_seals SELECT position + 1, transfer_id, hash, sealed_at FROM ledger_seals",
]


def refuse(statement: str) -> None:
    before = session.execute(text("SELECT * FROM ledger_entries ORDER BY account_id, sequence")).all()
    with pytest.raises(DBAPIError, match="append-only"), open_transaction():
        session.execute(text(statement))
    after = session.execute(text("SELECT * FROM ledger_entries ORDER BY account_id, sequence")).all()
    assert before == after


def pay_and_seal(accounts: Accounts) -> None:
    pay(accounts[0], accounts[1], 100)
    ledger.seal_all()


@pytest.mark.parametrize("statement", ATTEMPTS)
def test_booked_rows_cannot_be_changed(app: Flask, accounts: Accounts, statement: str) -> None:
    with app.app_context():
        pay_and_seal(accounts)
        refuse(statement)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("statement", REPLACEMENTS)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_booked_rows_cannot_be_replaced(
    app: Flask, accounts: Accounts, statement: str, recursive: str
) -> None:
    with app.app_context():
        pay_and_seal(accounts)
        with session.get_bind().connect() as connection:  # a stranger's connection may lack our pragma
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            connection.exec_driver_sql(f"PRAGMA recursive_triggers={recursive}")
            with pytest.raises(DBAPIError, match="append-only"):
                connection.exec_driver_sql(statement)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("table", ["ledger_entries", "ledger_transfers", "ledger_seals"])
def test_booked_tables_cannot_be_emptied(app: Flask, accounts: Accounts, table: str) -> None:
    with app.app_context():
        pay_and_seal(accounts)
        refuse(f"TRUNCATE {table} CASCADE")


def test_verify_finds_a_balance_changed_by_hand(app: Flask, accounts: Accounts) -> None:
    with app.app_context():
        pay(accounts[0], accounts[1], 100)
        hold(accounts[0], accounts[1], 50)
        with open_transaction():
            session.execute(text("UPDATE ledger_accounts SET balance_cents = 101 WHERE id = 'acc_firm'"))
            session.execute(text("UPDATE ledger_accounts SET held_cents = 49 WHERE id = 'acc_haulier'"))
        outcome = ledger.verify()
    assert not outcome.clean
    assert {(finding.check, finding.subject) for finding in outcome.findings} == {
        ("a balance is the sum of its entries", "acc_firm"),
        ("a balance is that of its last entry", "acc_firm"),
        ("all balances sum to zero", "ledger"),
        ("amounts held are the open holds", "acc_haulier"),
    }


def test_verify_finds_a_missing_trigger_and_an_altered_entry(app: Flask, accounts: Accounts) -> None:
    with app.app_context():
        pay(accounts[0], accounts[1], 100)
        sqlite = dialect_name() == "sqlite"
        name = f"ledger_entries_append_only_{'update' if sqlite else 'change'}"
        with open_transaction():
            session.execute(text(f"DROP TRIGGER {name}{'' if sqlite else ' ON ledger_entries'}"))
            session.execute(text("UPDATE ledger_entries SET amount_cents = 90 WHERE account_id = 'acc_firm'"))
        findings = {(finding.check, finding.subject) for finding in ledger.verify().findings}
    assert ("the database refuses changes to what is booked", name) in findings
    assert ("a balance is the sum of its entries", "acc_firm") in findings
    assert any(check == "entries of a transfer sum to zero" for check, _ in findings)


def test_verify_command_reports_and_exits(app: Flask, accounts: Accounts) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        pay(accounts[0], accounts[1], 100)
    clean = runner.invoke(args=["ledger", "verify"])
    assert (clean.exit_code, "The ledger is clean." in clean.output) == (0, True)
    with app.app_context(), open_transaction():
        session.execute(text("UPDATE ledger_accounts SET balance_cents = 101 WHERE id = 'acc_firm'"))
    wrong = runner.invoke(args=["ledger", "verify"])
    assert wrong.exit_code == 1
    assert "acc_firm: balance 101, entries 100" in wrong.output
