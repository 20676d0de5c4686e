"""Which listings hold which terms: the SQL of the search, and all of it that depends on the database.

What differs is where rows come from, and how a boolean expression of stems is written. SQLite must read the full-text index
first and from its end (``CROSS JOIN`` keeps that order), so that a limit stops it early. PostgreSQL must take its GIN index
and nothing else (``OFFSET 0`` keeps other conditions out, see also `prepare`). Statements are built once for each
combination of filters.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy import Select, bindparam, select, text

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
from barterweb.listings.search.lexicon import Term
from barterweb.listings.search.tables import LABEL_MARK, TITLE_MARK, cluster_mark

Groups = Sequence[Collection[Term]]
"""What a listing must hold: of each group at least one term, of a term all stems."""

Scope = Literal["title", "text", "all"]
"""Where: in the title; in what the listing says of itself; there or in the name of its category."""

COUNT_CAP = 1_000
"""Hits are counted up to here: scanning every hit of a broad word is what makes a search slow."""

MATCHED = {
    "sqlite": text(
        """
        (SELECT listing_search_fts.rowid AS number, listing_id, company_id, kind, category, town, department, price_cents,
            expires_on, title, body, extra, label
        FROM listing_search_fts CROSS JOIN listing_search ON listing_search.number = listing_search_fts.rowid
        WHERE listing_search_fts MATCH :expression) AS e
        """
    ),
    "postgresql": text(
        "(SELECT * FROM listing_search WHERE stems @@ CAST(:expression AS tsquery) OFFSET 0) AS e"
    ),
}
_NEWEST_FIRST = text("e.number DESC")
_BUT_NOT = {"sqlite": " NOT ", "postgresql": " & !"}
_WITHOUT = text("e.number NOT IN :without").bindparams(bindparam("without", expanding=True))

_Statement = Callable[[str, frozenset[str]], Select[Any]]
"""Builds a statement for a dialect and the parameters given."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing found, with what ranks it; the larger `number`, the newer."""

    number: int
    listing_id: str
    kind: str
    category: str
    price_cents: int | None
    title: str
    body: str
    extra: str
    label: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many listings there are of each (kind, category), all other filters applied; `capped` when there are more."""

    counts: Counter[tuple[str, str]]
    capped: bool

    def asked(self, filters: Filters) -> int:
        """Return how many are of the kinds and categories asked for."""
        return sum(n for (kind, category), n in self.counts.items() if filters.asks_for(kind, category))

    def of_kinds(self, filters: Filters) -> dict[str, int]:
        """Return how many there are of each kind in the categories asked for."""
        found: Counter[str] = Counter()
        for (kind, category), number in self.counts.items():
            if not filters.categories or category in filters.categories:
                found[kind] += number
        return dict(found)

    def of_categories(self, filters: Filters) -> dict[str, int]:
        """Return how many there are of each category among the kinds asked for."""
        found: Counter[str] = Counter()
        for (kind, category), number in self.counts.items():
            if not filters.kinds or kind in filters.kinds:
                found[category] += number
        return dict(found)


def prepare() -> None:
    """Keep PostgreSQL from reading whole tables for the rest of the transaction.

    It takes a match for as cheap as a comparison, and would rather match every row than ask its index for many terms.
    """
    if dialect_name() == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))


def newest(
    groups: Groups,
    filters: Filters,
    *,
    limit: int,
    scope: Scope = "text",
    facets: bool = False,
    at_least: int | None = None,
    unless: Groups = (),
    without: Collection[int] = (),
) -> list[Hit]:
    """Return the newest listings that hold all `groups`, or `at_least` so many of them, `unless` they hold all those.

    For `facets`, of any kind and category. The numbers in `without` are left out.
    """
    expression = _expression(groups, at_least or len(groups), scope)
    if unless:
        expression += _BUT_NOT[dialect_name()] + _expression(unless, len(unless), "text")
    parameters = filters.parameters(facets=facets) | {"limit": limit, "offset": 0}
    if without:
        parameters["without"] = tuple(without)
    return [Hit(*row) for row in _execute(_rows_by_age, expression, parameters)]


def ids(groups: Groups, filters: Filters, *, without: Collection[int], offset: int, limit: int) -> list[str]:
    """Return a stretch of the listings that hold `groups`, newest first, but for the numbers in `without`."""
    parameters = filters.parameters() | {"limit": limit, "offset": offset, "without": tuple(without)}
    return [row[1] for row in _execute(_rows_by_age, _all_of(groups), parameters)]


def cheapest_ids(groups: Groups, filters: Filters, *, offset: int, limit: int) -> list[str]:
    """Return a stretch, by price, of the `COUNT_CAP` newest listings that hold `groups`; those without price come last."""
    parameters = filters.parameters() | {"limit": limit, "offset": offset}
    return [row[0] for row in _execute(_ids_by_price, _all_of(groups), parameters)]


def count(groups: Groups, filters: Filters) -> int:
    """Return how many listings hold `groups`, at most `COUNT_CAP` + 1."""
    ((number,),) = _execute(_count, _all_of(groups), filters.parameters())
    return int(number)


def tally(groups: Groups, filters: Filters) -> Tally:
    """Count the listings that hold `groups` by kind and category, whichever of these `filters` asks for."""
    rows = _execute(_counts, _all_of(groups), filters.parameters(facets=True))
    counts = Counter({(kind, category): number for kind, category, number in rows})
    return Tally(counts, counts.total() > COUNT_CAP)


def of_cluster(slug: str) -> str:
    """Write that a listing's company belongs to a cluster."""
    mark = cluster_mark(slug)
    return f'({{label}} : "{mark}")' if dialect_name() == "sqlite" else f"'{LABEL_MARK}{mark}'"


