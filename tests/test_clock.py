"""The clock: aware UTC moments, dates as on a wall in Paris, and a hand to set it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from barterweb import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 7, 31, 21, 59, 59, tzinfo=UTC), date(2026, 7, 31)),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), date(2026, 8, 1)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29)),
    ],
)
def test_the_date_is_that_of_paris_in_winter_and_in_summer(moment: datetime, day: date) -> None:
    with clock.at(moment):
        assert clock.today() == day
    assert clock.date_of(moment) == day


def test_a_set_clock_stands_still_and_goes_on_afterwards() -> None:
    moment = datetime(2026, 8, 3, 12, 0, tzinfo=UTC)
    with clock.at(moment):
        assert clock.now() == clock.now() == moment
        with clock.at(moment + timedelta(days=1)):
            assert clock.now() == moment + timedelta(days=1)
        assert clock.now() == moment
    assert clock.now() != moment


def test_the_clock_is_set_right_again_after_an_error() -> None:
    with pytest.raises(KeyError), clock.at(datetime(2026, 8, 3, tzinfo=UTC)):
        raise KeyError
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    with clock.at(datetime(2026, 8, 3, 14, 0, tzinfo=clock.PARIS)):
        assert clock.now() == datetime(2026, 8, 3, 12, 0, tzinfo=UTC)
        assert clock.now().tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2026, 8, 3)):  # noqa: DTZ001
        pass
