"""What every test can ask for: an application on a database of its own, browsers, a query counter.

`--database sqlite` (the default) or `--database postgresql` chooses where they run. Each worker migrates one template; each
test gets a copy of it. Never hold an application context around client calls: a request would find the test's session.
"""

import contextlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import flask
import flask_migrate
import hypothesis
import playwright.sync_api
import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import FileSystemBytecodeCache

pytest.register_assert_rewrite("tests.page")

from barterweb import app as application  # noqa: E402
from barterweb import db  # noqa: E402
from barterweb.members.models import Person  # noqa: E402
from barterweb.operations import queries as site  # noqa: E402
from barterweb.security import service as guards  # noqa: E402
from barterweb.security.facts import Visit  # noqa: E402
from barterweb.settings import Settings, from_environment  # noqa: E402
from barterweb.web import sessions  # noqa: E402
from tests import postgres  # noqa: E402
from tests.folders import temporary_folder  # noqa: E402
from tests.page import Browser  # noqa: E402

P = ParamSpec("P")
R = TypeVar("R")

CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)

DIALECTS = ("sqlite", "postgresql")

# The same examples on every machine and every run; HYPOTHESIS_PROFILE=long draws others, and more.
hypothesis.settings.register_profile("suite", derandomize=True, max_examples=60, deadline=None, database=None)
hypothesis.settings.register_profile("long", max_examples=2_000, deadline=None, database=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


# ------------------------------------------------------------------------------------------------- the run as a whole


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=DIALECTS, default="sqlite", help="where the tests run (default: sqlite)"
    )
    parser.addoption("--long", action="store_true", help="torture: the long form of tests that have one")
    parser.addoption("--update-routes", action="store_true", help="write tests/architecture/routes.txt anew")


