"""L16: an independent accountant agrees. hledger reads the export, checks it, and comes to the same balances."""

import csv
import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from barterweb import clock, ledger
from barterweb.db import open_transaction
from barterweb.money import Credits
from tests.ledger.test_service import Accounts, hold, legs, pay, post


@pytest.fixture
def history(app: Flask, accounts: Accounts) -> list[date]:
    """Three days of trade with a fee, a hold, a reversal and words made to break a journal."""
    haulier, firm, commission = accounts
    days = [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]
    with app.app_context():
        with clock.at(midday(days[0])):
            first = pay(haulier, firm, 60_000, key="one")
        with clock.at(midday(days[1])), open_transaction():
            ledger.post_transfer(
                key="two",
                kind="trade",
                legs=legs(firm, haulier, 12_345),
                reference="trd_2",
                wording="Palette ; 12 | =SOMME(A1)\n    member:acc_firm  1000.00 B",
                fees=[ledger.Fee(haulier, commission, Credits(617), "commission", "Commission")],
            )
        with clock.at(midday(days[2])):
            hold(haulier, firm, 5_000)
            post(
                "hld_1", 4_000, fees=(ledger.Fee(firm, commission, Credits(200), "commission", "Commission"),)
            )
            with open_transaction():
                ledger.reverse_transfer(
                    key="undo", transfer_id=first.id, wording="Avoir", legs=legs(firm, haulier, 10_000)
                )
    return days


def midday(day: date) -> "clock.datetime":
    return clock.datetime(day.year, day.month, day.day, 12, tzinfo=clock.UTC)


def export(app: Flask, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=["ledger", "export", *options])
    assert result.exit_code == 0, result.output
    return result.output


def hledger(journal: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["hledger", "--file", str(journal), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def balances(journal: Path, *arguments: str) -> dict[str, int]:
    rows = csv.reader(
        hledger(journal, "balance", "--flat", "--empty", "--no-total", "-O", "csv", *arguments).splitlines()[
            1:
        ]
    )
    return {
        account.split(":", 1)[1]: round(float(amount.removesuffix(" B")) * 100)
        for account, amount in rows
        if ":" in account
    }


def test_hledger_accepts_the_export_and_finds_the_same_balances(
    app: Flask, history: list[date], tmp_path: Path
) -> None:
    journal = tmp_path / "all.journal"
    journal.write_text(export(app, "--format", "hledger"))
    hledger(journal, "check", "--strict")
    with app.app_context():
        shown = {view.id: view.balance_cents for view in ledger.account_views()}
    assert balances(journal) == shown


def test_hledger_finds_the_closing_balances_of_the_statements(
    app: Flask, history: list[date], tmp_path: Path
) -> None:
    journal = tmp_path / "all.journal"
    journal.write_text(export(app, "--format", "hledger"))
    for day in history:
        found = balances(journal, "--end", str(day + timedelta(days=1)))
        with app.app_context():
            for view in ledger.account_views():
                statement = ledger.statement(view.id, date(2026, 1, 1), day)
                assert found.get(view.id, 0) == statement.closing_cents, (view.id, day)


def test_a_part_of_the_history_begins_with_the_balances_before_it(
    app: Flask, history: list[date], tmp_path: Path
) -> None:
    journal = tmp_path / "part.journal"
    journal.write_text(export(app, "--format", "hledger", "--since", str(history[1])))
    hledger(journal, "check", "--strict")
    with app.app_context():
        assert balances(journal) == {view.id: view.balance_cents for view in ledger.account_views()}
    cut = tmp_path / "cut.journal"
    cut.write_text(export(app, "--format", "hledger", "--until", str(history[0])))
    hledger(cut, "check", "--strict")
    assert balances(cut)["acc_firm"] == 60_000


def test_a_wrong_balance_does_not_pass_hledger(app: Flask, history: list[date], tmp_path: Path) -> None:
    journal = tmp_path / "wrong.journal"
    text = export(app, "--format", "hledger")
    journal.write_text(text.replace("600.00 B", "601.00 B"))
    with pytest.raises(AssertionError):
        hledger(journal, "check", "--strict")


def test_csv_and_json_hold_every_entry(app: Flask, history: list[date]) -> None:
    rows = list(csv.DictReader(export(app, "--format", "csv").splitlines()))
    lines = [json.loads(line) for line in export(app, "--format", "json").splitlines()]
    assert len(rows) == sum(len(line["entries"]) for line in lines) == 12
    assert sum(round(float(row["amount"]) * 100) for row in rows) == 0
    assert {row["transfer"] for row in rows} == {line["id"] for line in lines}
    assert any(row["wording"].startswith("Palette ;") for row in rows)


def test_a_period_that_ends_before_it_begins_is_refused(app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["ledger", "export", "--format", "csv", "--since", "2026-02-01", "--until", "2026-01-01"]
    )
    assert (result.exit_code, "lies before" in result.output) == (2, True)


def test_a_long_history_is_read_in_parts(
    app: Flask, history: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export(app, "--format", "json")
    monkeypatch.setattr("barterweb.ledger.queries.journals._AT_ONCE", 2)
    assert export(app, "--format", "json") == whole
