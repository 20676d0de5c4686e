"""From French text to what is stored and compared: tokens with a stem and a root. Pure, the same for both databases.

Order matters: a word is stemmed as it was written, *then* its accents are folded. Folding first would split the words of
one family ("géomètre", "géométrique") into different stems. Keys hold only ``a-z 0-9 _``, so that no database splits
or folds them again.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from barterweb.listings.search.words import STOP_WORDS, UNIT_OF

MAX_TOKENS = 2_000
"""Tokens read of one text; a listing holds a few hundred."""

LONGEST = 40
"""Longer "words" are addresses or noise, and longer keys than indexes take: they are left out."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
_SIGNS = str.maketrans(
    dict.fromkeys("’ʼ‘`´", "'")
    | dict.fromkeys("‐‑", "-")
    | dict.fromkeys("\u00a0\u202f\u2009", " ")
    | {"²": "2", "³": "3"}
)

_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)", re.IGNORECASE)
_DOTTED_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_AMPERSAND = re.compile(r"\b([a-z])\s?&\s?([a-z])\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_GLUED_NUMBER = re.compile(r"\b([^\W\d_]{2,})(\d{3,})\b")
_WRITTEN = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)(?P<unit>[^\W\d_]\w*)?|[^\W_]+(?:-[^\W_]+)*")

_ENDINGS = sorted(
    (
        "abilite icite isation isateur isatrice iseur iser ise ification ificateur icien icienne ateur atrice ation"
        " atif ative ition iteur itrice ement ance ence euse eur eux erie trice rice ion age ure iste isme etique"
        " ique ue able ible ien ienne ier iere er oir oire ante ant ente ent ee ie ir e"
    ).split(),
    key=len,
    reverse=True,
)
_SHORTEST_ROOT = 4

_stemmer = snowballstemmer.stemmer("french")
_stemmer_lock = threading.Lock()  # the stemmer keeps the word at hand in itself


@dataclass(frozen=True, slots=True)
class Token:
    """One word: as written (in lower case), folded, and by its stem."""

    shown: str
    word: str
    stem: str


def tokens(text: str, *, join_hyphens: bool) -> list[Token]:
    """Return the words of `text` in order, stop words left out.

    A hyphenated word gives its parts and, with `join_hyphens`, itself in one piece too: a listing that says "mini-pelle"
    is found by "minipelle" and by "mini pelle".
    """
    found: list[Token] = []
    for written in _words(text):
        parts = written.split("-")
        found.extend(_token(part) for part in parts if len(parts) == 1 or fold(part) not in STOP_WORDS)
        if join_hyphens and len(parts) > 1:
            found.append(_token("".join(parts)))
        if len(found) >= MAX_TOKENS:
            break
    return [token for token in found[:MAX_TOKENS] if 0 < len(token.stem) <= LONGEST >= len(token.word)]


def fold(text: str) -> str:
    """Return `text` in lower case without accents, ligatures or anything but ``a-z 0-9 _``."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES)) if c in _PLAIN
    )


def fold_place(name: str) -> str:
    """Return the key of a town or département, alike for "St-Étienne" and "SAINT ETIENNE", for "Lyon 3e" and "Lyon"."""
    spelt_out = {"st": "saint", "ste": "sainte"}
    parts = [fold(part) for part in re.split(r"[\W_]+", name)]
    named = [
        spelt_out.get(part, part) for part in parts if part and part != "cedex" and not part[0].isdigit()
    ]
    return " ".join(named or parts)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the folded stem of a lower-case word; numbers and words of up to three letters stay whole."""
    if len(word) <= 3 or any(c.isdigit() for c in word):
        return fold(word)
    with _stemmer_lock:
        return fold(_stemmer.stemWord(word))


@lru_cache(maxsize=50_000)
def root(word: str) -> str:
    """Return what a folded word shares with its derived forms, "" when too short: soudeur, soudage, soudure → ``soud``.

    Coarser than a stem and sometimes wrong (traiteur, traitement), so it only serves to find what comes close.
    """
    if any(c.isdigit() for c in word):
        return ""
    base = word[:-1] if len(word) > _SHORTEST_ROOT and word[-1] in "sx" else word
    for ending in _ENDINGS:
        if base.endswith(ending) and len(base) - len(ending) >= _SHORTEST_ROOT:
            return base[: -len(ending)]
    return base if len(base) >= _SHORTEST_ROOT else ""


def _words(text: str) -> Iterator[str]:
    """Yield lower-case words, hyphens inside; a number swallows the unit after it ("2,5 tonnes" → ``2_5t``)."""
    plain = _plain(text)
    shouting = plain.isupper() and " " in plain.strip()
    number = ""
    for match in _WRITTEN.finditer(plain):
        written = match[0]
        if number:
            unit = UNIT_OF.get(fold(written), "")
            yield number + unit
            number = ""
            if unit:
                continue
        if match["number"]:
            number = match["number"].replace(",", "_").replace(".", "_")
            if match["unit"]:
                yield number + UNIT_OF.get(fold(match["unit"]), match["unit"].lower())
                number = ""
        elif fold(written) not in STOP_WORDS or (_is_acronym(written) and not shouting):
            yield written.lower()
    if number:
        yield number


def _plain(text: str) -> str:
    """Return `text` with one sign for each apostrophe, space and hyphen, without elisions, acronyms in one piece."""
    plain = unicodedata.normalize("NFC", text).translate(_SIGNS)
    plain = _DOTTED_ACRONYM.sub(lambda match: match[0].replace(".", ""), plain)
    plain = _AMPERSAND.sub(r"\1\2", plain)
    plain = _THOUSANDS.sub("", plain)
    plain = _GLUED_NUMBER.sub(r"\1 \2", plain)
    return _ELISION.sub(" ", plain)


def _is_acronym(written: str) -> bool:
    """Tell "CE" from "ce": two capitals or more."""
    return len(written) > 1 and written.isupper()


def _token(written: str) -> Token:
    return Token(written, fold(written), stem(written))
