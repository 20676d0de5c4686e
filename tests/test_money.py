"""Amounts: read as French people type them, printed as they expect, never rounded by accident."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb.money import MAX_CENTS, Credits, InvalidAmount, format_cents, parse_amount, share_bp, vat_of

amounts = st.integers(1, MAX_CENTS)
rates = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("6000", 600_000),
        ("6 000,00", 600_000),
        ("6\u202f000,00", 600_000),
        ("6\u00a0000,00\u00a0B", 600_000),
        ("1234.5", 123_450),
        (" 1 234,50 ", 123_450),
        ("0,01", 1),
        ("12 €", 1_200),
        ("12B", 1_200),
        ("10 000 000 000,00", MAX_CENTS),
        ("007", 700),
    ],
)
def test_amounts_are_read_as_french_people_type_them(typed: str, cents: int) -> None:
    assert parse_amount(typed) == Credits(cents)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", ",", "B", "0", "0,00", "-5", "+5", "\u22125", "1e3", "1E3", "0x10", "1_000", "1,2,3", "1.000,00", "0,005",
        "12,", ",5", "1 00", "12 34,00", "1  000", "١٢", "１２", "½", "NaN", "inf", "Infinity", "12 €€", "B 12", "12\n13",
        "10 000 000 000,01", "9" * 40, "12;13", "1/2", "\x0012",
    ],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(typed)


@given(st.text(max_size=20))
def test_whatever_is_typed_gives_an_amount_within_bounds_or_a_refusal(typed: str) -> None:
    try:
        cents = parse_amount(typed).cents
    except InvalidAmount:
        return
    assert 1 <= cents <= MAX_CENTS
    assert all(character in "0123456789" for character in typed if character.isdigit())


@given(amounts)
def test_what_is_printed_is_read_back_the_same(cents: int) -> None:
    assert parse_amount(format_cents(cents)).cents == cents


def test_amounts_are_printed_with_french_typography() -> None:
    assert format_cents(0) == "0,00"
    assert format_cents(5) == "0,05"
    assert format_cents(600_000) == "6\u202f000,00"
    assert format_cents(-123_456) == "\u22121\u202f234,56"
    assert format_cents(MAX_CENTS) == "10\u202f000\u202f000\u202f000,00"
    assert str(Credits(-1)) == "\u22120,01"


def test_credits_add_subtract_negate_and_compare() -> None:
    assert Credits(150) + Credits(50) - Credits(300) == -Credits(100)
    assert Credits(-1) < Credits(0) < Credits(1)
    assert not Credits(0)
    assert Credits(-1)


@pytest.mark.parametrize("wrong", [1.0, "1", True, None, Decimal(1)])
def test_credits_are_made_of_integers_only(wrong: object) -> None:
    with pytest.raises(TypeError):
        Credits(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cents", "rate_bp", "share"),
    [
        (600_000, 500, 30_000),
        (10, 500, 1),
        (9, 500, 0),
        (-10, 500, -1),
        (1, 5_000, 1),
        (-1, 5_000, -1),
        (333, 2_000, 67),
    ],
)
def test_shares_are_rounded_half_up_away_from_zero(cents: int, rate_bp: int, share: int) -> None:
    assert share_bp(cents, rate_bp) == share


@given(amounts, rates)
def test_a_share_is_within_half_a_cent_of_the_exact_one_and_mirrors_its_sign(
    cents: int, rate_bp: int
) -> None:
    exact = Decimal(cents) * rate_bp / 10_000
    assert abs(share_bp(cents, rate_bp) - exact) <= Decimal("0.5")
    assert share_bp(-cents, rate_bp) == -share_bp(cents, rate_bp)


@given(amounts, st.sampled_from([0, 210, 550, 1_000, 2_000]))
def test_vat_is_what_an_accountant_computes(net_cents: int, rate_bp: int) -> None:
    by_hand = (Decimal(net_cents) / 100 * Decimal(rate_bp) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(vat_of(net_cents, rate_bp)) / 100 == by_hand
