"""Stories are told in the order of their moments, with the clock set, and stop where the year ends."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

import pytest

from barterweb import clock
from barterweb.demo.timeline import Timeline, days_later, midnight, office_hours, working_day_before

MONDAY = date(2026, 11, 23)


def test_two_stories_take_turns_and_nothing_happens_after_the_end() -> None:
    told: list[tuple[str, datetime]] = []

    def story(name: str, every: int) -> Iterator[datetime]:
        while True:
            told.append((name, clock.now()))
            yield clock.now() + timedelta(days=every)

    begins = midnight(MONDAY)
    timeline, seen = Timeline(), []
    timeline.tell(begins, story("a", 2))
    timeline.tell(begins + timedelta(days=1), story("b", 3))
    timeline.play(begins + timedelta(days=4), seen.append)
    assert told == [
        ("a", begins),
        ("b", begins + timedelta(days=1)),
        ("a", begins + timedelta(days=2)),
    ]
    assert seen == [moment for _, moment in told]
    timeline.play(begins + timedelta(days=5), seen.append)
    assert [name for name, _ in told[3:]] == ["b", "a"]


def test_at_the_same_moment_what_was_announced_first_comes_first() -> None:
    told = []
    timeline = Timeline()
    for name in "abc":
        timeline.tell(midnight(MONDAY), iter([told.append(name) or midnight(MONDAY + timedelta(days=9))]))  # type: ignore[func-returns-value]
    timeline.play(midnight(MONDAY + timedelta(days=1)), lambda _moment: None)
    assert told == ["a", "b", "c"]


@pytest.mark.parametrize("days", range(14))
def test_people_work_on_weekdays_from_eight_to_six(days: int) -> None:
    wanted = MONDAY + timedelta(days=days)
    for seed in range(20):
        moment = office_hours(wanted, Random(seed))
        assert moment.weekday() < 5
        assert 8 <= moment.hour < 18
        assert 0 <= (moment.date() - wanted).days <= 2
        before = working_day_before(MONDAY, days, Random(seed))
        assert before.weekday() < 5
        assert 0 <= (MONDAY - timedelta(days=days) - before.date()).days <= 2


def test_days_are_counted_from_the_clock() -> None:
    with clock.at(midnight(MONDAY)):
        assert days_later(3, Random(1)).date() == date(2026, 11, 26)
        assert days_later(5, Random(1)).date() == date(2026, 11, 30)
