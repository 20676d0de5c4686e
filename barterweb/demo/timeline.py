"""Time in the demonstration: stories told side by side, each a generator that yields the moment it goes on at.

`Timeline.play` wakes them in order with the clock set, so that what happens in March happens in March for every service.
What a story would do after the end is never done: a trade proposed yesterday is still waiting for its answer, without
anybody having arranged it.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from barterweb import clock

Story = Iterator[datetime]

_OPENS, _CLOSES = 8, 18
_SATURDAY = 5


class Timeline:
    """What is still to happen, the earliest first; at the same moment, what was announced first."""

    def __init__(self) -> None:
        self._order = count()
        self._waiting: list[tuple[datetime, int, Story]] = []

    def tell(self, begins: datetime, story: Story) -> None:
        """Let a story begin at that moment."""
        heapq.heappush(self._waiting, (begins, next(self._order), story))

    def play(self, until: datetime, watch: Callable[[datetime], None]) -> None:
        """Tell everything that happens before `until`; `watch` is called after each step with its moment."""
        while self._waiting and self._waiting[0][0] < until:
            moment, _, story = heapq.heappop(self._waiting)
            with clock.at(moment):
                goes_on = next(story, None)
            if goes_on is not None:
                self.tell(goes_on, story)
            watch(moment)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in Europe/Paris."""
    return datetime.combine(day, time(), clock.PARIS)


def office_hours(day: date, rng: Random) -> datetime:
    """Return a moment of that day at which people work, or of the Monday after."""
    if day.weekday() >= _SATURDAY:
        day += timedelta(days=7 - day.weekday())
    return datetime.combine(
        day, time(rng.randrange(_OPENS, _CLOSES), rng.randrange(60), rng.randrange(60)), clock.PARIS
    )


def days_later(days: int, rng: Random) -> datetime:
    """Return a moment of work so many days from now, or on the Monday after that."""
    return office_hours(clock.today() + timedelta(days=days), rng)


def working_day_before(day: date, days: int, rng: Random) -> datetime:
    """Return a moment of work so many days before a day, or on the Friday before that."""
    wanted = day - timedelta(days=days)
    return office_hours(wanted - timedelta(days=max(0, wanted.weekday() - _SATURDAY + 1)), rng)
