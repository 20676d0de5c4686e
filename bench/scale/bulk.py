"""Writes rows by the hundred thousand: COPY on PostgreSQL, prepared statements on SQLite; no service, no ORM."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from barterweb.db import Model, session

Row = dict[str, Any]


class Writer:
    """Collects rows and writes them in an order that foreign keys accept; needs the caller's transaction."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, **row: Any) -> None:
        """Keep a row; columns left out get the model's default."""
        self.rows[table].append(row)

    def write(self) -> None:
        """Write what was collected."""
        for table in Model.metadata.sorted_tables:
            if rows := self.rows.pop(table.name, None):
                _write(table, rows)


def _write(table: sa.Table, rows: list[Row]) -> None:
    connection = session.connection()
    names = ", ".join(column.name for column in table.columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for values in _tuples(table, rows, connection.dialect):
                copy.write_row(values)
    else:
        marks = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608  names of our own tables
        driver.executemany(statement, _tuples(table, rows, connection.dialect))


def _tuples(table: sa.Table, rows: Iterable[Row], dialect: sa.Dialect) -> Iterable[tuple[Any, ...]]:
    defaults = {column.name: _default(column) for column in table.columns}
    converters = _converters(table, dialect)
    in_order = itemgetter(*defaults)
    for row in rows:
        whole = defaults | row
        for name, convert in converters.items():
            if whole[name] is not None:
                whole[name] = convert(whole[name])
        yield in_order(whole)


def _default(column: sa.Column[Any]) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def _converters(table: sa.Table, dialect: sa.Dialect) -> dict[str, Callable[[Any], Any]]:
    """Return what makes a driver's value of ours, by column: moments and days for SQLite, JSON for both."""
    found = {
        column.name: column.type.dialect_impl(dialect).bind_processor(dialect)
        for column in table.columns
        if dialect.name == "sqlite"
    }
    found |= {column.name: json.dumps for column in table.columns if isinstance(column.type, sa.JSON)}
    return {name: processor for name, processor in found.items() if processor is not None}
