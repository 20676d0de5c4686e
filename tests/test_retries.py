"""L9: what databases refuse for reasons of concurrency is tried again, not for ever, and then told in a clean page."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db, writer_queue
from barterweb.app import create_app
from barterweb.members.models import Region
from barterweb.members.service import create_region
from tests import build_members, build_trades
from tests.conftest import _close, _settings
from tests.page import Browser

REGIONS = ("reg_a", "reg_b")


@pytest.fixture
def regions(app: Flask) -> None:
    """Two rows to lock."""
    with app.app_context(), db.open_transaction():
        db.session.add_all(Region(id=region, code=region, name="0") for region in REGIONS)


def _lock(region: str) -> Region:
    rows = db.session.scalars(sa.select(Region).where(Region.id == region).with_for_update())
    return rows.one()


def _names() -> list[str]:
    return list(db.session.scalars(sa.select(Region.name).order_by(Region.id)))


@pytest.mark.only_on("postgresql")
def test_a_deadlock_is_resolved_by_running_one_verb_again(app: Flask, regions: None) -> None:
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    @db.transaction
    def add_one_to_each(first: str, second: str) -> None:
        attempts.append(first)
        one = _lock(first)
        if len(attempts) <= 2:
            both_hold_one.wait(10)
        other = _lock(second)
        one.name, other.name = str(int(one.name) + 1), str(int(other.name) + 1)

    def run(first: str, second: str) -> None:
        with app.app_context():
            add_one_to_each(first, second)

    crossing = [threading.Thread(target=run, args=pair) for pair in (REGIONS, REGIONS[::-1])]
    for thread in crossing:
        thread.start()
    for thread in crossing:
        thread.join()
    assert len(attempts) == 3
    with app.app_context():
        assert db.session.scalars(sa.select(Region.name)).all() == ["2", "2"]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
@pytest.mark.parametrize("refusals", [1, db.MAX_ATTEMPTS - 1, db.MAX_ATTEMPTS])
def test_what_the_server_refuses_is_tried_again_and_then_given_up(
    app: Flask, regions: None, sqlstate: str, refusals: int
) -> None:
    attempts: list[int] = []

    @db.transaction
    def verb() -> None:
        attempts.append(1)
        _lock("reg_a").name = "changed"
        db.session.flush()
        if len(attempts) <= refusals:
            db.session.execute(sa.text(f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$"))

    with app.app_context():
        if refusals < db.MAX_ATTEMPTS:
            verb()
        else:
            with pytest.raises(db.DatabaseBusy):
                verb()
        assert len(attempts) == min(refusals + 1, db.MAX_ATTEMPTS)
        name = db.session.scalar(sa.select(Region.name).where(Region.id == "reg_a"))
        assert name == ("changed" if refusals < db.MAX_ATTEMPTS else "0")


@contextlib.contextmanager
def _database_locked(app: Flask, table: str = "regions") -> Iterator[None]:
    """Somebody who knows nothing of our queue, or nothing of our order of locks, keeps the database to himself."""
    with app.app_context():
        url = db.engine().url
    if url.get_backend_name() == "sqlite":
        with contextlib.closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        stranger = sa.create_engine(url, poolclass=sa.NullPool)
        with stranger.connect() as connection:
            connection.execute(sa.text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
            yield


@pytest.fixture
def impatient(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks a twentieth of a second instead of many."""
    with app.app_context():
        engine = db.engine()

    def hurry(connection: Any, _record: Any) -> None:
        statement = (
            "PRAGMA busy_timeout = 50" if engine.dialect.name == "sqlite" else "SET lock_timeout = '50ms'"
        )
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()

    engine.dispose()
    sa.event.listen(engine, "connect", hurry)


def test_a_database_that_stays_locked_is_given_up_and_nothing_is_written(
    app: Flask, regions: None, impatient: None
) -> None:
    with app.app_context():
        with _database_locked(app), pytest.raises(db.DatabaseBusy):
            create_region(code="ARA", name="Auvergne-Rhône-Alpes")
        assert db.session.scalars(sa.select(Region.code)).all() == list(REGIONS)
        create_region(code="ARA", name="Auvergne-Rhône-Alpes")


