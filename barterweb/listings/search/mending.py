"""Words that no listing and no lexicon knows: written in one or two pieces, or misspelt."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from barterweb.listings.search import analysis, lexicon, spelling, vocabulary
from barterweb.listings.search.analysis import Token
from barterweb.listings.search.words import WEAK_WORDS

_SHORTEST_HALF = 3


def mend(typed: Sequence[Token], indexed: Mapping[str, list[str]]) -> tuple[list[Token], dict[str, str]]:
    """Return the words to search, and what was corrected: word typed (folded) → word searched (as written).

    `indexed` tells the stems of the indexed words among those typed and their neighbours in one piece. A known word is
    never corrected, nor is one with an indexed relative (soudeur when listings say soudage); joining "photo voltaïque" or
    parting "minipelle" is no correction.
    """
    typed = list(_joined(typed, indexed))
    doubtful = _doubtful([token for token in typed if not _is_known(token.word, indexed)])
    if not doubtful:
        return typed, {}
    meant = _meant(doubtful)
    parted = _parted(doubtful - meant.keys())
    mended = [
        searched for token in typed for searched in meant.get(token.word) or parted.get(token.word) or [token]
    ]
    return mended, {word: found.shown for word, (found,) in meant.items()}


def _is_known(word: str, indexed: Mapping[str, list[str]]) -> bool:
    return word in indexed or word in lexicon.default().words or word in WEAK_WORDS


def _joined(typed: Sequence[Token], indexed: Mapping[str, list[str]]) -> Iterator[Token]:
    """Yield neighbours in one piece where that is a known word and one of them is none."""
    position = 0
    while position < len(typed):
        token, *following = typed[position : position + 2]
        position += 1
        if following and not all(_is_known(part.word, indexed) for part in (token, *following)):
            joined = token.word + following[0].word
            if joined in indexed or joined in lexicon.default().words:
                token = Token(
                    token.shown + following[0].shown, joined, analysis.stem(token.shown + following[0].shown)
                )
                position += 1
        yield token


def _doubtful(strangers: Sequence[Token]) -> set[str]:
    """Return those of `strangers` without an indexed relative; numbers and acronyms are not doubted."""
    strangers = [token for token in strangers if spelling.keys(token.word)]
    if not strangers:
        return set()
    roots = {analysis.root(token.word) for token in strangers} - {""}
    found = vocabulary.families({token.stem for token in strangers}, roots)
    return {
        token.word
        for token in strangers
        if token.stem not in found.listings and analysis.root(token.word) not in found.stems_of
    }


def _meant(doubtful: Collection[str]) -> dict[str, list[Token]]:
    """Return the word meant by each doubtful one, where there is one."""
    keys = {word: spelling.keys(word) for word in doubtful}
    candidates = vocabulary.candidates(set().union(*keys.values()))
    found = {}
    for word in doubtful:
        from_lexicon = {known for key in keys[word] for known in lexicon.default().of_key.get(key, ())}
        if nearest := spelling.best(word, [*candidates, *from_lexicon]):
            found[word] = [Token(nearest.shown, nearest.word, analysis.stem(nearest.shown))]
    return found


def _parted(doubtful: Collection[str]) -> dict[str, list[Token]]:
    """Return the two indexed words that each doubtful one is made of, where there are such."""
    halves = {
        word: [(word[:cut], word[cut:]) for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)]
        for word in doubtful
    }
    indexed = vocabulary.stems_of_words(
        {half for pairs in halves.values() for pair in pairs for half in pair}
    )
    return {
        word: [Token(half, half, indexed[half][0]) for half in pair]
        for word, pairs in halves.items()
        for pair in pairs
        if pair[0] in indexed and pair[1] in indexed
    }
