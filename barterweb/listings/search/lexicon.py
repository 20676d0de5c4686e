"""Equivalent trade terms: what else a listing may say for what was searched. The data is `lexicon.txt` beside this file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from barterweb.listings.search import analysis, spelling
from barterweb.listings.search.analysis import Token
from barterweb.listings.search.spelling import Candidate

EQUIVALENT = 0.7
NARROWER = 0.5
"""Weights of a term found instead of the one searched (which weighs 1)."""

Term = tuple[str, ...]
"""The stems of a term, in order."""

_LONGEST = 5


class InvalidLexicon(ValueError):
    """A line of the lexicon cannot be read; the text names the line."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Each term with what else to find for it, weighted; the same by the root of terms of one word; and all words,
    also by the keys that misspelt ones share with them.
    """

    others: dict[Term, dict[Term, float]] = field(default_factory=dict)
    of_root: dict[str, dict[Term, float]] = field(default_factory=dict)
    words: dict[str, Token] = field(default_factory=dict)
    of_key: dict[str, list[Candidate]] = field(default_factory=dict)

    def match(self, stems: Sequence[str], start: int) -> tuple[int, dict[Term, float]]:
        """Return the length of the longest term that begins at `start`, and its equivalents; ``(0, {})`` if none does."""
        for length in range(min(_LONGEST, len(stems) - start), 0, -1):
            term = tuple(stems[start : start + length])
            if term in self.others:
                return length, self.others[term]
        return 0, {}


@cache
def default() -> Lexicon:
    """Return the lexicon of the repository, read once."""
    return read((Path(__file__).parent / "lexicon.txt").read_text(encoding="utf-8"))


def read(text: str) -> Lexicon:
    """Read a lexicon in the format explained at the top of `lexicon.txt`.

    Raise `InvalidLexicon` for a line without a pair.
    """
    lexicon = Lexicon()
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        broad, arrow, narrow = content.rpartition(">")
        found = [analysis.tokens(term, join_hyphens=False) for term in narrow.split(",")]
        searched = [words for term in ([broad] if arrow else narrow.split(",")) for words in _spellings(term)]
        terms = {_stems(words) for words in (*found, *searched)}
        if len(terms) < 2 or not all(0 < len(term) <= _LONGEST for term in terms):
            raise InvalidLexicon(f"line {number}: {content}")
        for words in searched:
            _add(lexicon, words, found, NARROWER if arrow else EQUIVALENT)
    for word, token in lexicon.words.items():
        for key in spelling.keys(word):
            lexicon.of_key.setdefault(key, []).append(Candidate(word, token.shown, listings=0))
    return lexicon


def _spellings(term: str) -> Iterator[list[Token]]:
    """Yield the words of a term and, if it is hyphenated, those of the term in one piece."""
    yield analysis.tokens(term, join_hyphens=False)
    if "-" in term:
        yield analysis.tokens(term.replace("-", ""), join_hyphens=False)


def _add(
    lexicon: Lexicon, searched: Sequence[Token], found: Sequence[Sequence[Token]], weight: float
) -> None:
    """Note that a search for these words also finds the terms `found`; of two weights the larger counts."""
    lexicon.words.update((token.word, token) for words in (searched, *found) for token in words)
    term = _stems(searched)
    places = [lexicon.others.setdefault(term, {})]
    if len(searched) == 1 and (root := analysis.root(searched[0].word)):
        places.append(lexicon.of_root.setdefault(root, {}))
    for others in places:
        for other in map(_stems, found):
            if other != term:
                others[other] = max(weight, others.get(other, 0))


def _stems(words: Sequence[Token]) -> Term:
    return tuple(token.stem for token in words)
