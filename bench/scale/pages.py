"""Opening a page as somebody, and what it asks of the database meanwhile."""

import re
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from barterweb.db import engine
from barterweb.web import copies
from bench.scale.places import FRAGMENT, Place
from tests.conftest import _session_of

HISTORY = (
    "ledger_entries",
    "ledger_transfers",
    "ledger_seals",
    "ledger_holds",
    "trades",
    "trade_versions",
    "trade_events",
    "trade_lines",
    "trade_messages",
    "notifications",
    "documents",
    "outbox_messages",
    "audit_events",
)
"""Tables that grow for ever."""


@dataclass(slots=True)
class Visit:
    """One opening of a page: milliseconds, those of this process's processor, bytes, each statement with its parameters."""

    milliseconds: float
    processor: float
    size: int
    asked: list[tuple[str, Any]] = field(default_factory=list)


def client_of(app: Flask, email: str | None) -> FlaskClient:
    """Return a browser in which somebody is signed in, or nobody."""
    client = app.test_client()
    if email is None:
        return client
    with client.session_transaction() as kept:
        kept.update(_session_of(app, email, None))
    return client


def visit(app: Flask, client: FlaskClient, place: Place) -> Visit:
    """Open a page, which is made anew: neither a copy of it nor of a part is kept from one visit to the next."""
    path = place.path
    with _listening(app) as asked, mock.patch.object(copies, "MAX_COPIES", 0):
        began, busy = time.perf_counter(), time.process_time()
        answer = client.get(path, headers=FRAGMENT if place.fragment else None)
        taken, spent = (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return Visit(taken, spent, len(answer.data), asked)


def whole_reads(
    app: Flask, asked: list[tuple[str, Any]], *, small: bool = False, of: Collection[str] = HISTORY
) -> list[str]:
    """Return the steps of these statements' plans that read a table, by default of the history, from end to end.

    A step in the order of an index that stops at a LIMIT is none. Where tables are `small`, PostgreSQL would read them whole
    for that reason alone: it is told to do so only where no index serves.
    """
    found = []
    with app.app_context(), engine().connect() as connection:
        if small and connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            if not statement.lstrip().startswith(("SELECT", "WITH")):
                continue
            how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
            rows = connection.exec_driver_sql(f"{how} {statement}", parameters).all()
            found += [step for step in (str(row[-1]) for row in rows) if _reads_all(step, statement, of)]
    return found


def _reads_all(step: str, statement: str, tables: Collection[str]) -> bool:
    table = re.search(r"(?:Seq Scan on|SCAN) (\w+)", step)
    if table is None or table[1] not in tables:
        return False
    return not ("USING" in step and " LIMIT " in statement and "count(*) OVER" not in statement)


@contextmanager
def _listening(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            asked.append((statement, parameters))

    with app.app_context():
        listened = engine()
    sa.event.listen(listened, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(listened, "before_cursor_execute", note)
