"""Transactions: one per verb, nothing half done, no write outside; the same on both databases."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Mapped, mapped_column

from barterweb import db
from barterweb.members.models import Region

WRITERS = 8
ROUNDS = 6


class Moment(db.Base):
    """A table of this test alone, unknown to migrations."""

    __tablename__ = "test_moments"
    metadata = sa.MetaData()

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(db.Timestamp)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context; these tests make no requests."""
    with app.app_context():
        yield app


def add_region(code: str) -> None:
    db.session.add(Region(id=f"reg_{code}", code=code, name=code))


def regions() -> list[str]:
    return list(db.session.scalars(sa.select(Region.code).order_by(Region.code)))


@db.transaction
def create_region(code: str) -> str:
    add_region(code)
    return code


def test_a_verb_that_returns_is_committed(context: Flask, app: Flask) -> None:
    assert create_region("ara") == "ara"
    with app.app_context():
        assert regions() == ["ara"]


def test_a_verb_that_raises_leaves_nothing(context: Flask) -> None:
    @db.transaction
    def fail() -> None:
        add_region("ara")
        db.session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert regions() == []
    create_region("bfc")
    assert regions() == ["bfc"]


def test_a_broken_constraint_is_not_tried_again(context: Flask) -> None:
    create_region("ara")
    calls = []

    @db.transaction
    def twice() -> None:
        calls.append(1)
        db.session.execute(sa.insert(Region).values(id="reg_2", code="ara", name="x"))

    with pytest.raises(IntegrityError):
        twice()
    assert len(calls) == 1


def test_a_verb_that_lost_a_race_runs_again_a_bounded_number_of_times(context: Flask) -> None:
    calls = []

    @db.transaction
    def race(wins_at: int) -> int:
        calls.append(1)
        add_region(f"try{len(calls)}")
        if len(calls) < wins_at:
            raise db.RetryTransaction
        return len(calls)

    assert race(3) == 3
    assert regions() == ["try3"]
    calls.clear()
    with pytest.raises(db.DatabaseBusy):
        race(99)
    assert len(calls) == db.MAX_ATTEMPTS
    assert regions() == ["try3"]


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
def test_what_the_database_asks_to_retry_is_retried(context: Flask, sqlstate: str) -> None:
    class Refusal(Exception):
        pass

    Refusal.sqlstate = sqlstate  # type: ignore[attr-defined]
    calls = []

    @db.transaction
    def verb() -> str:
        calls.append(1)
        if len(calls) == 1:
            raise DBAPIError("statement", {}, Refusal())
        return "done"

    assert verb() == "done"
    assert len(calls) == 2


def test_outside_a_verb_the_database_itself_refuses_to_write(context: Flask) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        db.session.execute(sa.text("INSERT INTO regions (id, code, name) VALUES ('r', 'r', 'r')"))
    db.session.rollback()
    assert regions() == []


def test_reading_after_writing_is_read_only_again(context: Flask) -> None:
    create_region("ara")
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        db.session.execute(sa.text("DELETE FROM regions"))
    db.session.rollback()
    assert regions() == ["ara"]


@pytest.mark.only_on("sqlite")
def test_what_sqlite_prepared_stays_prepared_while_a_connection_goes_on_reading(context: Flask) -> None:
    """Setting `query_only` makes SQLite prepare every statement of the connection anew: a third of a booking."""
    said: list[str] = []
    db.session.connection().connection.driver_connection.set_trace_callback(said.append)
    for _ in range(2):
        db.session.rollback()
        db.session.execute(sa.text("SELECT 1"))
    assert said.count("SELECT 1") == 2
    assert not any("query_only" in statement for statement in said)


def test_a_page_sees_one_snapshot(context: Flask, app: Flask) -> None:
    assert regions() == []
    elsewhere = threading.Thread(target=_in_context, args=(app, create_region, "ara"))
    elsewhere.start()
    elsewhere.join()
    assert regions() == []
    db.session.rollback()
    assert regions() == ["ara"]


def test_a_verb_sees_what_is_committed_when_it_begins(context: Flask, app: Flask) -> None:
    assert regions() == []
    elsewhere = threading.Thread(target=_in_context, args=(app, create_region, "ara"))
    elsewhere.start()
    elsewhere.join()
    assert db.transaction(regions)() == ["ara"]


def test_a_verb_within_a_verb_is_refused(context: Flask) -> None:
    with pytest.raises(db.TransactionMisuse):
        db.transaction(create_region)("ara")
    assert regions() == []


def test_a_change_made_outside_a_verb_is_refused_rather_than_lost(context: Flask) -> None:
    add_region("ara")
    with pytest.raises(db.TransactionMisuse):
        create_region("bfc")


def test_a_request_that_only_reads_cannot_open_a_transaction(context: Flask, app: Flask) -> None:
    db.forbid_writes()
    with pytest.raises(db.TransactionMisuse):
        create_region("ara")
    with app.app_context():
        create_region("ara")


def test_functions_that_need_a_transaction_say_so(context: Flask) -> None:
    with pytest.raises(db.TransactionMisuse):
        db.require_transaction()
    db.transaction(db.require_transaction)()


def test_concurrent_verbs_lose_no_update(app: Flask) -> None:
    @db.transaction
    def add_one() -> None:
        region = db.session.scalars(sa.select(Region).where(Region.id == "reg_0").with_for_update()).one()
        region.name = str(int(region.name) + 1)

    _in_context(app, create_region, "0")
    writers = [threading.Thread(target=_repeat, args=(app, add_one)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with app.app_context():
        assert db.session.get_one(Region, "reg_0").name == str(WRITERS * ROUNDS)


def test_moments_come_back_aware_and_in_utc(context: Flask) -> None:
    summer = datetime(2026, 8, 3, 14, 5, 6, 789_012, tzinfo=timezone(timedelta(hours=2)))
    with db.open_transaction():
        Moment.metadata.create_all(db.session.connection())
        db.session.add(Moment(id=1, at=summer))
        db.session.flush()
        db.session.expire_all()
        back = db.session.scalars(sa.select(Moment.at)).one()
        assert db.session.scalars(sa.select(Moment.id).where(Moment.at <= summer)).all() == [1]
    assert back == summer
    assert back.tzinfo is UTC


def test_a_naive_moment_is_refused(context: Flask) -> None:
    with pytest.raises(StatementError, match="aware"), db.open_transaction():
        db.session.execute(sa.select(sa.bindparam("at", datetime(2026, 8, 3), db.Timestamp)))  # noqa: DTZ001


@pytest.mark.only_on("postgresql")
def test_postgresql_waits_for_a_lock_five_seconds_at_most(context: Flask) -> None:
    assert db.session.scalar(sa.text("SHOW lock_timeout")) == f"{db.LOCK_TIMEOUT_SECONDS}s"


def _in_context(app: Flask, function: Callable[..., Any], *args: Any) -> None:
    with app.app_context():
        function(*args)


def _repeat(app: Flask, verb: Callable[[], None]) -> None:
    for _ in range(ROUNDS):
        _in_context(app, verb)
