"""An application context and a year of days for tests of verbs and jobs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from barterweb import clock


@pytest.fixture
def here(app: Flask) -> Iterator[None]:
    """An application context for tests that only call verbs and queries."""
    with app.app_context():
        yield


@pytest.fixture
def on() -> Callable[[date], AbstractContextManager[None]]:
    """Set the clock to nine o'clock (UTC) of a day."""
    return lambda day: clock.at(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
