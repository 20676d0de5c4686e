"""The database: one session per request, read-only unless a service verb opens its transaction.

Rules, each executed here:

* Outside a verb decorated with `transaction` the database itself refuses writes (SQLite ``query_only``, PostgreSQL
  ``READ ONLY``) and a page sees one snapshot.
* `transaction` is the only place that commits. It opens one write transaction per verb (SQLite ``BEGIN IMMEDIATE``, each
  writer in its turn; PostgreSQL ``READ COMMITTED``), runs the verb again a bounded number of times when the database asks
  for it or was restarted, and raises `DatabaseBusy` when it keeps asking.
* Functions that belong inside somebody else's transaction begin with `require_transaction()`.

Why these modes and not SQLAlchemy's own: docs/decisions/0003-transactions.md.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import flask_sqlalchemy
import flask_sqlalchemy.session
from flask import Flask, current_app
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from barterweb.writer_queue import QueueTimeout, turn

BUSY_TIMEOUT_SECONDS = 15
PARALLEL_SETUP_COST = 20_000
"""Twenty times what PostgreSQL assumes: starting two processes takes some 4 ms here, more than most pages ask of it."""

LOCK_TIMEOUT_SECONDS = 5
MAX_ATTEMPTS = 5
TRUSTED_SECONDS = 1
"""How long a connection that lies in the pool is believed to be alive; after that it is asked before it is used."""

_WATCHING = threading.Lock()
_RETRYABLE_SQLSTATES = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
_DISK_FULL_SQLSTATE = "53100"

_READ: dict[str, dict[str, Any]] = {
    "sqlite": {"barterweb_reads": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_WRITE: dict[str, dict[str, Any]] = {
    "sqlite": {"barterweb_reads": False},
    "postgresql": {},  # as the connection was opened (`init_app`): setting it for each transaction is measurable
}


class DatabaseBusy(Exception):
    """The database kept refusing the transaction for reasons of concurrency; nothing was written."""


class StorageFull(DatabaseBusy):
    """The disk has no room left; nothing was written, and reading goes on."""


class OutcomeUnknown(DatabaseBusy):
    """The connection was lost while committing: everything was written, or nothing. Verbs with an id may be sent again."""


class SiteReadOnly(Exception):
    """The site refuses writes for now; the text says why."""


class RetryTransaction(Exception):
    """Raised inside a verb that lost a race and would succeed, or know better, if it ran again from its start."""


class TransactionMisuse(RuntimeError):
    """A programming error: a write outside a transaction, a transaction within another, a write in a GET request."""


class Base(DeclarativeBase):
    """Declarative base; every constraint has a name, so that migrations can find it on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class _Session(flask_sqlalchemy.session.Session):
    """A session whose connections are for reading unless `transaction` says otherwise."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        engine = super().get_bind(mapper, clause, bind, **kwargs)
        return (
            _view_of(engine, "write" if self.info.get("writing") else "read")
            if isinstance(engine, Engine)
            else engine
        )


db = flask_sqlalchemy.SQLAlchemy(model_class=Base, session_options={"class_": _Session})
session = db.session

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Timestamp(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC (SQLite keeps it without its offset)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must be aware")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def init_app(app: Flask, url: str) -> None:
    """Connect `app` to the database at `url` (SQLAlchemy form, driver named)."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    if url.startswith("sqlite"):
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT_SECONDS}}
    else:
        settings = (
            f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s",
            "-c default_transaction_isolation=read\\ committed",
            f"-c parallel_setup_cost={PARALLEL_SETUP_COST}",
        )
        options = {"connect_args": {"options": " ".join(settings)}}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _prepare_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)
        else:
            event.listen(db.engine, "checkin", _note_return)
            event.listen(db.engine, "checkout", _ask_if_alive)


def engine() -> Engine:
    """Return the engine, for what is no verb and no page: backups and administration."""
    return db.engine


def memory() -> dict[str, Any]:
    """Return what this process remembers of the database; it is forgotten with the connections."""
    kept: dict[str, Any] = db.engine.__dict__.setdefault("_barterweb_memory", {})
    return kept


def dialect_name() -> str:
    """Return ``"sqlite"`` or ``"postgresql"``."""
    return db.engine.dialect.name


def data_version() -> str:
    """Return a word that changes with every commit of any process; what was read before stands while it stays the same.

    SQLite tells one connection whether others committed, hence a connection of its own that never writes. PostgreSQL's
    snapshot names the transactions it sees.
    """
    if dialect_name() == "postgresql":
        return str(session.scalar(text("SELECT pg_current_snapshot()::text")))
    kept = memory()
    with _WATCHING:
        if "watcher" not in kept:
            watcher = sqlite3.connect(
                str(db.engine.url.database), timeout=BUSY_TIMEOUT_SECONDS, check_same_thread=False
            )
            kept["watcher"] = watcher
            event.listen(db.engine, "engine_disposed", lambda _engine: _stop_watching(kept))
        return str(kept["watcher"].execute("PRAGMA data_version").fetchone()[0])


def _stop_watching(kept: dict[str, Any]) -> None:
    with _WATCHING:
        if watcher := kept.pop("watcher", None):
            watcher.close()


P = ParamSpec("P")
R = TypeVar("R")


def before_writes(app: Flask, check: Callable[[], None]) -> None:
    """Have `check` called before each transaction that is not essential; what it raises refuses the transaction."""
    app.extensions["barterweb_before_writes"] = check


