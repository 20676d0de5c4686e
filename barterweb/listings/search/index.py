"""Keeping the index: verbs called within the transaction that saves, renews or withdraws a listing."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, bindparam, delete, select, text

from barterweb.db import dialect_name, require_transaction, session
from barterweb.listings.search import analysis, spelling
from barterweb.listings.search.tables import cluster_mark, entries, spellings, terms

_BATCH = 1_000

_Word = tuple[str, str]
"""A folded word and its stem."""

_SAVE = {
    "sqlite": (
        """
        INSERT INTO listing_search (number, listing_id, company_id, kind, category, town,
            department, price_cents, expires_on)
        SELECT :number, id, company_id, kind, category, :town, :department, price_cents, expires_on
        FROM listings WHERE id = :listing_id
        """,
        """
        INSERT INTO listing_search_fts (rowid, title, body, extra, label, words)
        VALUES (:number, :title, :body, :extra, :label, :words)
        """,
    ),
    "postgresql": (
        """
        INSERT INTO listing_search (number, listing_id, company_id, kind, category, town,
            department, price_cents, expires_on,
            title, body, extra, label, words)
        SELECT :number, id, company_id, kind, category, :town, :department, price_cents, expires_on,
            :title, :body, :extra, :label, :words
        FROM listings WHERE id = :listing_id
        """,
    ),
}
_FORGET = {
    "sqlite": (
        "DELETE FROM listing_search_fts WHERE rowid = :number",
        "DELETE FROM listing_search WHERE number = :number",
    ),
    "postgresql": ("DELETE FROM listing_search WHERE number = :number",),
}
_WORDS = {
    "sqlite": "SELECT rowid, words FROM listing_search_fts"
    " WHERE rowid = (SELECT number FROM listing_search WHERE listing_id = :listing_id)",
    "postgresql": "SELECT number, words FROM listing_search WHERE listing_id = :listing_id",
}
_EMPTY = {
    "sqlite": ("DELETE FROM listing_search_fts", "DELETE FROM listing_search"),
    "postgresql": ("DELETE FROM listing_search",),
}
_COUNT_TERM = """
    INSERT INTO listing_search_terms (word, stem, root, shown, listings) VALUES (:word, :stem, :root, :shown, :change)
    ON CONFLICT (word, stem) DO UPDATE SET listings = listing_search_terms.listings + :change
"""
_CLUSTERS = text(
    """
    SELECT listings.id, clusters.slug FROM listings
    JOIN company_clusters ON company_clusters.company_id = listings.company_id
    JOIN clusters ON clusters.id = company_clusters.cluster_id
    WHERE listings.id IN :listing_ids ORDER BY clusters.slug
    """
).bindparams(bindparam("listing_ids", expanding=True))
_ADD_SPELLING = "INSERT INTO listing_search_spellings (key, word) VALUES (:key, :word) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is read of a listing; the facts it is filtered by are copied from its row.

    The newer `published_at` (aware), the earlier it is found.
    """

    listing_id: str
    title: str
    description: str
    category_label: str
    company_name: str
    city: str
    department: str
    published_at: datetime


def index_listing(
    *,
    listing_id: str,
    title: str,
    description: str,
    category_label: str,
    company_name: str,
    city: str,
    department: str,
    published_at: datetime,
) -> None:
    """Index a listing that is online, or index it anew after any change. Requires an open transaction and its row saved."""
    require_transaction()
    entry = Entry(
        listing_id=listing_id,
        title=title,
        description=description,
        category_label=category_label,
        company_name=company_name,
        city=city,
        department=department,
        published_at=published_at,
    )
    session.flush()
    before = _forget(listing_id)
    number = _first_number(entry)
    while session.scalar(select(entries.c.number).where(entries.c.number == number)) is not None:
        number += 1
    values, shown = _analyse(entry, _marks([listing_id]))
    _execute_all(_SAVE, [{"number": number, **values}])
    _change_vocabulary(Counter(shown.keys()), before, shown)


def remove_listing(listing_id: str) -> None:
    """Take a listing out of the index, if it is in it. Requires an open transaction."""
    require_transaction()
    _change_vocabulary(Counter(), _forget(listing_id), {})


