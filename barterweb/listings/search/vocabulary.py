"""What is asked of the indexed vocabulary: known words, their families, how common they are, and near spellings."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import String, TextClause, bindparam, text

from barterweb.db import session
from barterweb.listings.search.spelling import Candidate


def _with_lists(statement: str, *names: str) -> TextClause:
    """Return a statement whose parameters `names` are lists of texts, of any length."""
    return text(statement).bindparams(*(bindparam(name, expanding=True, type_=String) for name in names))


_STEMS_OF_WORDS = _with_lists(
    "SELECT word, stem FROM listing_search_terms WHERE word IN :words ORDER BY listings DESC, stem", "words"
)
_FAMILIES = _with_lists(
    """
    SELECT stem, root, sum(listings) FROM listing_search_terms WHERE stem IN :stems OR root IN :roots
    GROUP BY stem, root ORDER BY sum(listings) DESC, stem
    """,
    "stems",
    "roots",
)
_CANDIDATES = _with_lists(
    """
    SELECT word, min(shown), sum(listings) FROM listing_search_terms
    WHERE word IN (SELECT word FROM listing_search_spellings WHERE key IN :keys) GROUP BY word
    """,
    "keys",
)


@dataclass(frozen=True, slots=True)
class Families:
    """How many listings have each stem (summed over its forms), and the stems of each root, commonest first."""

    listings: dict[str, int]
    stems_of: dict[str, list[str]]


def stems_of_words(words: Collection[str]) -> dict[str, list[str]]:
    """Return, for each of `words` (folded) that is indexed, the stems it has there, commonest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for word, stem in session.execute(_STEMS_OF_WORDS, {"words": _list(words)}).all():
        found[word].append(stem)
    return dict(found)


def families(stems: Collection[str], roots: Collection[str]) -> Families:
    """Return counts for `stems` and for all stems of `roots`."""
    listings: dict[str, int] = defaultdict(int)
    stems_of: dict[str, list[str]] = defaultdict(list)
    for stem, root, count in session.execute(_FAMILIES, {"stems": _list(stems), "roots": _list(roots)}).all():
        listings[stem] += count
        if root:
            stems_of[root].append(stem)
    return Families(dict(listings), dict(stems_of))


def candidates(keys: Collection[str]) -> list[Candidate]:
    """Return the indexed words that share one of the spelling `keys`."""
    return [Candidate(*row) for row in session.execute(_CANDIDATES, {"keys": _list(keys)}).all()]


def _list(values: Collection[str]) -> list[str]:
    """Return `values`, or one that nothing equals: for an empty list PostgreSQL would read the whole table."""
    return list(values) or ["-"]
