"""Counting up to a bound, and figures of a large network that are kept for a while."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import literal, select, union_all

from barterweb import clock, counts
from barterweb.counts import Count, count_kept, count_up_to, kept
from barterweb.web.filters import whole
from barterweb.web.paging import AskedPage

CountQueries = Callable[[], AbstractContextManager[list[str]]]

THREE = select(union_all(*(select(literal(n).label("n")) for n in range(3))).subquery())
"""Three rows, without any condition that names their table."""


def test_a_count_stops_one_beyond_its_bound(app: Flask) -> None:
    with app.app_context():
        assert (count_up_to(THREE, 3), count_up_to(THREE, 3).more) == (3, False)
        assert (count_up_to(THREE, 2), count_up_to(THREE, 2).more) == (2, True)


def test_a_count_that_stopped_says_so() -> None:
    assert whole(Count(1_000)) == "1\u202f000"
    assert whole(Count(1_000, more=True)) == "plus de\u00a01\u202f000"


def test_pages_can_be_turned_beyond_a_count_that_stopped() -> None:
    pages = AskedPage(7, 20).of(Count(1_120, more=True))
    assert (pages.pages, pages.more, pages.has_next) == (56, True, True)
    assert AskedPage(7, 20).bound == 1_120


def test_a_figure_is_kept_for_its_time_and_not_longer(app: Flask) -> None:
    made = iter(range(10))
    with app.app_context():
        now = clock.now()
        for later, expected in ((0, 0), (9, 0), (10, 1), (11, 1)):
            with clock.at(now + timedelta(minutes=later)):
                assert kept("a figure", lambda: next(made)) == expected


def test_a_process_keeps_so_many_figures_and_no_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST_KEPT", 2)
    made: list[int] = []
    with app.app_context():
        for name in (1, 2, 3, 1):
            kept(name, lambda name=name: made.append(name))  # type: ignore[misc]
    assert made == [1, 2, 3, 1]


def test_few_rows_are_counted_anew_and_many_as_of_a_while_ago(
    app: Flask, count_queries: CountQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        with count_queries() as few:
            assert [count_kept("rows", THREE), count_kept("rows", THREE)] == [3, 3]
        monkeypatch.setattr(counts.count_up_to, "__defaults__", (2,))
        assert count_kept("rows", THREE) == 3
        with count_queries() as many:
            assert count_kept("rows", THREE) == 3
    assert (len(few), len(many)) == (2, 1)
