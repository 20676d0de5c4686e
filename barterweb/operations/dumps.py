"""A database as a file, and back: SQLite by its online backup, PostgreSQL by pg_dump and pg_restore.

Copies are made while others write, and hold exactly what one snapshot saw.
"""

import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text

from barterweb.operations.errors import OperationRefused

FILES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
COUNTED = (
    *("ledger_transfers", "ledger_entries", "ledger_seals"),
    *("documents", "document_files", "companies", "trades"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a copy is recognised by: the head of the ledger's chain (0 and "" without one) and the rows of some tables."""

    chain_position: int
    chain_hash: str
    rows: dict[str, int]


def facts_of(connection: Connection) -> Facts:
    """Read the facts of the database that a connection sees."""
    last = "SELECT position, hash FROM ledger_seals ORDER BY position DESC LIMIT 1"
    head = connection.execute(text(last)).first() or (0, "")
    tables = {table: text(f"SELECT count(*) FROM {table}") for table in COUNTED}  # noqa: S608 - names of this file
    return Facts(head[0], head[1], {table: connection.scalar(count) or 0 for table, count in tables.items()})


def dump(url: URL, file: Path, programs: Path | None) -> Facts:
    """Write the database at `url` into a new file; return its facts in that snapshot. Raises `OperationRefused`."""
    if url.get_backend_name() == "sqlite":
        with (
            closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(file)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        with _connected(make_url(f"sqlite:///{file}")) as connection:
            return facts_of(connection)
    with _connected(url, isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        facts = facts_of(connection)
        options = ("--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        _run("pg_dump", programs, url, *options, str(url.database))
    return facts


def load(file: Path, url: URL, programs: Path | None) -> None:
    """Read a file into the empty database at `url`. Raises `OperationRefused`, among others if it is not empty."""
    if url.get_backend_name() == "sqlite":
        target = Path(url.database or "")
        if target.exists() and target.stat().st_size:
            raise OperationRefused(f"{target} is not empty: a restoration never writes over a database.")
        shutil.copyfile(file, target)
        return
    with _connected(url) as connection:
        if inspect(connection).get_table_names():
            raise OperationRefused("The database is not empty: a restoration never writes over one.")
    options = ("--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url.database}")
    _run("pg_restore", programs, url, *options, str(file))


@contextmanager
def scratch_database(like: URL, folder: Path) -> Iterator[URL]:
    """Give an empty database beside `like`, or a file in `folder` for SQLite, for the time of the block."""
    name = f"barterweb_check_{secrets.token_hex(4)}"
    if like.get_backend_name() == "sqlite":
        try:
            yield make_url(f"sqlite:///{folder / name}.sqlite")
        finally:
            for left in folder.glob(f"{name}.sqlite*"):
                left.unlink()
        return
    _administer(like, f'CREATE DATABASE "{name}"')
    try:
        yield like.set(database=name)
    finally:
        _administer(like, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(url: URL, statement: str) -> None:
    with _connected(url, isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def _connected(url: URL, **options: str) -> Iterator[Connection]:
    engine = create_engine(url, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _run(program: str, programs: Path | None, url: URL, *arguments: str) -> None:
    """Run a program of PostgreSQL; the password stays out of the list of processes."""
    path = shutil.which(program, path=str(programs) if programs else None)
    if path is None:
        raise OperationRefused(
            f"{program} is missing: install postgresql-client, or set PG_BIN to its folder."
        )
    place = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
    }
    environment = {name: str(value) for name, value in place.items() if value}
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's, its arguments are ours
        [path, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OperationRefused(f"{program} failed: {done.stderr.strip()[-500:]}")
