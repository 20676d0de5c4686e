"""L4, L6, L11 and L14 through the real server: killed and restarted under load, it loses, halves and doubles nothing."""

import dataclasses
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from barterweb import app as application
from barterweb.settings import Settings
from tests import postgres
from tests.conftest import _close
from tests.server import Site
from tests.torture.conftest import Effort
from tests.torture.crowd import Crowd
from tests.torture.deliveries import assert_nothing_partial, prepare, settled

pytestmark = pytest.mark.torture

RECOVERED_AFTER_SECONDS = 5


@pytest.fixture
def reader(durable: Settings) -> Iterator[Flask]:
    """An application of the test's own beside the server, to prepare and to count."""
    app = application.create_app(durable)
    yield app
    _close(app)


@pytest.fixture
def site(durable: Settings) -> Iterator[Site]:
    """The site, which the test kills; in demo mode, since test mode lets errors through where people get a page."""
    made = Site(dataclasses.replace(durable, mode="demo"))
    made.start()
    yield made
    made.stop()


def test_what_was_acknowledged_survives_kills_whole_and_once(
    reader: Flask, site: Site, server: postgres.Server | None, effort: Effort
) -> None:
    deliveries = prepare(reader, effort.trades)
    crowd = Crowd(reader, site.port)
    crashes = 0
    with crowd.confirming(deliveries):
        for acknowledged in range(effort.kill_every, effort.trades, effort.kill_every):
            crowd.wait_for(acknowledged)
            if server is not None and crashes % 2:
                server.stop()  # at once, without ending what runs
                server.start()
            else:
                site.kill()
                site.start()
            crashes += 1
            before = set(crowd.acknowledged)
            assert before - settled(reader) == set()
    assert crashes >= 2
    assert crowd.failures  # the kills met requests on their way
    assert crowd.refused == []
    assert sorted(crowd.acknowledged) == sorted(delivery.trade_id for delivery in deliveries)
    assert settled(reader) == set(crowd.acknowledged)
    assert_nothing_partial(reader)


@pytest.mark.only_on("postgresql")
def test_five_seconds_after_a_restart_of_the_database_no_request_fails(
    reader: Flask, site: Site, server: postgres.Server, effort: Effort
) -> None:
    deliveries = prepare(reader, max(120, effort.trades))  # enough to go on after the restart
    crowd = Crowd(reader, site.port)
    with crowd.confirming(deliveries):
        crowd.wait_for(effort.kill_every)
        server.stop()
        time.sleep(0.3)
        server.start()
        back_at = time.monotonic()
    late = [failure for failure in crowd.failures if failure.at > back_at + RECOVERED_AFTER_SECONDS]
    assert late == []
    assert {failure.status for failure in crowd.failures} <= {503}  # a clean page, never a 500
    assert sorted(crowd.acknowledged) == sorted(delivery.trade_id for delivery in deliveries)
    assert_nothing_partial(reader)


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(reader: Flask, site: Site) -> None:
    deliveries = prepare(reader, 40)
    crowd = Crowd(reader, site.port)
    with crowd.confirming(deliveries):
        crowd.wait_for(10)
        site.kill_a_worker()
        crowd.wait_for(25)
        site.kill_a_worker()
    assert sorted(crowd.acknowledged) == sorted(delivery.trade_id for delivery in deliveries)
    assert_nothing_partial(reader)