def rebuild(listings: Iterable[Entry]) -> int:
    """Empty the index, index `listings`, whose rows are saved, and return their number. Requires an open transaction.

    For a changed analysis or lexicon, imports and repairs.
    """
    require_transaction()
    session.flush()
    _execute_all(_EMPTY, [{}])
    session.execute(delete(terms))
    session.execute(delete(spellings))
    counts: Counter[_Word] = Counter()
    shown: dict[_Word, str] = {}
    taken: set[int] = set()
    remaining = iter(listings)
    while batch := list(islice(remaining, _BATCH)):
        rows, marks = [], _marks([entry.listing_id for entry in batch])
        for entry in batch:
            number = _first_number(entry)
            while number in taken:
                number += 1
            taken.add(number)
            values, words = _analyse(entry, marks)
            rows.append({"number": number, **values})
            counts.update(words.keys())
            shown = words | shown
        _execute_all(_SAVE, rows)
    _change_vocabulary(counts, Counter(), shown)
    return len(taken)


def _marks(listing_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the marks of the clusters that the companies of listings belong to, by listing."""
    marks: dict[str, list[str]] = defaultdict(list)
    for listing_id, slug in session.execute(_CLUSTERS, {"listing_ids": listing_ids}):
        marks[listing_id].append(cluster_mark(slug))
    return marks


def _analyse(entry: Entry, marks: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], dict[_Word, str]]:
    """Return the values of a row, but for its number, and its distinct words as they are written."""
    fields = {
        "title": (entry.title,),
        "body": (entry.description,),
        "extra": (entry.company_name, entry.city, entry.department),
        "label": (entry.category_label,),
    }
    found = {
        name: [token for part in parts for token in analysis.tokens(part, join_hyphens=True)]
        for name, parts in fields.items()
    }
    shown = {(token.word, token.stem): token.shown for tokens in found.values() for token in tokens}
    values: dict[str, Any] = {
        name: " ".join(token.stem for token in tokens) for name, tokens in found.items()
    }
    values["label"] = " ".join([values["label"], *marks.get(entry.listing_id, ())]).lstrip()
    values["listing_id"] = entry.listing_id
    values["town"] = analysis.fold_place(entry.city)
    values["department"] = analysis.fold_place(entry.department)
    values["words"] = " ".join(f"{word}:{stem}" for word, stem in sorted(shown))
    return values, shown


def _first_number(entry: Entry) -> int:
    """Return a number that orders rows by publication; its low bits keep listings of one millisecond apart."""
    return (int(entry.published_at.timestamp() * 1000) << 20) | (
        zlib.crc32(entry.listing_id.encode()) & 0xFFFFF
    )


def _forget(listing_id: str) -> Counter[_Word]:
    """Delete the row of a listing; return its words, each counted once."""
    row = session.execute(text(_WORDS[dialect_name()]), {"listing_id": listing_id}).one_or_none()
    if row is None:
        return Counter()
    number, words = row
    _execute_all(_FORGET, [{"number": number}])
    return Counter((word, stem) for word, _, stem in (pair.partition(":") for pair in words.split()))


def _change_vocabulary(more: Counter[_Word], less: Counter[_Word], shown: Mapping[_Word, str]) -> None:
    """Count words in and out. Rows are locked in one order, so that two listings saved at once cannot deadlock."""
    more.subtract(less)
    changes = sorted((word, stem, change) for (word, stem), change in more.items() if change)
    if not changes:
        return
    rows = [
        {
            "word": word,
            "stem": stem,
            "root": analysis.root(word),
            "shown": shown.get((word, stem), word),
            "change": change,
        }
        for word, stem, change in changes
    ]
    session.execute(text(_COUNT_TERM), rows)
    added = {word for word, _, change in changes if change > 0}
    new = sorted(added - _those_in(spellings.c.word, added))
    if keys := [{"key": key, "word": word} for word in new for key in sorted(spelling.keys(word))]:
        session.execute(text(_ADD_SPELLING), keys)
    if removed := {word for word, _, change in changes if change < 0}:
        session.execute(delete(terms).where(terms.c.word.in_(removed), terms.c.listings <= 0))
        gone = removed - _those_in(terms.c.word, removed)
        session.execute(delete(spellings).where(spellings.c.word.in_(gone)))


def _those_in(column: Column[str], words: Iterable[str]) -> set[str]:
    """Return which of `words` stand in `column`."""
    found: set[str] = set()
    remaining = iter(sorted(words))
    while batch := list(islice(remaining, _BATCH)):
        found.update(session.scalars(select(column).where(column.in_(batch)).distinct()))
    return found


def _execute_all(statements: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, Any]]) -> None:
    for statement in statements[dialect_name()]:
        session.execute(text(statement), rows)
