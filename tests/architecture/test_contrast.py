"""The colours of the style sheet reach the contrast of WCAG 2.2, in light and in dark: computed from the tokens.

Text on its background 7:1 (1.4.6, AAA), text in colour 4.5:1 (1.4.3), edges of controls, focus and plots 3:1 (1.4.11).
"""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parents[2] / "static" / "app.css").read_text()
_BLOCK = re.compile(r":root \{(.*?)\}", re.DOTALL)
_TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")

TEXT, COLOURED, SHAPE = 7.0, 4.5, 3.0
GROUNDS = ("paper", "card", "sunk")
TONES = ("offer", "need", "ok", "warn", "bad", "info")
WANTED = [
    *(("ink", ground, TEXT) for ground in (*GROUNDS, *(f"{tone}-bg" for tone in TONES))),
    *(("soft", ground, TEXT) for ground in GROUNDS),
    *((tone, f"{tone}-bg", TEXT) for tone in TONES),
    *(("bad", ground, COLOURED) for ground in GROUNDS),
    *(("primary", ground, COLOURED) for ground in GROUNDS),
    *(("primary-deep", ground, COLOURED) for ground in GROUNDS),
    ("on-primary", "primary", COLOURED),
    ("on-primary", "primary-deep", COLOURED),
    *(("edge", ground, SHAPE) for ground in ("paper", "card")),
    *(("focus", ground, SHAPE) for ground in GROUNDS),
    *(("ochre", ground, SHAPE) for ground in ("paper", "card")),
    ("need", "need-bg", SHAPE),
    ("primary", "offer-bg", SHAPE),
]


def themes() -> dict[str, dict[str, str]]:
    """Return the tokens of both themes; the dark one changes some of the light one."""
    light, dark, *_ = (dict(_TOKEN.findall(block)) for block in _BLOCK.findall(SHEET))
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rgb`` or ``#rrggbb`` (WCAG 2.2, definition)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_reach_their_contrast(theme: str) -> None:
    tokens = themes()[theme]
    low = [
        f"{front} on {back}: {ratio:.2f}, at least {wanted}"
        for front, back, wanted in WANTED
        if (ratio := contrast(tokens[front], tokens[back])) < wanted
    ]
    assert not low, "\n".join(low)


def test_white_text_stands_on_the_band_of_both_themes() -> None:
    assert all(contrast("#fff", tokens["band"]) >= TEXT for tokens in themes().values())


def test_the_measure_itself() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)
