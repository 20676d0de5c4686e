"""Misspelt words: which indexed words they meet, which one is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb.listings.search import spelling
from barterweb.listings.search.spelling import Candidate

WORDS = (
    "nettoyage",
    "chaudronnerie",
    "photographe",
    "imprimerie",
    "menuiserie",
    "plomberie",
    "traduction",
    "pieces",
    "cablage",
)
short_words = st.text(alphabet="abcde", max_size=7)


def candidates(*words: str) -> list[Candidate]:
    return [Candidate(word, word, 1) for word in words]


def meant(typed: str) -> str | None:
    """Return the word of `WORDS` that is meant, if a database could find it by its keys."""
    found = spelling.best(
        typed, [known for known in candidates(*WORDS) if spelling.keys(typed) & spelling.keys(known.word)]
    )
    return found and found.word


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("netoyage", "nettoyage"),
        ("nettoiage", "nettoyage"),
        ("nettoayge", "nettoyage"),
        ("chodronerie", "chaudronnerie"),
        ("chaudronerrie", "chaudronnerie"),
        ("fotografe", "photographe"),
        ("imprimmerie", "imprimerie"),
        ("menuisrie", "menuiserie"),
        ("plonberie", "plomberie"),
        ("traductoin", "traduction"),
        ("peices", "pieces"),
        ("kablage", "cablage"),
    ],
)
def test_a_slip_a_doubled_letter_or_a_spelling_by_ear_is_understood(typed: str, word: str) -> None:
    assert meant(typed) == word


@pytest.mark.parametrize("typed", ["jardinage", "portes", "plombs", "imprimantes", "zzz"])
def test_another_word_is_not_taken_for_a_misspelt_one(typed: str) -> None:
    assert meant(typed) is None


def test_numbers_and_short_words_have_no_keys() -> None:
    assert spelling.keys("cnc") == set()
    assert spelling.keys("20m2") == set()


def test_what_sounds_alike_comes_before_what_looks_alike_then_the_commoner_word() -> None:
    assert spelling.best("fotos", candidates("motos", "photos")) == Candidate("photos", "photos", 1)
    common = Candidate("portes", "portes", 30)
    assert spelling.best("porfes", [Candidate("pordes", "pordes", 2), common]) == common


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "ab", 1),
        ("abc", "abd", 1),
        ("abc", "acb", 1),
        ("abcd", "badc", 2),
        ("abc", "xyz", 3),
    ],
)
def test_the_distance_counts_letters_added_dropped_changed_or_swapped(a: str, b: str, apart: int) -> None:
    assert spelling.distance(a, b, 3) == apart


@given(short_words, short_words)
def test_the_distance_is_symmetrical_and_says_no_more_than_its_limit(a: str, b: str) -> None:
    whole = spelling.distance(a, b, 10)
    assert whole == spelling.distance(b, a, 10)
    assert (whole == 0) == (a == b)
    assert whole >= abs(len(a) - len(b))
    assert spelling.distance(a, b, 2) == min(whole, 3)


@given(st.sampled_from(WORDS), st.data())
def test_any_single_slip_meets_its_word_by_a_key(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    for typed in (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
    ):
        assert spelling.keys(typed) & spelling.keys(word)
        assert spelling.distance(typed, word, 1) <= 1


def test_the_words_typed_stay_as_they_were_but_for_the_corrected_one() -> None:
    assert (
        spelling.replace_word("Le Nétoyage, des bureaux", "netoyage", "nettoyage")
        == "Le nettoyage, des bureaux"
    )
