"""What the migrations make is what the models describe, triggers and named checks included."""

import io
from contextlib import redirect_stderr

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask

from barterweb.db import Base, dialect_name, session

APPEND_ONLY = ("ledger_transfers", "ledger_entries", "ledger_seals", "audit_events")
REFUSALS = {"sqlite": ("update", "delete", "replace"), "postgresql": ("change", "truncate")}
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
}


def test_migrations_agree_with_the_models(app: Flask) -> None:
    with app.app_context(), redirect_stderr(io.StringIO()):
        command.check(app.extensions["migrate"].migrate.get_config())


def test_triggers_refuse_every_change_of_the_ledger_and_of_the_audit_trail(app: Flask) -> None:
    with app.app_context():
        dialect = dialect_name()
        present = set(session.scalars(sa.text(TRIGGERS[dialect])))
    wanted = {f"{table}_append_only_{event}" for table in APPEND_ONLY for event in REFUSALS[dialect]}
    assert wanted <= present


def test_every_check_of_the_models_is_in_the_database(app: Flask) -> None:
    with app.app_context():
        connection, dialect = session.connection(), dialect_name()
        inspector = sa.inspect(connection)
        for table in Base.metadata.sorted_tables:
            present = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert _checks(table, dialect) <= present, table.name


def test_every_constraint_of_the_models_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint!r}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not nameless


def test_migrations_have_one_line_of_descent_without_forks(app: Flask) -> None:
    with app.app_context():
        scripts = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert len(scripts.get_heads()) == 1
    assert revisions == sorted(revisions, reverse=True)
    assert all(len(revision) == 4 and revision.isdigit() for revision in revisions)


def test_migrations_can_be_taken_back_and_made_again(app: Flask) -> None:
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        command.downgrade(config, "base")
        tables = set(sa.inspect(session.connection()).get_table_names())
        session.rollback()
        assert tables == {"alembic_version"}
        command.upgrade(config, "head")
        command.check(config)


@pytest.mark.only_on("sqlite")
def test_sqlite_is_set_up_not_to_lose_what_it_acknowledged(app: Flask) -> None:
    with app.app_context():
        for pragma, wanted in (
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("recursive_triggers", 1),
        ):
            assert session.scalar(sa.text(f"PRAGMA {pragma}")) == wanted, pragma


def _checks(table: sa.Table, dialect: str) -> set[str]:
    """Names of the table's checks on this database, as the naming convention writes them."""
    names = set()
    for constraint in table.constraints:
        only_on = constraint._ddl_if.dialect if constraint._ddl_if else dialect
        if isinstance(constraint, sa.CheckConstraint) and only_on == dialect:
            names.add(f"ck_{table.name}_{str(constraint.name).removeprefix(f'ck_{table.name}_')}")
    return names