@pytest.fixture
def delivery(in_app: Callable[..., Any]) -> tuple[str, str]:
    """A trade that waits for its buyer's confirmation, and the buyer's address."""

    def deliver() -> tuple[str, str]:
        buyer = build_members.company("Transports du Vercors")
        seller = build_members.company("Cabinet Marcellin")
        trade_id = build_trades.delivered(buyer, seller, build_trades.terms(build_trades.line(10_000)))
        return trade_id, buyer.email

    found: tuple[str, str] = in_app(deliver)
    return found


def test_a_person_reads_what_is_safe_and_what_to_do_when_the_database_stays_locked(
    app: Flask, delivery: tuple[str, str], impatient: None, page: Callable[..., Browser]
) -> None:
    trade_id, buyer_email = delivery
    buyer = page(buyer_email)
    check_page = buyer.get(f"/echanges/{trade_id}/confirmation")
    button = check_page.text_of("main form button")
    with _database_locked(app, "ledger_accounts"):
        told = buyer.submit(button, status=503)
    assert "Votre demande n’a pas été appliquée" in told
    buyer.get(f"/echanges/{trade_id}/confirmation")
    assert "réglé" in buyer.submit(button)


COMMIT_FAILS = (
    """CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER die AFTER INSERT ON ledger_transfers DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION die()""",
)


@pytest.mark.only_on("postgresql")
def test_a_person_reads_that_the_outcome_is_unknown_when_the_answer_to_a_commit_is_lost(
    app: Flask, delivery: tuple[str, str], page: Callable[..., Browser]
) -> None:
    trade_id, buyer_email = delivery
    with app.app_context(), db.open_transaction():
        for statement in COMMIT_FAILS:
            db.session.execute(sa.text(statement))
    buyer = page(buyer_email)
    check_page = buyer.get(f"/echanges/{trade_id}/confirmation")
    told = buyer.submit(check_page.text_of("main form button"), status=503)
    assert "en entier, ou pas du tout" in told
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM ledger_transfers")) == 0


@pytest.mark.only_on("sqlite")
def test_a_turn_that_does_not_come_is_given_up(
    app: Flask, regions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_SECONDS", 0.05)
    with app.app_context():
        queue = f"{db.engine().url.database}-queue"
        with writer_queue.turn(queue, 1), pytest.raises(db.DatabaseBusy):
            create_region(code="ARA", name="Auvergne-Rhône-Alpes")
        create_region(code="ARA", name="Auvergne-Rhône-Alpes")


@pytest.mark.only_on("postgresql")
def test_a_connection_lost_before_the_transaction_opened_is_replaced(app: Flask, regions: None) -> None:
    """Whether the site is read-only is asked first; the long form of the restart found it told as an error."""
    asked: list[int] = []

    def ask() -> None:
        asked.append(len(asked))
        ending = "SELECT pg_terminate_backend(pg_backend_pid())"
        db.session.execute(sa.text(ending if len(asked) == 1 else "SELECT 1"))

    db.before_writes(app, ask)

    @db.transaction
    def rename() -> None:
        _lock("reg_a").name = "renamed"

    with app.app_context():
        rename()
        assert _names() == ["renamed", "0"]
    assert asked == [0, 1]


@pytest.mark.only_on("postgresql")
def test_a_database_that_is_gone_is_asked_again_and_then_given_up(app: Flask, tmp_path: Path) -> None:
    nowhere = create_app(_settings(tmp_path, f"postgresql+psycopg://postgres@/nothing?host={tmp_path}"))
    with nowhere.app_context(), pytest.raises(db.DatabaseBusy):
        db.transaction(lambda: db.session.execute(sa.text("SELECT 1")))()
    _close(nowhere)