def pytest_configure(config: pytest.Config) -> None:
    """Close the network; in the process that leads the run, start PostgreSQL when it is wanted and none is named."""
    sys.addaudithook(_stay_at_home)
    if hasattr(config, "workerinput") or config.option.database != "postgresql":
        return
    if "TEST_POSTGRES_URL" not in os.environ:
        afterwards = contextlib.ExitStack()
        os.environ["TEST_POSTGRES_URL"] = afterwards.enter_context(postgres.server())  # workers inherit it
        config.add_cleanup(afterwards.close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what speaks of the other database, on PostgreSQL what asks for none (it ran on SQLite already), and what is
    long unless `--long` is given."""
    chosen = config.option.database
    left_out = [
        item
        for item in items
        if _belongs_elsewhere(item, chosen) or (_is_only_long(item) and not config.option.long)
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_only_long(item: pytest.Item) -> bool:
    return any(mark.kwargs.get("only_long") for mark in item.iter_markers("torture"))


def _belongs_elsewhere(item: pytest.Item, chosen: str) -> bool:
    mark = item.get_closest_marker("only_on")
    if mark is not None:
        return mark.args != (chosen,)
    return chosen != DIALECTS[0] and "copies" not in getattr(item, "fixturenames", ())


def _stay_at_home(event: str, args: tuple[Any, ...]) -> None:
    """Refuse connections and names that lead away from this machine."""
    host: object
    if event == "socket.connect":
        connection, address = args
        if connection.family == socket.AF_UNIX:
            return
        host = address[0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in {None, "", "localhost", "::1"} and not str(name).startswith("127."):
        raise RuntimeError(f"tests have no network, but something asked for {name!r}")


# ---------------------------------------------------------------------------------------------------------- databases


@dataclass(slots=True)
class Copies:
    """Databases of one worker: a migrated template and the copies made of it."""

    folder: Path
    server_url: str | None
    prefix: str
    made: int = 0
    engine: sa.Engine | None = field(default=None)

    @property
    def template(self) -> str:
        """The template's address."""
        return self._url("template")

    def create_template(self) -> None:
        """Make the template, empty: the caller migrates it."""
        if self.server_url:
            self.engine = sa.create_engine(
                self.server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
            )
            self._admin(f"CREATE DATABASE {self.prefix}_template")

    @contextlib.contextmanager
    def copy(self) -> Iterator[str]:
        """Give the address of a fresh copy, dropped after the block."""
        self.made += 1
        name = str(self.made)
        if not self.server_url:
            path = self.folder / f"{name}.sqlite"
            shutil.copyfile(self.folder / "template.sqlite", path)
            yield self._url(name)
            for file in self.folder.glob(f"{name}.sqlite*"):
                file.unlink()
            return
        self._admin(
            f"CREATE DATABASE {self.prefix}_{name} TEMPLATE {self.prefix}_template STRATEGY FILE_COPY"
        )
        yield self._url(name)
        self._admin(f"DROP DATABASE {self.prefix}_{name} WITH (FORCE)")

    def drop_template(self) -> None:
        """Remove the template."""
        if self.server_url:
            self._admin(f"DROP DATABASE {self.prefix}_template WITH (FORCE)")

    def _url(self, name: str) -> str:
        if self.server_url is None:
            return f"sqlite:///{self.folder}/{name}.sqlite"
        address = sa.make_url(self.server_url).set(database=f"{self.prefix}_{name}")
        return address.render_as_string(hide_password=False)

    def _admin(self, statement: str) -> None:
        assert self.engine is not None
        with self.engine.connect() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def copies(request: pytest.FixtureRequest, worker_id: str, testrun_uid: str) -> Iterator[Copies]:
    """The migrated template of this worker."""
    server_url = os.environ["TEST_POSTGRES_URL"] if request.config.option.database == "postgresql" else None
    if server_url is not None:
        server_url = server_url.replace("postgres://", "postgresql://").replace(
            "postgresql://", "postgresql+psycopg://"
        )
    afterwards = contextlib.ExitStack()
    folder = temporary_folder(afterwards, in_memory=True)
    made = Copies(folder, server_url, prefix=f"barterweb_test_{testrun_uid[:8]}_{worker_id}")
    made.create_template()
    app = application.create_app(_settings(folder, made.template))
    with app.app_context():
        flask_migrate.upgrade()
        if server_url is None:  # leave one file, without a journal beside it
            db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    _close(app)
    yield made
    made.drop_template()
    afterwards.close()


@pytest.fixture
def database_url(copies: Copies) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own."""
    with copies.copy() as url:
        yield url


# -------------------------------------------------------------------------------------------------------- application


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an application in test mode on that database."""
    return _settings(tmp_path, database_url)


@pytest.fixture
def app(settings: Settings, template_cache: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on a migrated, empty database."""
    made = application.create_app(settings)
    made.jinja_env.bytecode_cache = template_cache
    yield made
    _close(made)


@pytest.fixture(scope="session")
def template_cache(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates, shared by the applications of all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def in_app(app: Flask) -> Callable[..., Any]:
    """Run a function within an application context of its own and give what it returns: ``in_app(build.company, name=…)``.

    What it returns must not be a row that wants its session later: return ids and plain values.
    """

    def run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with app.app_context():
            return function(*args, **kwargs)

    return run


@pytest.fixture
def page(app: Flask) -> Callable[..., Browser]:
    """Open a browser of one's own: ``page()`` for a visitor, ``page("lea@transports.example")`` signed in.

    ``role_id`` chooses the hat of somebody who has several.
    """

    def open_browser(email: str | None = None, *, role_id: str | None = None) -> Browser:
        browser = Browser(app)
        if email is not None:
            browser.begin_session(_session_of(app, email, role_id))
        return browser

    return open_browser


@pytest.fixture
def count_queries(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], contextlib.AbstractContextManager[list[str]]]:
    """Collect the statements that reach the database: ``with count_queries() as queries: …; assert len(queries) <= 6``."""

    monkeypatch.setattr(site, "REMEMBERED_SECONDS", 3_600)

    @contextlib.contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                statements.append(statement)

        with app.app_context():
            engine = db.db.engine
            site.forget()  # what was asked before lasts two seconds, which may end within the count
            site.read_only()  # what is asked now lasts an hour
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return count


@pytest.fixture(scope="session")
def chromium() -> Iterator["playwright.sync_api.Browser"]:
    """Debian's Chromium, one for the run of a worker (Playwright allows no second); each person gets a context."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "install Debian's package chromium, or name a browser in CHROMIUM"
    with playwright.sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def _settings(data_dir: Path, database_url: str) -> Settings:
    return from_environment(
        {
            "BARTERWEB_MODE": "test",
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": database_url,
            "SECRET_KEY": "a key for tests, known to everybody",
            "PUBLIC_URL": "http://localhost",
            "TRUSTED_HOSTS": "localhost",
            "SECOND_FACTOR": "offered",
        }
    )


def _session_of(app: Flask, email: str, role_id: str | None) -> dict[str, Any]:
    """Return the cookie's content as signing in with two factors makes it, without the deliberately slow password check."""
    with app.test_request_context():
        person_id = db.session.scalars(sa.select(Person.id).where(Person.email == email)).one()
        visit = Visit("127.0.0.1", "Firefox sur Linux", sessions.device_mark())
        with db.open_essential_transaction():
            begun = guards.begin_session(person_id=person_id, visit=visit, strong=True)
        sessions.begin(begun.token)
        if role_id is not None:
            sessions.wear(role_id)
        return dict(flask.session)


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.db.engine.dispose()
