"""Ways past the append-only rule that need no application: by row number on SQLite, by the site's own role on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError

ROLES = Path(__file__).resolve().parents[2] / "deploy" / "postgres-roles.sql"

SEED = (
    "INSERT INTO ledger_accounts"
    " (id, kind, name, status, balance_cents, held_cents, incoming_cents, last_sequence, opened_at) VALUES"
    " ('a', 'member', 'A', 'open', -5, 0, 0, 1, '2026-01-01'),"
    " ('b', 'member', 'B', 'open', 5, 0, 0, 1, '2026-01-01')",
    "INSERT INTO ledger_transfers"
    " (id, kind, idempotency_key, fingerprint, reference, wording, booked_on, created_at) VALUES"
    " ('t', 'trade', 'key', 'f', 'r', 'w', '2026-01-01', '2026-01-01')",
    "INSERT INTO ledger_entries"
    " (account_id, stripe, sequence, transfer_id, amount_cents, balance_after_cents, booked_on) VALUES"
    " ('a', 0, 1, 't', -5, -5, '2026-01-01'),"
    " ('b', 0, 1, 't', 5, 5, '2026-01-01')",
    "INSERT INTO ledger_seals (position, transfer_id, hash, sealed_at) VALUES (1, 't', 'h', '2026-01-01')",
)


@pytest.fixture
def stranger(database_url: str) -> Iterator[sa.Connection]:
    """A connection that knows nothing of the application, on a ledger of one transfer."""
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        for statement in SEED:
            connection.exec_driver_sql(statement)
        connection.commit()
        yield connection
    engine.dispose()


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "replacement",
    [
        "REPLACE INTO ledger_entries (rowid, account_id, stripe, sequence, transfer_id, amount_cents, balance_after_cents,"
        " booked_on) VALUES (1, 'c', 0, 9, 't', 6, 6, '2026-01-01')",
        "UPDATE OR REPLACE ledger_entries SET account_id = 'b' WHERE account_id = 'a'",
    ],
)
def test_no_entry_is_replaced_by_its_row_number_or_by_another(
    stranger: sa.Connection, replacement: str
) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        stranger.exec_driver_sql(replacement)
    stranger.rollback()
    entries = stranger.exec_driver_sql("SELECT account_id, amount_cents FROM ledger_entries ORDER BY 1")
    assert [tuple(entry) for entry in entries] == [("a", -5), ("b", 5)]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("table", ["ledger_transfers", "ledger_entries", "ledger_seals"])
def test_the_sites_role_may_only_read_and_append(stranger: sa.Connection, table: str) -> None:
    driver = stranger.connection.driver_connection
    assert driver is not None
    for _ in range(
        2
    ):  # the file may run any number of times; all is rolled back, as roles belong to the whole server
        driver.execute(ROLES.read_text())
    stranger.exec_driver_sql("SET LOCAL ROLE barterweb")
    assert stranger.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
    stranger.exec_driver_sql("UPDATE ledger_accounts SET held_cents = 0")
    for change in (
        f"UPDATE {table} SET transfer_id = 'u'"
        if table != "ledger_transfers"
        else f"UPDATE {table} SET id = 'u'",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), stranger.begin_nested():
            stranger.exec_driver_sql(change)
    stranger.rollback()
