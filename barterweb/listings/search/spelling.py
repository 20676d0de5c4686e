"""Misspelt words: which indexed words come near, by keys a database can look up, and which of them is meant.

Two spellings meet when they share a key: their sound with at most one letter left out of each (the symmetric deletion of
Garbe's SymSpell, here on French sounds), or their first or last letters. The edit distance then decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from barterweb.listings.search.analysis import fold

SHORTEST = 4
"""Shorter words are acronyms as often as words: they are searched as they are."""

_LONG = 7
_END_LETTERS = 5

_SOUNDS = (
    (r"ph", "f"),
    (r"eaux?|aux?", "o"),
    (r"qu|q|k", "c"),
    (r"c(?=[eiy])", "s"),
    (r"g(?=[eiy])", "j"),
    (r"ch|sh|sch", "X"),
    (r"h", ""),
    (r"[ae]i|ei", "e"),
    (r"oe|eu", "e"),
    (r"[ae]n|[ae]m(?=[pb])", "A"),
    (r"y", "i"),
    (r"z", "s"),
    (r"(.)\1+", r"\1"),
)
_SOUNDS_COMPILED = tuple((re.compile(written), heard) for written, heard in _SOUNDS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An indexed word (folded), how listings write it, and in how many of them it is."""

    word: str
    shown: str
    listings: int


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """Return roughly how a folded word is heard: "fotografe" and "photographes" are alike."""
    heard = word
    for written, replacement in _SOUNDS_COMPILED:
        heard = written.sub(replacement, heard)
    return re.sub(r"(?<=...)(?:es|e|s|x)$", "", heard)


def keys(word: str) -> set[str]:
    """Return the keys under which a folded word is stored and looked up; none for short words and numbers."""
    if len(word) < SHORTEST or any(c.isdigit() for c in word):
        return set()
    found = _one_less(word) | _one_less(sound(word))
    if len(word) >= _LONG:
        found |= {"^" + word[:_END_LETTERS], word[-_END_LETTERS:] + "$"}
    return found


def best(word: str, candidates: Iterable[Candidate]) -> Candidate | None:
    """Return the candidate most likely meant by a folded word, or None when none is near enough.

    Two letters may differ in a long word, one in a short one; what sounds alike comes before what looks alike.
    """
    limit = 2 if len(word) >= _LONG else 1
    heard = sound(word)
    limit_heard = 1 if len(heard) >= _LONG - 2 else 0
    near: list[tuple[float, int, str, Candidate]] = []
    for candidate in candidates:
        apart: float = distance(word, candidate.word, limit)
        if (apart_heard := distance(heard, sound(candidate.word), limit_heard)) <= limit_heard:
            apart = min(apart, apart_heard + 0.5)
        if apart <= limit:
            near.append((apart, -candidate.listings, candidate.word, candidate))
    return min(near)[3] if near else None


def distance(a: str, b: str, limit: int) -> int:
    """Return how many letters must be added, dropped, changed or swapped with their neighbour; more than `limit` is
    limit + 1.

    The "optimal string alignment" distance (Damerau–Levenshtein without overlapping swaps).
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        before, last, row = row, before, [i]
        for j, other in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _one_less(text: str) -> set[str]:
    """Return `text` and what is left of it without any one letter."""
    return {text} | {text[:i] + text[i + 1 :] for i in range(len(text))}


def replace_word(text: str, word: str, replacement: str) -> str:
    """Return `text` with the words that fold to `word` replaced, the rest as it was typed."""
    return re.sub(r"[^\W_]+", lambda match: replacement if fold(match[0]) == word else match[0], text)
