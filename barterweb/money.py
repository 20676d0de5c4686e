"""Amounts of Barter or of euros, always as integer cents (1 Barter = 1 euro = 100 cents).

`Credits` is the value object the ledger takes and gives; tables hold plain integers in columns named ``…_cents``. Decimal
serves to parse, to print and to compute VAT, floats never appear. Rates are integers in basis points (5 % = 500).
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MAX_CENTS = 10**12
"""Largest amount of one operation: ten billion Barters (promise L15 of docs/ledger.md)."""

BASIS_POINTS = 10_000

_THIN_SPACE = "\u202f"
_MINUS = "\u2212"
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+|\d+")
_AMOUNT = re.compile(r"(?P<whole>[0-9 ]+)(?:[.,](?P<cents>[0-9]{1,2}))?")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


class InvalidAmount(ValueError):
    """The text is not an amount between 0,01 and 10 000 000 000,00."""


@dataclass(frozen=True, slots=True, order=True)
class Credits:
    """A signed number of cents."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError(f"cents must be an int, not {type(self.cents).__name__}")

    def __add__(self, other: "Credits") -> "Credits":
        return Credits(self.cents + other.cents)

    def __sub__(self, other: "Credits") -> "Credits":
        return Credits(self.cents - other.cents)

    def __neg__(self) -> "Credits":
        return Credits(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return format_cents(self.cents)


def parse_amount(text: str) -> Credits:
    """Read a positive amount as a French person types it: ``6000``, ``6 000,00``, ``1234.5``, with an optional B or €.

    Raises `InvalidAmount` for anything else: signs, exponents, digits of other scripts, a third decimal, misplaced
    spaces, zero, or more than `MAX_CENTS`.
    """
    cleaned = text.translate(_SPACES).strip()
    if cleaned[-1:] in {"B", "€"}:
        cleaned = cleaned[:-1].rstrip()
    match = _AMOUNT.fullmatch(cleaned)
    if match is None or _GROUPED.fullmatch(match["whole"]) is None:
        raise InvalidAmount(text)
    cents = int(match["whole"].replace(" ", "")) * 100 + int((match["cents"] or "").ljust(2, "0"))
    if not 1 <= cents <= MAX_CENTS:
        raise InvalidAmount(text)
    return Credits(cents)


def format_cents(cents: int) -> str:
    """Print cents in French: ``-123456`` → ``−1 234,56`` (U+2212 minus, U+202F between thousands)."""
    whole, rest = divmod(abs(cents), 100)
    sign = _MINUS if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", _THIN_SPACE) + f",{rest:02d}"


def share_bp(cents: int, rate_bp: int) -> int:
    """Return `rate_bp` basis points of `cents`, rounded half up (away from zero), in cents."""
    return int((Decimal(cents) * rate_bp / BASIS_POINTS).quantize(Decimal(1), ROUND_HALF_UP))


def vat_of(net_cents: int, rate_bp: int) -> int:
    """Return the VAT in cents on an amount excl. VAT, rounded half up once per rate (BOI-TVA-DECLA-20-20-10)."""
    return share_bp(net_cents, rate_bp)