def transaction(verb: Callable[P, R]) -> Callable[P, R]:
    """Make `verb` one write transaction: committed when it returns, rolled back when it raises.

    The verb may run more than once, so it changes nothing but the database. Raises `DatabaseBusy` when the database
    refuses or cannot be reached `MAX_ATTEMPTS` times, `StorageFull`, `OutcomeUnknown` when it was lost while committing,
    `SiteReadOnly` while the site is, `TransactionMisuse` inside another transaction or in a GET request.
    """
    return _transactional(verb, open_transaction)


def essential_transaction(verb: Callable[P, R]) -> Callable[P, R]:
    """Like `transaction`, for what must go on when the site is read-only: the log of downloads, letters, the switch."""
    return _transactional(verb, open_essential_transaction)


def _transactional(
    verb: Callable[P, R], opening: Callable[[], AbstractContextManager[None]]
) -> Callable[P, R]:
    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                with opening():
                    return verb(*args, **kwargs)
            except (DBAPIError, RetryTransaction) as error:
                session.rollback()  # what was read before the transaction opened may have lost its connection too
                if isinstance(error, DBAPIError):
                    _raise_unless_worth_retrying(error)
                if attempt == MAX_ATTEMPTS:
                    raise DatabaseBusy from error
                time.sleep(random.uniform(0.5, 1) * 0.02 * 2**attempt)
        raise AssertionError("unreachable")

    return run


@contextmanager
def open_transaction() -> Iterator[None]:
    """Open one write transaction for the block, without retries: for `transaction`, scripts and tests."""
    check = current_app.extensions.get("barterweb_before_writes")
    if check is not None and not session.info.get("writing"):
        check()
    with open_essential_transaction():
        yield


@contextmanager
def open_essential_transaction() -> Iterator[None]:
    """Open one write transaction for the block, even while the site is read-only."""
    own = session()
    if own.info.get("writing"):
        raise TransactionMisuse("a transaction is already open; a verb may not call another verb")
    if own.info.get("writes_forbidden"):
        raise TransactionMisuse("a request that only reads may not write; see barterweb.web.access.may_write")
    if own.new or own.dirty or own.deleted:
        raise TransactionMisuse("objects were changed outside a transaction")
    own.rollback()  # ends the reading snapshot: the transaction must see what is committed now
    try:
        with _turn_to_write():
            own.info["writing"] = True
            try:
                yield
                _commit(own)
            except BaseException:
                own.rollback()
                raise
            finally:
                own.info.pop("writing", None)
    except QueueTimeout as error:
        raise DatabaseBusy from error


def require_transaction() -> None:
    """Raise `TransactionMisuse` unless the caller is within a verb's transaction."""
    if not session.info.get("writing"):
        raise TransactionMisuse("this function must be called within a transaction")


@contextmanager
def driver_connection() -> Iterator[Any]:
    """Give the driver's own connection of the open transaction, for the ledger's statements; errors come as SQLAlchemy's.

    SQLAlchemy's way to the driver costs more than what SQLite does with a short statement (docs/decisions/0086-driver.md).
    """
    require_transaction()
    with _past_sqlalchemy(session.connection()) as connection:
        yield connection


def forbid_writes() -> None:
    """Refuse transactions until the end of this application context (set for requests that only read)."""
    session.info["writes_forbidden"] = True


@contextmanager
def _past_sqlalchemy(connection: Connection) -> Iterator[Any]:
    driver_errors = connection.dialect.loaded_dbapi.Error
    driver = connection.connection.driver_connection
    try:
        yield driver
    except driver_errors as error:
        lost = connection.dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(None, None, error, driver_errors, connection_invalidated=lost) from error


def _commit(own: Session) -> None:
    own.flush()  # so that what the database refuses is told apart from a commit whose answer was lost
    try:
        own.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown from error
        raise


def _turn_to_write() -> AbstractContextManager[None]:
    """Return what waits for the turn to write on SQLite, where one writes at a time, and nothing on PostgreSQL."""
    path = db.engine.url.database
    if dialect_name() != "sqlite" or path in (None, "", ":memory:"):
        return nullcontext()
    return turn(f"{path}-queue", BUSY_TIMEOUT_SECONDS)


def _note_return(_connection: Any, record: Any) -> None:
    record.info["returned_at"] = time.monotonic()


def _ask_if_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that lay unused whether the server still knows it; the pool then takes another."""
    if time.monotonic() - record.info.get("returned_at", time.monotonic()) > TRUSTED_SECONDS:
        try:
            db.engine.dialect.do_ping(connection)
        except db.engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def _raise_unless_worth_retrying(error: DBAPIError) -> None:
    """The retry policy: again after a conflict or a lost connection; never after anything else."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    sqlite_error = getattr(error.orig, "sqlite_errorname", "")
    if sqlstate == _DISK_FULL_SQLSTATE or sqlite_error == "SQLITE_FULL":
        raise StorageFull from error
    unreachable = dialect_name() == "postgresql" and isinstance(error, OperationalError) and sqlstate is None
    conflict = sqlstate in _RETRYABLE_SQLSTATES or sqlite_error.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    if not (error.connection_invalidated or unreachable or conflict):
        raise error


def _view_of(engine: Engine, mode: str) -> Engine:
    """Return the engine's view for reading or for writing: same pool, other transaction settings."""
    views: dict[str, Engine] = engine.__dict__.setdefault("_barterweb_views", {})
    if mode not in views:
        options = _WRITE if mode == "write" else _READ
        views[mode] = engine.execution_options(**options[engine.dialect.name])
    return views[mode]


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("barterweb_reads", False)
    with _past_sqlalchemy(connection) as driver:
        if connection.info.get("reads") != reads:  # setting it makes SQLite prepare all its statements anew
            driver.execute(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
            connection.info["reads"] = reads
        driver.execute("BEGIN" if reads else "BEGIN IMMEDIATE")
