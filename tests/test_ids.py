"""Identifiers: of one shape, unlike each other, in the order of time."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from barterweb import clock
from barterweb.ids import id_of, new_id, valid_id

WORDS = "0123456789abcdefghjkmnpqrstvwxyz"
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_an_id_is_its_prefix_and_26_characters() -> None:
    made = new_id("trd")
    assert made.startswith("trd_")
    assert len(made) == 30
    assert set(made.removeprefix("trd_")) <= set(WORDS)
    assert valid_id(made, "trd")


def test_ten_thousand_ids_differ() -> None:
    assert len({new_id("trd") for _ in range(10_000)}) == 10_000


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_the_body_holds_the_milliseconds_then_the_number(milliseconds: int, number: int) -> None:
    value = 0
    for character in id_of("trd", milliseconds, number).removeprefix("trd_"):
        value = value * 32 + WORDS.index(character)
    assert (value >> 80, value % 2**80) == (milliseconds, number)


@given(moments, moments)
def test_ids_sort_as_the_moments_they_were_made_at(first: datetime, second: datetime) -> None:
    with clock.at(first):
        one = new_id("trd")
    with clock.at(second):
        other = new_id("trd")
    if abs(first - second) >= timedelta(milliseconds=2):
        assert (one < other) == (first < second)


@pytest.mark.parametrize(
    "wrong",
    [
        "", "trd", "trd_", "cmp_01k9xf8m3v5w7r2q4t6y8z0abc", "trd_01k9xf8m3v5w7r2q4t6y8z0ab",
        "trd_01K9XF8M3V5W7R2Q4T6Y8Z0ABC", "trd_01k9xf8m3v5w7r2q4t6y8z0abcd", "trd_81k9xf8m3v5w7r2q4t6y8z0abc",
        "trd_01k9xf8m3v5w7r2q4t6y8z0abi",
        "trd_01k9xf8m3v5w7r2q4t6y8z0ab\n", "trd_01k9xf8m3v5w7r2q4t6y8z0abc\n", "trd_०1k9xf8m3v5w7r2q4t6y8z0abc", " trd_",
    ],
)  # fmt: skip
def test_anything_of_another_shape_is_no_id(wrong: str) -> None:
    assert not valid_id(wrong, "trd")


def test_an_address_with_a_malformed_id_does_not_exist(app: Flask) -> None:
    app.add_url_rule('/essai/<id("trd"):trade_id>', "essai", lambda trade_id: trade_id)
    adapter = app.url_map.bind("localhost")
    good = new_id("trd")
    assert adapter.match(f"/essai/{good}") == ("essai", {"trade_id": good})
    for wrong in ("1", good.upper(), f"{good}x", new_id("cmp"), "trd_%00"):
        assert not adapter.test(f"/essai/{wrong}")
