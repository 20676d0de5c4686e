"""How migrations reach the database; run by `flask db upgrade` and its sisters. See docs/decisions/0008-migrations.md."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from barterweb.db import Timestamp, db

SEARCH_TABLES = "listing_search"
"""Prefix of the tables of the full-text index: made by SQL of their own, unknown to the models."""


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what the models do not describe."""
    return not (kind == "table" and (name or "").startswith(SEARCH_TABLES))


def render_item(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    """Write column types so that an old migration never depends on today's code."""
    if kind == "type" and isinstance(item, Timestamp):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: sa.Connection) -> None:
    """Bring the database at the other end of `connection` to the wanted revision, all of it or nothing."""
    options = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        include_name=include_name,
        render_item=render_item,
        transactional_ddl=True,  # SQLite too rolls back CREATE TABLE, given our own BEGIN
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: they read it on their way.")

with db.engine.connect() as opened:
    if opened.dialect.name == "sqlite":
        # Batch operations make a new table and drop the old one; with foreign keys on, that would empty its children.
        # Only outside a transaction does the pragma count, so it goes through the driver, before SQLAlchemy's BEGIN.
        driver: Any = opened.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            run(opened)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise SystemExit(f"After migrating, rows point at nothing: {broken[:5]}")
    else:
        run(opened)