def _execute(statement: _Statement, expression: str, parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Run a statement; the cluster stands in the index like a stem, since a broad word has many hits in other clusters."""
    others = {name: value for name, value in parameters.items() if name != "cluster"}
    if "cluster" in parameters:
        both = " AND " if dialect_name() == "sqlite" else " & "
        expression = f"({expression}){both}{of_cluster(parameters['cluster'])}"
    built = statement(dialect_name(), frozenset(others))
    return session.execute(built, {**others, "expression": expression}).all()


@cache
def _rows_by_age(dialect: str, parameters: frozenset[str]) -> Select[Any]:
    columns = "e.number, e.listing_id, e.kind, e.category, e.price_cents, e.title, e.body, e.extra, e.label"
    query = _matching(columns, dialect, parameters)
    return query.order_by(_NEWEST_FIRST).offset(OFFSET).limit(LIMIT)


@cache
def _ids_by_price(dialect: str, parameters: frozenset[str]) -> Select[Any]:
    query = _matching("e.listing_id, e.price_cents, e.number", dialect, parameters)
    found = query.order_by(_NEWEST_FIRST).limit(COUNT_CAP).subquery("e")
    return (
        select(text("e.listing_id")).select_from(found).order_by(CHEAPEST_FIRST).offset(OFFSET).limit(LIMIT)
    )


@cache
def _count(dialect: str, parameters: frozenset[str]) -> Select[Any]:
    found = _matching("1", dialect, parameters).limit(COUNT_CAP + 1).subquery("found")
    return select(text("count(*)")).select_from(found)


@cache
def _counts(dialect: str, parameters: frozenset[str]) -> Select[Any]:
    found = _matching("e.kind, e.category", dialect, parameters).limit(COUNT_CAP + 1).subquery("e")
    return select(KIND, CATEGORY, text("count(*)")).select_from(found).group_by(KIND, CATEGORY)


def _matching(columns: str, dialect: str, parameters: frozenset[str]) -> Select[Any]:
    query = select(text(columns)).select_from(MATCHED[dialect]).where(*conditions(parameters))
    return query.where(_WITHOUT) if "without" in parameters else query


def _all_of(groups: Groups) -> str:
    return _expression(groups, len(groups), "text")


def _expression(groups: Groups, at_least: int, scope: Scope) -> str:
    """Write what listings hold in the database's own notation; stems hold only ``a-z 0-9 _``, so quoting them is safe."""
    if dialect_name() == "sqlite":
        columns = {"title": "title", "text": "title body extra", "all": "title body extra label"}[scope]
        return "({" + columns + "} : " + _boolean(groups, at_least, " AND ", " OR ", '"{}"') + ")"
    stem = {"title": f"'{TITLE_MARK}{{}}'", "text": "'{}'", "all": f"('{{0}}' | '{LABEL_MARK}{{0}}')"}[scope]
    return _boolean(groups, at_least, " & ", " | ", stem)


def _boolean(groups: Groups, at_least: int, both: str, either: str, stem: str) -> str:
    """Write that `at_least` so many groups hold: the first and one less of the others, or as many of the others.

    A term that another of its group is part of finds nothing that the other does not.
    """
    first, *others = groups
    widest = (term for term in first if not any(set(other) < set(term) for other in first))
    terms = (both.join(stem.format(part) for part in term) for term in widest)
    written = either.join(f"({term})" for term in terms)
    if at_least > 1:
        written = f"({written}){both}{_boolean(others, at_least - 1, both, either, stem)}"
    if at_least < len(groups):
        written = f"({written}){either}{_boolean(others, at_least, both, either, stem)}"
    return f"({written})"
