"""From the words typed to what is looked for: one concept per word or compound term, each with its alternatives."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from barterweb.listings.search import analysis, lexicon, mending, spelling, vocabulary
from barterweb.listings.search.analysis import Token
from barterweb.listings.search.lexicon import Term
from barterweb.listings.search.vocabulary import Families
from barterweb.listings.search.words import WEAK_WORDS

MAX_WORDS = 24
"""Words read of one search; a long sentence holds about fifteen."""

FAMILY = 0.45
PART = 0.25
"""Weights of a derived form (soudage for soudeur) and of a single word of a compound term."""

_MAX_FAMILY = 8


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing looked for, by the terms that tell it and that listings hold: weights are 1 for `own`, below for others."""

    own: tuple[Term, ...]
    others: Mapping[Term, float] = field(default_factory=dict)
    near: Mapping[Term, float] = field(default_factory=dict)
    required: bool = True
    rarity: float = 1.0

    @property
    def terms(self) -> tuple[Term, ...]:
        """What counts as having the concept."""
        return (*self.own, *self.others)

    @property
    def wide_terms(self) -> tuple[Term, ...]:
        """What counts as having it or coming near it."""
        return (*self.own, *self.others, *self.near)

    @property
    def weights(self) -> dict[Term, float]:
        """Every term with its weight."""
        return {**self.near, **self.others, **dict.fromkeys(self.own, 1.0)}


@dataclass(frozen=True, slots=True)
class Reading:
    """The concepts of a search, rarest first, and the words searched instead of those typed, if any were corrected."""

    concepts: tuple[Concept, ...]
    corrected: str | None = None

    @property
    def required(self) -> tuple[Concept, ...]:
        """What a listing must have to match all words."""
        return tuple(concept for concept in self.concepts if concept.required)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words that go together: their terms, what the lexicon says instead, what it says for their relatives."""

    tokens: tuple[Token, ...]
    own: tuple[Term, ...]
    others: Mapping[Term, float]

    @property
    def root(self) -> str:
        """What a single word shares with its derived forms."""
        return analysis.root(self.tokens[0].word) if len(self.tokens) == 1 else ""

    @property
    def near(self) -> dict[Term, float]:
        """The single words of compound terms, and what the lexicon says for derived forms."""
        found: dict[Term, float] = {}
        for term, weight in ((term, weight) for term, weight in self.terms.items() if len(term) > 1):
            found |= {(stem,): max(PART * weight, found.get((stem,), 0)) for stem in term}
        of_root = lexicon.default().of_root.get(self.root, {})
        return found | {term: FAMILY * weight for term, weight in of_root.items()}

    @property
    def terms(self) -> dict[Term, float]:
        """What tells the phrase, weighted."""
        return {**self.others, **dict.fromkeys(self.own, 1.0)}


def read(words: str, *, exact: bool = False) -> Reading:
    """Read `words` with the lexicon and the indexed vocabulary; with `exact`, as they are (endings and accents apart)."""
    typed = analysis.tokens(words, join_hyphens=False)[:MAX_WORDS]
    if not typed:
        return Reading(())
    pairs = {first.word + second.word for first, second in pairwise(typed)}
    indexed = vocabulary.stems_of_words(pairs.union(token.word for token in typed))
    if exact:
        return Reading(_concepts([_phrase([token], indexed, {}) for token in typed], relatives=False))
    mended, corrected = mending.mend(typed, indexed)
    for word, instead in corrected.items():
        words = spelling.replace_word(words, word, instead)
    return Reading(_concepts(list(_phrases(mended, indexed)), relatives=True), words if corrected else None)


def _phrases(typed: Sequence[Token], indexed: Mapping[str, list[str]]) -> Iterator[_Phrase]:
    """Yield the longest terms of the lexicon, pairs that listings write in one piece, and the words that are in neither."""
    known = lexicon.default()
    typed = [known.words.get(token.word, token) for token in typed]
    stems = [token.stem for token in typed]
    position = 0
    while position < len(typed):
        length, others = known.match(stems, position)
        if length < 2 and "".join(token.word for token in typed[position : position + 2]) in indexed:
            length = len(typed[position : position + 2])
        yield _phrase(typed[position : position + max(length, 1)], indexed, others)
        position += max(length, 1)


def _phrase(
    words: Sequence[Token], indexed: Mapping[str, list[str]], others: Mapping[Term, float]
) -> _Phrase:
    """Return words that go together, also in one piece ("mini pelle") or with the accents they were typed without."""
    own = [tuple(token.stem for token in words)]
    own += [(stem,) for stem in indexed.get("".join(token.word for token in words), ())]
    return _Phrase(tuple(words), tuple(dict.fromkeys(own)), others)


def _concepts(phrases: Sequence[_Phrase], *, relatives: bool) -> tuple[Concept, ...]:
    """Weigh the phrases, rarest first; weak words are required only when there are no others."""
    roots = {root for phrase in phrases if relatives and (root := phrase.root)}
    stems = {stem for phrase in phrases for term in (*phrase.terms, *phrase.near) for stem in term}
    found = vocabulary.families(stems, roots)
    concepts = {phrase.own: _concept(phrase, found, relatives=relatives) for phrase in phrases}
    if not any(concept.required for concept in concepts.values()):
        return tuple(replace(concept, required=True) for concept in concepts.values())
    return tuple(sorted(concepts.values(), key=lambda concept: -concept.rarity))


def _concept(phrase: _Phrase, found: Families, *, relatives: bool) -> Concept:
    """Return the phrase with those of its terms that some listing holds; the rest would only slow the search."""
    own = tuple(term for term in phrase.own if _listings(term, found))
    others = {
        term: weight for term, weight in phrase.others.items() if term not in own and _listings(term, found)
    }
    near = phrase.near | {(stem,): FAMILY for stem in found.stems_of.get(phrase.root, [])[:_MAX_FAMILY]}
    if not relatives:
        near = {}
    return Concept(
        own=own,
        others=others,
        near={
            term: weight
            for term, weight in near.items()
            if term not in own and term not in others and _listings(term, found)
        },
        required=any(token.word not in WEAK_WORDS for token in phrase.tokens),
        rarity=_rarity(max((_listings(term, found) for term in own or others), default=0)),
    )


def _rarity(listings: int) -> float:
    """Return how much a term says that so many listings hold: 1 for none, a half for nine, a quarter for a thousand."""
    return 1 / (1 + math.log10(1 + listings))


def _listings(term: Term, found: Families) -> int:
    """Return at most how many listings have all words of `term`."""
    return min(found.listings.get(stem, 0) for stem in term)
