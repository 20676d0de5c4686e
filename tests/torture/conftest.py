"""What crashes, restarts and crowds are made of: a database on the disk, durable as in production, and how much of it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest

from barterweb import app as application
from barterweb.settings import Settings
from tests import postgres
from tests.conftest import Copies, _close, _settings


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of it: seconds of load by so many writers, trades, after how many of them something is killed."""

    seconds: int
    writers: int
    trades: int
    kill_every: int


SHORT = Effort(seconds=2, writers=2, trades=60, kill_every=25)
LONG = Effort(seconds=30, writers=8, trades=5_000, kill_every=600)


@pytest.fixture
def effort(request: pytest.FixtureRequest) -> Effort:
    """The short form, or the long one with ``--long``."""
    return LONG if request.config.option.long else SHORT


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Server | None]:
    """A durable PostgreSQL server of the test's own, which it may stop and start; None on SQLite."""
    if request.config.option.database == "sqlite":
        yield None
        return
    with postgres.restartable() as made:
        yield made


@pytest.fixture
def migrated(copies: Copies, tmp_path: Path, server: postgres.Server | None) -> Callable[..., Settings]:
    """Make a migrated, empty database, durable: ``migrated(folder)`` on SQLite, ``migrated(tablespace=…)`` on PostgreSQL."""

    def make(folder: Path = tmp_path, tablespace: str = "pg_default") -> Settings:
        if server is None:
            path = folder / "barterweb.sqlite"
            shutil.copyfile(copies.folder / "template.sqlite", path)
            return _settings(tmp_path, f"sqlite:///{path}")
        settings = _settings(tmp_path, server.create_database("barterweb", tablespace))
        app = application.create_app(settings)
        with app.app_context():
            flask_migrate.upgrade()
        _close(app)
        return settings

    return make


@pytest.fixture
def durable(migrated: Callable[..., Settings]) -> Settings:
    """Settings of a site on a migrated, empty database on the disk."""
    return migrated()
