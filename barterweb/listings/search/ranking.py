"""How well a listing answers a search. Pure: a row's stems in, a number out, the same on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass

from barterweb.listings.search.reading import Concept

_TITLE, _BODY, _EXTRA, _LABEL = 1.0, 0.6, 0.3, 0.3
_SCATTERED = 0.7
"""What is left of a compound term's weight when its words stand apart."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A term ready to be looked for in stems padded with spaces."""

    weight: float
    first: str
    together: str
    apart: tuple[str, ...]


class Scorer:
    """Scores listings for one search, from 0 (nothing found) to 1 (every concept by its own name in the title).

    Each concept counts by its best term in its best place only, so that synonyms said twice do not add up; rare concepts
    count more than common ones.
    """

    def __init__(self, concepts: Sequence[Concept]) -> None:
        """Prepare the terms of `concepts`, heaviest first: the first one found in a title ends the comparison."""
        concepts = [concept for concept in concepts if concept.wide_terms]
        self._total = sum(concept.rarity for concept in concepts) or 1
        self._concepts = [
            (
                concept.rarity,
                [
                    _Prepared(
                        weight, f" {term[0]} ", f" {' '.join(term)} ", tuple(f" {stem} " for stem in term)
                    )
                    for term, weight in sorted(concept.weights.items(), key=lambda pair: -pair[1])
                ],
            )
            for concept in concepts
        ]

    def score(self, title: str, body: str, extra: str, label: str) -> float:
        """Return the score of a listing with these stems, to three decimals."""
        whole = f" {title} / {body} / {extra} / {label} "
        places = (
            (_TITLE, f" {title} "),
            (_BODY, f" {body} "),
            (_EXTRA, f" {extra} "),
            (_LABEL, f" {label} "),
        )
        found = sum([rarity * _best(terms, whole, places) for rarity, terms in self._concepts])
        return round(found / self._total, 3)


def _best(terms: Sequence[_Prepared], whole: str, places: Sequence[tuple[float, str]]) -> float:
    best = 0.0
    for term in terms:
        if term.weight <= best:
            break
        if term.first in whole:
            best = max(best, *(term.weight * place * _held(term, stems) for place, stems in places))
    return best


def _held(term: _Prepared, stems: str) -> float:
    """Return 1 when the words of `term` stand together in `stems`, less when they stand apart, 0 when one is missing."""
    if term.together in stems:
        return 1.0
    return _SCATTERED if all(stem in stems for stem in term.apart) else 0.0
