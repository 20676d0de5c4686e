"""What becomes of French text: words, stems, acronyms, numbers with units, towns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb.listings.search import analysis
from barterweb.listings.search.words import STOP_WORDS, WEAK_WORDS


def words(text: str) -> list[str]:
    return [token.word for token in analysis.tokens(text, join_hyphens=False)]


def stems(text: str) -> list[str]:
    return [token.stem for token in analysis.tokens(text, join_hyphens=False)]


@pytest.mark.parametrize(
    "text", ["l'atelier d'usinage", "l’atelier d’usinage", "L´atelier d`usinage", "atelier, usinage"]
)
def test_elisions_fall_whatever_the_apostrophe(text: str) -> None:
    assert words(text) == ["atelier", "usinage"]


@pytest.mark.parametrize("text", ["S.A.V.", "SAV", "sav", "s.a.v."])
def test_an_acronym_is_one_word_with_or_without_dots(text: str) -> None:
    assert stems(text) == ["sav"]


@pytest.mark.parametrize("text", ["R&D", "r & d", "R&D."])
def test_an_ampersand_joins_single_letters(text: str) -> None:
    assert stems(text) == ["rd"]


def test_an_acronym_that_looks_like_a_stop_word_survives_in_capitals() -> None:
    assert words("le marquage CE et ce marquage") == ["marquage", "ce", "marquage"]
    assert words("SI") == ["si"]
    assert words("LE MARQUAGE DE LA PIÈCE") == ["marquage", "piece"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("20 m²", "20m2"),
        ("20m2", "20m2"),
        ("1 000 m²", "1000m2"),
        ("1\u202f000\u00a0m2", "1000m2"),
        ("2,5 tonnes", "2_5t"),
        ("2.5T", "2_5t"),
        ("3D", "3d"),
        ("24 heures", "24h"),
        ("500 kVA", "500kva"),
    ],
)
def test_a_number_keeps_its_unit(text: str, key: str) -> None:
    assert stems(text) == [key]


def test_a_number_before_another_word_stays_alone() -> None:
    assert words("centre 5 axes, norme ISO9001, lot 12") == [
        "centre",
        "5",
        "axes",
        "norme",
        "iso",
        "9001",
        "lot",
        "12",
    ]


def test_short_codes_of_letters_and_digits_stay_whole() -> None:
    assert stems("CO2, A4, B2B, H0") == ["co2", "a4", "b2b", "h0"]


def test_a_hyphenated_word_is_indexed_in_parts_and_in_one_piece() -> None:
    found = analysis.tokens("Mini-pelle", join_hyphens=True)
    assert [token.word for token in found] == ["mini", "pelle", "minipelle"]
    assert words("mini-pelle") == words("mini pelle")
    assert words("sous-traitance") == ["traitance"]


@pytest.mark.parametrize(
    "family",
    [
        "étalonnage étalonnages ETALONNAGES etalonnage",
        "métallique métalliques metallique",
        "journal journaux",
        "granulé granulés",
        "professionnel professionnelle professionnelles",
        "eau eaux",
    ],
)
def test_plural_feminine_capitals_and_missing_accents_share_a_stem(family: str) -> None:
    assert len({analysis.stem(word.lower()) for word in family.split()}) == 1


def test_accents_are_folded_after_stemming_so_that_they_can_still_tell_words_apart() -> None:
    assert analysis.stem("géomètre") == "geometr"
    assert analysis.stem("âgées") == "age"
    assert analysis.fold("Œuvre à façon") == "oeuvreafacon"


@pytest.mark.parametrize(
    "family",
    [
        "soudeur soudeuse soudage soudure souder",
        "nettoyage nettoyer nettoyeur",
        "electricien electrique electricite",
        "mecanicien mecanique",
        "chaudronnier chaudronnerie",
        "renovation renover",
        "comptable comptabilite",
        "imprimeur imprimerie imprimer imprimante",
    ],
)
def test_derived_forms_share_a_root(family: str) -> None:
    assert len({analysis.root(word) for word in family.split()}) == 1


def test_a_root_is_never_a_stump() -> None:
    assert analysis.root("cave") == "cave"
    assert analysis.root("nage") == "nage"
    assert analysis.root("eau") == ""
    assert analysis.root("3d") == ""


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("ST ETIENNE", "saint etienne"),
        ("Ste Foy-lès-Lyon", "sainte foy les lyon"),
        ("Lyon 3e", "lyon"),
        ("Grenoble Cedex 9", "grenoble"),
        ("38", "38"),
        ("Isère", "isere"),
        ("", ""),
    ],
)
def test_towns_and_departments_meet_however_they_are_written(written: str, key: str) -> None:
    assert analysis.fold_place(written) == key


def test_the_lists_of_words_are_folded_and_disjoint() -> None:
    listed = [*STOP_WORDS, *WEAK_WORDS]
    assert [word for word in listed if analysis.fold(word) != word] == []
    assert not STOP_WORDS & WEAK_WORDS


@given(st.text(max_size=200))
def test_any_text_gives_keys_that_no_database_splits(text: str) -> None:
    for token in analysis.tokens(text, join_hyphens=True):
        assert token.stem
        assert set(token.stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
        assert set(token.word) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")


@given(st.text(max_size=100))
def test_reading_a_text_twice_gives_the_same(text: str) -> None:
    assert analysis.tokens(text, join_hyphens=True) == analysis.tokens(text, join_hyphens=True)


def test_a_very_long_text_is_read_in_part() -> None:
    assert len(analysis.tokens("usinage " * 10_000, join_hyphens=True)) == analysis.MAX_TOKENS


def test_an_endless_word_is_left_out() -> None:
    assert words("usinage " + "x" * 5_000 + " et " + "y-" * 100 + "z") == ["usinage", "z"]
