"""Counting rows up to a bound: who reads "plus de 1 000" wants to narrow a list, not to know its length.

Counting costs what it counts, so a list that only ever grows would cost more each day to open (docs/decisions/0134).
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from sqlalchemy import CTE, Select, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect

from barterweb import clock
from barterweb.db import memory, session

BOUND = 1_000
"""Rows are counted up to here, or so far beyond the page that is asked for."""


KEPT_SECONDS = 600
"""How old a figure of a large network may be."""
MOST_KEPT = 200
"""Figures that a process keeps."""

Kept = TypeVar("Kept")


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
    return Count.of(session.scalar(select(counting(query, bound))) or 0, bound)


def counting(query: Select[Any], bound: int | None) -> ScalarSelect[int]:
    """Return a column that counts the rows of a query, up to one beyond the bound if any, to be asked beside the rows."""
    found = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
    found = found if bound is None else found.limit(bound + 1)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def kept(name: Hashable, make: Callable[[], Kept], *, seconds: int = KEPT_SECONDS) -> Kept:
    """Return a figure of a large network, made anew by each process when the one it keeps is so old.

    For what nobody acts on and whose making costs what the network is large; never for an account, nor for what somebody
    may do. Small networks have no need of it: ask `count_up_to` first whether there is `more`.
    """
    figures: dict[Hashable, tuple[datetime, Any]] = memory().setdefault("figures", {})
    if name not in figures or not timedelta(0) <= clock.now() - figures[name][0] < timedelta(seconds=seconds):
        figures[name] = clock.now(), make()
        for oldest in sorted(figures, key=lambda known: figures[known][0])[:-MOST_KEPT]:
            figures.pop(oldest, None)
    figure: Kept = figures[name][1]
    return figure


def kept_if_many(
    name: Hashable,
    rows: Select[Any],
    make: Callable[[], Kept],
    *,
    bound: int = BOUND,
    seconds: int = KEPT_SECONDS,
) -> Kept:
    """Return a figure made of these rows: anew while they are few, beyond the bound as it was kept (see `kept`)."""
    return kept(name, make, seconds=seconds) if count_up_to(rows, bound).more else make()


def count_kept(name: Hashable, query: Select[Any]) -> int:
    """Return how many rows a query has: to the unit up to the bound, beyond it as of some minutes ago (`kept`)."""
    few = count_up_to(query)
    return kept(name, lambda: int(session.scalar(select(counting(query, None))) or 0)) if few.more else few


class unindexed(FunctionElement[Any]):  # noqa: N801  called like a function
    """A column that SQLite looks no rows up by: they are to be read in an order, and dropped on the way.

    Without statistics, SQLite looks half of all rows up by such a column and then sorts them. PostgreSQL has statistics, and
    sees the column itself.
    """

    inherit_cache = True

    def __init__(self, column: InstrumentedAttribute[Any]) -> None:
        """Wrap a column."""
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _as_it_is(element: unindexed, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(element.clauses, **how)


@compiles(unindexed, "sqlite")
def _signed(element: unindexed, compiler: SQLCompiler, **how: Any) -> str:
    """Write a unary plus: https://www.sqlite.org/optoverview.html, "Disqualifying WHERE-Clause Terms Using Unary +"."""
    return f"+{compiler.process(element.clauses, **how)}"


def first_of(query: Select[Any], bound: int = BOUND) -> tuple[CTE, ScalarSelect[int]]:
    """Return the first rows of an ordered query, one beyond the bound, to join with; and how many they are.

    What follows is not read, if an index has the query's order.
    """
    found = query.limit(bound + 1).cte()
    return found, select(func.count()).select_from(found).scalar_subquery()
