"""Listings without words: the newest or the cheapest, counted exactly."""

from collections import Counter
from functools import cache
from typing import Any

from sqlalchemy import Select, select, text

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
from barterweb.listings.search.hits import Tally

_PLAIN = "listing_search AS e"
_NEWEST = ("listing_search AS e NOT INDEXED", "e.number DESC")
_CHEAPEST = ("listing_search AS e INDEXED BY ix_listing_search_cheapest", CHEAPEST_FIRST.text)
"""How SQLite reads rows in order, and the order. Left alone it takes an index of a filter and sorts what it finds, which may
be a third of all rows. A place is rare enough for that.
"""


def ids(filters: Filters) -> list[str]:
    """Return the page of listings that `filters` ask for."""
    parameters = filters.parameters()
    query = _ids(dialect_name(), frozenset(parameters), cheapest=filters.sort == "prix")
    return list(session.scalars(query, parameters | {"limit": filters.per_page, "offset": filters.offset}))


def tally(filters: Filters) -> Tally:
    """Count listings by kind and category, whichever of these `filters` asks for."""
    parameters = filters.parameters(facets=True)
    rows = session.execute(_counts(frozenset(parameters)), parameters)
    return Tally(Counter({(kind, category): number for kind, category, number in rows}), capped=False)


@cache
def _ids(dialect: str, parameters: frozenset[str], *, cheapest: bool) -> Select[Any]:
    in_order, order = _CHEAPEST if cheapest else _NEWEST
    source = in_order if dialect == "sqlite" and "place" not in parameters else _PLAIN
    query = select(text("e.listing_id")).select_from(text(source)).where(*conditions(parameters))
    return query.order_by(text(order)).offset(OFFSET).limit(LIMIT)


@cache
def _counts(parameters: frozenset[str]) -> Select[Any]:
    query = select(KIND, CATEGORY, text("count(*)")).select_from(text(_PLAIN))
    return query.where(*conditions(parameters)).group_by(KIND, CATEGORY)
