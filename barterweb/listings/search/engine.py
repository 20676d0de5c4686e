"""Finding listings: `find` gives a page of results, `drop_one` what to suggest when there are none.

Listings that hold every word come first, then those that come close. Only a window of the newest is scored and counts stop
at `hits.COUNT_CAP`, so that a broad word costs no more than a rare one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from barterweb.listings.search import browsing, hits
from barterweb.listings.search.filters import Filters
from barterweb.listings.search.hits import COUNT_CAP, Groups, Hit, Scope, Tally
from barterweb.listings.search.ranking import Scorer
from barterweb.listings.search.reading import Concept, Reading, read

WINDOW = 40
"""So many of the newest listings that hold every word are scored; the others follow by age."""

ENOUGH = 10
"""With fewer listings that hold every word, those that come close follow."""

_CLOSE_WINDOW = 50
_CLOSE_SHOWN = 30
_MAX_GROUPS = 8  # of a long sentence, the rarest words are enough
_MAX_WIDE_GROUPS = 4


@dataclass(frozen=True, slots=True)
class Results:
    """One page of listings found, best first.

    `total` counts all pages ("more than" when `total_capped`); the first `matching` of them hold every word, the others come
    close. `corrected` is what was searched instead of the words typed. `kinds` and `categories` count what each choice
    would give at least under the other filters, exactly when all listings hold every word and not `facets_capped`.
    """

    ids: tuple[str, ...]
    total: int
    matching: int
    total_capped: bool = False
    corrected: str | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)
    facets_capped: bool = False


def newest(filters: Filters) -> list[str]:
    """Return a page of the listings that hold every word, the newest first; without words, of all. Nothing is counted."""
    reading = read(filters.words, exact=filters.exact)
    if not reading.concepts:
        return browsing.ids(replace(filters, sort="recentes"))
    hits.prepare()
    groups = _groups(reading.required)
    return (
        hits.ids(groups, filters, without=(), offset=filters.offset, limit=filters.per_page) if groups else []
    )


def resembling(filters: Filters) -> list[str]:
    """Return some listings that hold two of the words or one, best first; without words, the newest. Nothing is counted.

    Those with the words themselves are enough on a large network, where words near them have hits by thousands.
    """
    reading = read(filters.words, exact=filters.exact)
    if not reading.concepts:
        return browsing.ids(filters)
    hits.prepare()
    concepts = reading.required[:_MAX_WIDE_GROUPS]
    found: dict[int, Hit] = {}
    for groups in ([concept.own for concept in concepts], [concept.wide_terms for concept in concepts]):
        wanted = [group for group in groups if group]
        for at_least in sorted({1, min(2, len(wanted))}, reverse=True) if wanted else ():
            if len(found) < filters.per_page:
                more = hits.newest(wanted, filters, limit=filters.per_page, scope="all", at_least=at_least)
                found |= {hit.number: hit for hit in more}
    return [hit.listing_id for _, hit in _ranked(found.values(), reading)][: filters.per_page]


def find(filters: Filters) -> Results:
    """Return the page of listings that `filters` ask for; without words, the newest (or cheapest)."""
    reading = read(filters.words, exact=filters.exact)
    if not reading.concepts:
        tally = browsing.tally(filters)
        narrowed = tally.capped and (filters.kinds or filters.categories)
        total = browsing.count(filters) if narrowed else tally.asked(filters)
        return _results(browsing.ids(filters), tally, filters, total=total)
    hits.prepare()
    groups = _groups(reading.required)
    tally = hits.tally(groups, filters) if groups else Tally(Counter(), capped=False)
    narrowed = filters.kinds or filters.categories
    total = hits.count(groups, filters) if tally.capped and narrowed else tally.asked(filters)
    if total < ENOUGH:
        return _with_close_ones(reading, tally, filters, total)
    return _results(_ids(reading, filters, total), tally, filters, total=total, corrected=reading.corrected)


def drop_one(filters: Filters) -> tuple[str, int] | None:
    """Return the one filter whose removal gives most listings and their number (at most `hits.COUNT_CAP`), or None."""
    without = {
        "kinds": replace(filters, kinds=()),
        "categories": replace(filters, categories=()),
        "cluster": replace(filters, cluster=""),
        "place": replace(filters, place=""),
        "price": replace(filters, price_min_cents=None, price_max_cents=None, include_quote_only=True),
    }
    found = [(find(wider).total, name) for name, wider in without.items() if wider != filters]
    total, name = max(found, default=(0, ""))
    return (name, total) if total else None


def _results(
    ids: Sequence[str],
    tally: Tally,
    filters: Filters,
    *,
    total: int,
    matching: int | None = None,
    corrected: str | None = None,
) -> Results:
    beyond = tally.capped and total > COUNT_CAP
    counted = COUNT_CAP if beyond else total
    return Results(
        ids=tuple(ids),
        total=counted,
        matching=counted if matching is None else matching,
        total_capped=beyond,
        corrected=corrected,
        kinds=tally.of_kinds(filters),
        categories=tally.of_categories(filters),
        facets_capped=tally.capped,
    )


def _ids(reading: Reading, filters: Filters, total: int) -> list[str]:
    """Return the page among the `total` listings that hold every word: the scored window first, then the others by age."""
    groups = _groups(reading.required)
    if filters.sort == "prix":
        return hits.cheapest_ids(groups, filters, offset=filters.offset, limit=filters.per_page)
    if filters.sort == "recentes":
        return hits.ids(groups, filters, without=(), offset=filters.offset, limit=filters.per_page)
    scored = _ranked(_window(reading.required, filters, total), reading)
    page = [hit.listing_id for _, hit in scored[filters.offset : filters.offset + filters.per_page]]
    if len(page) == filters.per_page:
        return page
    return page + hits.ids(
        groups,
        filters,
        without={hit.number for _, hit in scored},
        offset=max(0, filters.offset - len(scored)),
        limit=filters.per_page - len(page),
    )


def _window(concepts: Sequence[Concept], filters: Filters, total: int) -> list[Hit]:
    """Collect the newest listings that hold every word: its own name in titles first, equivalents, then anywhere."""
    own = [concept.own for concept in concepts[:_MAX_GROUPS]]
    groups = _groups(concepts)
    tiers: list[tuple[Groups, Scope]] = [(own, "title"), (groups, "title"), (groups, "text")]
    found: dict[int, Hit] = {}
    for wanted, scope in tiers if total > WINDOW else tiers[-1:]:
        if len(found) < WINDOW and all(wanted):
            more = hits.newest(wanted, filters, limit=WINDOW - len(found), scope=scope, without=found)
            found |= {hit.number: hit for hit in more}
    return list(found.values())


def _ranked(found: Iterable[Hit], reading: Reading) -> list[tuple[float, Hit]]:
    """Return hits with their scores, best first, the newest first among equals."""
    scorer = Scorer(reading.concepts)
    scored = [(scorer.score(hit.title, hit.body, hit.extra, hit.label), hit) for hit in found]
    return sorted(scored, key=lambda pair: (-pair[0], -pair[1].number))


def _with_close_ones(reading: Reading, tally: Tally, filters: Filters, total: int) -> Results:
    """Return the few listings that hold every word (`total`), then those that come close."""
    groups = _groups(reading.required)
    exact = hits.newest(groups, filters, limit=total) if total else []
    matching = [hit for _, hit in _ranked(exact, reading)]
    unless = groups if tally.counts else ()
    close = [hit for _, hit in _ranked(_close(reading.required, filters, unless=unless), reading)]
    tally.counts.update((hit.kind, hit.category) for hit in close[:_CLOSE_SHOWN])
    asked = [hit for hit in close if filters.asks_for(hit.kind, hit.category)][:_CLOSE_SHOWN]
    page = (_sorted(matching, filters) + _sorted(asked, filters))[filters.offset :][: filters.per_page]
    return _results(
        [hit.listing_id for hit in page],
        tally,
        filters,
        total=total + len(asked),
        matching=total,
        corrected=reading.corrected,
    )


def _sorted(found: list[Hit], filters: Filters) -> list[Hit]:
    if filters.sort == "recentes":
        return sorted(found, key=lambda hit: -hit.number)
    if filters.sort == "prix":
        return sorted(found, key=lambda hit: (hit.price_cents is None, hit.price_cents or 0, -hit.number))
    return found


def _close(concepts: Sequence[Concept], filters: Filters, *, unless: Groups) -> list[Hit]:
    """Collect listings of any kind and category that hold most of the words or words near them, then one, rarest first."""
    wide = [concept.wide_terms for concept in concepts if concept.wide_terms][:_MAX_WIDE_GROUPS]
    demands = [(wide, most) for most in range(len(wide), 1, -1)] + [([group], 1) for group in wide]
    window = _CLOSE_WINDOW * (5 if filters.kinds or filters.categories else 1)  # most will be of another kind
    found: dict[int, Hit] = {}
    for groups, most in demands:
        if len(found) < window:
            close = hits.newest(
                groups, filters, limit=window, scope="all", facets=True, at_least=most, unless=unless
            )
            found |= {hit.number: hit for hit in close}
    return list(found.values())


def _groups(concepts: Sequence[Concept]) -> Groups:
    """Return what a listing must hold to match all words; empty when no listing can."""
    groups = [concept.terms for concept in concepts[:_MAX_GROUPS]]
    return groups if all(groups) else []
