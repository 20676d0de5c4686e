"""Jinja filters: amounts, dates and numbers as a French reader expects them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from barterweb import clock
from barterweb.counts import Count
from barterweb.money import format_cents, share_bp

if TYPE_CHECKING:  # the children that render PDFs use the filters without loading Flask
    from flask import Flask

_NBSP = "\u00a0"
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_MONTHS_SHORT = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()


def amount(cents: int) -> str:
    """``600000`` → ``6 000,00``."""
    return format_cents(cents)


def barter(cents: int) -> str:
    """``600000`` → ``6 000,00 B``."""
    return f"{format_cents(cents)}{_NBSP}B"


def signed_barter(cents: int) -> str:
    """``600000`` → ``+6 000,00 B``."""
    return ("+" if cents > 0 else "") + barter(cents)


def euro(cents: int) -> str:
    """``23500`` → ``235,00 €``."""
    return f"{format_cents(cents)}{_NBSP}€"


def percent_bp(rate_bp: int) -> str:
    """``550`` → ``5,5 %``."""
    whole, rest = divmod(rate_bp, 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}{_NBSP}%"


def day(value: date | datetime) -> str:
    """``2026-08-03`` → ``3 août 2026`` (``1er`` for the first of a month)."""
    on = _date(value)
    return f"{'1er' if on.day == 1 else on.day} {MONTHS[on.month - 1]} {on.year}"


def day_short(value: date | datetime) -> str:
    """``2026-08-03`` → ``03/08/2026``."""
    return _date(value).strftime("%d/%m/%Y")


def waiting(seconds: int) -> str:
    """``90`` → ``2 minutes``: how long to wait, never less than said."""
    minutes = -(-seconds // 60)
    if minutes <= 1:
        return "une minute"
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} heures"


def moment(value: datetime) -> str:
    """An aware moment in Europe/Paris: ``3 août 2026 à 14:05``."""
    return f"{day(value)} à {value.astimezone(clock.PARIS):%H:%M}"


def month(value: date) -> str:
    """``2026-08-03`` → ``août 2026``."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def month_short(value: date) -> str:
    """``2026-08-03`` → ``août``, ``2026-01-31`` → ``janv.``: for axes."""
    return _MONTHS_SHORT[value.month - 1]


def whole(number: int) -> str:
    """``12500`` → ``12 500``; a count that stopped → ``plus de 1 000``."""
    beyond = "plus de\u00a0" if isinstance(number, Count) and number.more else ""
    return beyond + format_cents(number * 100)[:-3]


def file_size(number: int) -> str:
    """Return a number of bytes as French people read it: ``12 ko``, ``1,3 Mo``."""
    if number < 1_000_000:
        return f"{whole(max(1, round(number / 1000)))}\u00a0ko"
    return f"{number / 1_000_000:.1f}".replace(".", ",") + "\u00a0Mo"


def thousandths(number: int) -> str:
    """A quantity in thousandths: ``1500`` → ``1,5``."""
    units, rest = divmod(number, 1000)
    return whole(units) + (f",{rest:03d}".rstrip("0") if rest else "")


def per_thousand(number: int) -> int:
    """A price times a quantity in thousandths, back to cents, rounded half up: ``1500000`` → ``1500``."""
    return share_bp(number, 10)


def siren(text: str) -> str:
    """``732829320`` → ``732 829 320``."""
    return _NBSP.join((text[:3], text[3:6], text[6:9]))


def siret(text: str) -> str:
    """``73282932000074`` → ``732 829 320 00074``."""
    return f"{siren(text)}{_NBSP}{text[9:]}"


FILTERS: tuple[Callable[..., object], ...] = (
    amount,
    barter,
    day,
    day_short,
    euro,
    file_size,
    moment,
    month,
    month_short,
    per_thousand,
    percent_bp,
    signed_barter,
    siren,
    siret,
    thousandths,
    whole,
)


def init_app(app: "Flask") -> None:
    """Give the filters to every template."""
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function


def _date(value: date | datetime) -> date:
    return clock.date_of(value) if isinstance(value, datetime) else value
