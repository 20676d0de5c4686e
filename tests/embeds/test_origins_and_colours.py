"""What may frame a page, and which colours can be seen on it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb.embeds.errors import NotAnOrigin, TooManyOrigins
from barterweb.embeds.facts import (
    BACKGROUNDS,
    DEFAULT_ACCENTS,
    MAX_ORIGINS,
    Look,
    contrast,
    read_origin,
    read_origins,
)

COLOURS = st.text("0123456789abcdef", min_size=6, max_size=6)


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.axelera.example", "https://www.axelera.example"),
        ("  HTTPS://WWW.Axelera.Example/  ", "https://www.axelera.example"),
        ("https://axelera.example:443", "https://axelera.example"),
        ("https://axelera.example:8443", "https://axelera.example:8443"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:5500/", "http://127.0.0.1:5500"),
    ],
)
def test_an_origin_is_kept_in_the_form_browsers_compare(typed: str, origin: str) -> None:
    assert read_origin(typed) == origin


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("www.axelera.example", "scheme"),
        ("ftp://axelera.example", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("'self'", "scheme"),
        ("http://axelera.example", "insecure"),
        ("http://localhost.axelera.example", "insecure"),
        ("https://*.axelera.example", "wildcard"),
        ("*", "wildcard"),
        ("https://axelera.example/agenda", "path"),
        ("https://axelera.example?x=1", "path"),
        ("https://axelera.example#haut", "path"),
        ("https://qui:secret@axelera.example", "path"),
        ("https://", "host"),
        ("https://axelera", "host"),
        ("https://10.0.0.1", "host"),
        ("https://[::1]", "host"),
        ("https://axelera.example:99999", "host"),
        ("https://axelera.example:port", "host"),
        ("https://axelera.example; script-src https://mal.example", "host"),
        ("https://axelera.example, https://mal.example", "host"),
        ("https://axelera.example https://mal.example", "host"),
        ("https://-axelera.example", "host"),
        ("https://axelera..example", "host"),
        (f"https://{'a' * 64}.example", "host"),
    ],
)
def test_what_is_no_origin_is_refused_with_what_is_wrong(typed: str, problem: str) -> None:
    with pytest.raises(NotAnOrigin) as refused:
        read_origin(typed)
    assert refused.value.problem == problem


@given(
    st.text(max_size=60) | st.text(string.ascii_letters + ".:/;, '*", max_size=40).map("https://{}".format)
)
def test_nothing_that_is_accepted_can_add_to_a_policy(typed: str) -> None:
    try:
        origin = read_origin(typed)
    except NotAnOrigin:
        return
    assert set(origin) <= set(string.ascii_lowercase + string.digits + ".-:/")
    assert read_origin(origin) == origin


def test_lists_lose_blank_lines_and_repetitions_and_have_a_limit() -> None:
    assert read_origins(["https://a.example", "", "  ", "https://A.example/", "https://b.example"]) == [
        "https://a.example",
        "https://b.example",
    ]
    many = [f"https://s{number}.example" for number in range(MAX_ORIGINS + 1)]
    assert len(read_origins(many[:-1])) == MAX_ORIGINS
    with pytest.raises(TooManyOrigins):
        read_origins(many)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("000000", "ffffff") == 21
    assert contrast("777777", "777777") == 1
    assert round(contrast("767676", "ffffff"), 2) == round(contrast("ffffff", "767676"), 2)
    assert str(round(contrast("767676", "ffffff"), 2)) == "4.54", "the lightest grey of WCAG's examples"


def test_our_own_accents_can_be_seen() -> None:
    for side, accent in DEFAULT_ACCENTS.items():
        assert contrast(accent, BACKGROUNDS[side]) >= 7


@given(COLOURS, st.sampled_from(["clair", "sombre", "auto"]))
def test_whatever_the_colour_asked_for_the_one_used_can_be_seen(colour: str, theme: str) -> None:
    look = Look(accent=colour, theme=theme)
    for side, accent in look.accents.items():
        assert contrast(accent, BACKGROUNDS[side]) >= 3
        assert (accent != colour) == (side in look.sides_without_accent)


def test_a_colour_may_be_seen_on_one_side_only() -> None:
    assert Look(accent="f5e663").sides_without_accent == ("light",)
    assert Look(accent="14231f").sides_without_accent == ("dark",)
    assert Look(accent="f5e663", theme="sombre").sides_without_accent == ()


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"rows": 21}, {"kind": "all"}, {"theme": "rose"}, {"accent": "}body{x:"}]
)
def test_a_look_that_no_page_has_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"look|colour"):
        Look(**wrong)  # type: ignore[arg-type]
