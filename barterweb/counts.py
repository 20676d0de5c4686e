"""Counting rows up to a bound: who reads "plus de 1 000" wants to narrow a list, not to know its length.

Counting costs what it counts, so a list that only ever grows would cost more each day to open (docs/decisions/0134).
"""

from typing import Any, Self

from sqlalchemy import Select, func, select

from barterweb.db import session

BOUND = 1_000
"""Rows are counted up to here, or so far beyond the page that is asked for."""


class Count(int):
    """A number of rows; with `more`, there are more than this."""

    more: bool

    def __new__(cls, number: int, *, more: bool = False) -> Self:
        """Return a count."""
        count = super().__new__(cls, number)
        count.more = more
        return count

    @classmethod
    def of(cls, found: int, bound: int) -> Self:
        """Return the count of rows that were looked for until one beyond the bound was found."""
        return cls(min(found, bound), more=found > bound)


def count_up_to(query: Select[Any], bound: int = BOUND) -> Count:
    """Return how many rows a query has, counted up to a bound; its order and its columns do not matter."""
    found = query.order_by(None).limit(bound + 1).subquery()
    return Count.of(session.scalar(select(func.count()).select_from(found)) or 0, bound)
