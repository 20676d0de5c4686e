"""What identifies a company: SIRET, VAT number, département; and folded text."""

import pytest

from barterweb.members.errors import NotASiret, NotAVatNumber
from barterweb.members.facts import (
    SIZE_BANDS,
    department_of,
    fold,
    read_siret,
    read_vat_number,
    vat_number_of,
)
from tests import build_members as build


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("73282932000074", "73282932000074"),
        ("732 829 320 00074", "73282932000074"),
        (" 732\u00a0829\u202f320 00074 ", "73282932000074"),
        ("732.829.320.00074", "73282932000074"),
        ("35600000000048", "35600000000048"),  # La Poste's head office: Luhn
        ("356 000 000 49837", "35600000049837"),  # an establishment of La Poste: digit sum, not Luhn
    ],
)
def test_a_siret_is_read_with_or_without_spaces(typed: str, digits: str) -> None:
    assert read_siret(typed) == digits


@pytest.mark.parametrize(
    ("typed", "problem", "digits"),
    [
        ("7328293200007", "length", 13),
        ("732829320000744", "length", 15),
        ("732829320", "length", 9),
        ("", "length", 0),
        ("73282932000075", "key", 14),
        ("73282932000047", "key", 14),  # two digits swapped
        ("35600000049838", "key", 14),  # digit sum 46 + 1
        ("00000000000001", "key", 14),
        ("7328293200007O", "characters", 13),
        ("FR732829320", "characters", 9),
        ("-73282932000074", "characters", 14),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "characters", 0),  # digits of another script
        ("7328\x002932000074", "characters", 14),
        ("7" * 10_000, "length", 10_000),
    ],
)
def test_what_is_no_siret_is_refused_with_its_reason(typed: str, problem: str, digits: int) -> None:
    with pytest.raises(NotASiret) as refusal:
        read_siret(typed)
    assert (refusal.value.problem, refusal.value.digits) == (problem, digits)


def test_builders_sirets_are_valid_and_different() -> None:
    made = {build.siret() for _ in range(50)}
    assert {read_siret(siret) for siret in made} == made
    assert len(made) == 50


def test_the_vat_number_is_computed_from_the_siren() -> None:
    assert vat_number_of("732829320") == "FR44732829320"


@pytest.mark.parametrize("typed", ["FR44732829320", "fr 44 732 829 320", "44732829320"])
def test_a_vat_number_is_read_as_people_type_it(typed: str) -> None:
    assert read_vat_number(typed, "732829320") == "FR44732829320"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("FR45732829320", "malformed"),  # wrong key
        ("FR40303265045", "company"),  # valid, of another company
        ("DE123456789", "malformed"),
        ("FR", "malformed"),
        ("néant", "malformed"),
        ("FR4473282932", "malformed"),
    ],
)
def test_a_vat_number_must_be_french_and_the_companys_own(typed: str, problem: str) -> None:
    with pytest.raises(NotAVatNumber) as refusal:
        read_vat_number(typed, "732829320")
    assert refusal.value.problem == problem


@pytest.mark.parametrize(
    ("postal_code", "department"),
    [
        ("38000", "Isère"),
        ("01000", "Ain"),
        ("20000", "Corse-du-Sud"),
        ("20137", "Corse-du-Sud"),
        ("20200", "Haute-Corse"),
        ("20600", "Haute-Corse"),
        ("97100", "Guadeloupe"),
        ("97400", "La Réunion"),
        ("97600", "Mayotte"),
        ("95800", "Val-d’Oise"),
        ("96000", None),
        ("99999", None),
        ("00100", None),
        ("98800", None),
        ("3800", None),
        ("380000", None),
        ("38 000", None),
        ("٣٨٠٠٠", None),
        ("", None),
    ],
)
def test_the_departement_follows_from_the_postal_code(postal_code: str, department: str | None) -> None:
    assert department_of(postal_code) == department


def test_folded_words_have_no_accents_ligatures_or_signs() -> None:
    assert fold("  L’Œuvre d’ÉLECTRICITÉ – Saint-Étienne (42) ") == "l oeuvre d electricite saint etienne 42"


@pytest.mark.parametrize(
    "change",
    [
        {"siret": "73282932000075"},
        {"vat_number": "FR40303265045"},
        {"postal_code": "99999"},
        {"size_band": "lots"},
    ],
)
def test_malformed_details_of_a_company_cannot_exist(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not"):
        build.details(**{"siret": "73282932000074", "vat_number": None, **change})


def test_details_know_siren_and_departement() -> None:
    details = build.details(siret="73282932000074", size_band=SIZE_BANDS[0])
    assert (details.siren, details.department) == ("732829320", "Isère")
