"""Listings without words: the newest or the cheapest.

All of them are counted as of some minutes ago, what a filter leaves of them up to `COUNT_CAP`.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, literal_column, select, text, union

from barterweb.counts import kept
from barterweb.db import dialect_name, session
from barterweb.listings.search.filters import (
    CATEGORY,
    CHEAPEST_FIRST,
    KIND,
    LIMIT,
    OFFSET,
    Filters,
    conditions,
)
from barterweb.listings.search.hits import COUNT_CAP, MATCHED, Tally, of_cluster

_PLAIN = "listing_search AS e"
_NUMBER = literal_column("e.number", BigInteger).label("number")
_NEWEST = ("listing_search AS e NOT INDEXED", "e.number DESC")
_CHEAPEST = ("listing_search AS e INDEXED BY ix_listing_search_cheapest", CHEAPEST_FIRST.text)
"""How SQLite reads rows in order, and the order. Left alone it takes an index of a filter and sorts what it finds, which may
be a third of all rows.
"""


def ids(filters: Filters) -> list[str]:
    """Return the page of listings that `filters` ask for."""
    cheapest = filters.sort == "prix"
    parameters = filters.parameters() if cheapest else _given(filters)
    query = _ids(dialect_name(), frozenset(parameters), cheapest=cheapest)
    return list(session.scalars(query, parameters | {"limit": filters.per_page, "offset": filters.offset}))


def tally(filters: Filters) -> Tally:
    """Count listings by kind and category, whichever of these `filters` asks for: all of them, or the newest that a filter
    leaves.
    """
    parameters = _given(filters, facets=True)
    newest = _tally(parameters, bounded=True)
    if newest.capped and parameters.keys() == {"today"}:
        name = ("listings by kind and category", parameters["today"])
        return kept(name, lambda: _tally(parameters, bounded=False))
    return newest


def count(filters: Filters) -> int:
    """Return how many listings `filters` leave, at most `COUNT_CAP` + 1."""
    parameters = _given(filters)
    newest = _newest(dialect_name(), frozenset(parameters), "1").subquery("found")
    counted = select(text("count(*)")).select_from(newest)
    return int(session.scalar(counted, parameters | {"limit": COUNT_CAP + 1, "offset": 0}) or 0)


def _given(filters: Filters, *, facets: bool = False) -> dict[str, Any]:
    """Return the parameters of `_newest`: where a cluster alone says which rows are read, its mark instead of its name."""
    parameters = filters.parameters(facets=facets)
    if dialect_name() == "sqlite" and "cluster" in parameters and "place" not in parameters:
        parameters["expression"] = of_cluster(parameters.pop("cluster"))
    return parameters


def _tally(parameters: Mapping[str, Any], *, bounded: bool) -> Tally:
    query = _counts(dialect_name(), frozenset(parameters), bounded=bounded)
    rows = session.execute(query, {**parameters, "limit": COUNT_CAP + 1, "offset": 0})
    counts = Counter({(kind, category): number for kind, category, number in rows})
    return Tally(counts, bounded and counts.total() > COUNT_CAP)


@cache
def _ids(dialect: str, parameters: frozenset[str], *, cheapest: bool) -> Select[Any]:
    if not cheapest:
        return _newest(dialect, parameters, "e.listing_id")
    source, order = _CHEAPEST if dialect == "sqlite" and "place" not in parameters else (_PLAIN, _CHEAPEST[1])
    query = select(text("e.listing_id")).select_from(text(source)).where(*conditions(parameters))
    return query.order_by(text(order)).offset(OFFSET).limit(LIMIT)


@cache
def _newest(dialect: str, parameters: frozenset[str], columns: str) -> Select[Any]:
    """Select the newest listings; of a place, those of the town and those of the département, each by its own index; of a
    cluster, on SQLite, by its mark in the full-text index (`_given`).
    """
    query = select(text(columns)).order_by(text(_NEWEST[1])).offset(OFFSET).limit(LIMIT)
    if "expression" in parameters:
        return query.select_from(MATCHED[dialect]).where(*conditions(parameters))
    if "place" not in parameters:
        source = text(_NEWEST[0] if dialect == "sqlite" else _PLAIN)
        return query.select_from(source).where(*conditions(parameters))
    of_the_place = union(*(_of_place(column, parameters) for column in ("town", "department")))
    return query.select_from(text(_PLAIN)).where(literal_column("e.number").in_(of_the_place))


def _of_place(column: str, parameters: frozenset[str]) -> Select[Any]:
    """Select the newest listings of the town or of the département of this name, as many as a page reaches back."""
    newest = (
        select(_NUMBER)
        .select_from(text(_PLAIN))
        .where(text(f"e.{column} = :place"), *conditions(parameters - {"place"}))
        .order_by(text(_NEWEST[1]))
        .limit(OFFSET + LIMIT)
        .subquery()
    )
    return select(newest.c.number)


@cache
def _counts(dialect: str, parameters: frozenset[str], *, bounded: bool) -> Select[Any]:
    if bounded:
        newest = _newest(dialect, parameters, "e.kind, e.category").subquery("e")
        query = select(KIND, CATEGORY, text("count(*)")).select_from(newest)
    else:
        query = (
            select(KIND, CATEGORY, text("count(*)")).select_from(text(_PLAIN)).where(*conditions(parameters))
        )
    return query.group_by(KIND, CATEGORY)
