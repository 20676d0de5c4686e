"""Plain values of framed pages: how one looks, what its feeds tell, which colours can be seen, who may frame it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from barterweb.embeds.errors import NotAnOrigin, TooManyOrigins

MAX_ROWS = 20
MAX_ORIGINS = 20
KINDS = ("both", "offer", "need")
THEMES = ("clair", "sombre", "auto")

_SIDES = {"clair": ("light",), "sombre": ("dark",), "auto": ("light", "dark")}
BACKGROUNDS = {"light": "ffffff", "dark": "17211d"}
DEFAULT_ACCENTS = {"light": "0b5d4e", "dark": "82d8c0"}
_LEAST_CONTRAST = 3
"""WCAG 2.2, 1.4.11: the accent draws lines, never letters."""

USUAL_WIDTH = 600
"""Of the frame, in pixels, where the site that embeds it by oEmbed names no limit."""

SLUG = re.compile(r"[a-z0-9-]{1,40}")
_PAGE = re.compile(rf"/integration/({SLUG.pattern})/annonces")

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_OWN_MACHINE = ("localhost", "127.0.0.1")
_USUAL_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Look:
    """What a framed page shows and how: number of listings, kind, accent as six hexadecimal digits (empty: ours), theme."""

    rows: int = 6
    kind: str = "both"
    accent: str = ""
    theme: str = "auto"

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= MAX_ROWS or self.kind not in KINDS or self.theme not in THEMES:
            raise ValueError(f"no framed page looks like {self}")
        if self.accent and re.fullmatch(r"[0-9a-f]{6}", self.accent) is None:
            raise ValueError(f"{self.accent!r} is no colour")

    @property
    def listing_kind(self) -> str | None:
        """The kind of listing shown, None for both."""
        return None if self.kind == "both" else self.kind

    @property
    def sides(self) -> tuple[str, ...]:
        """The backgrounds a visitor may get, the first one by default."""
        return _SIDES[self.theme]

    @property
    def accents(self) -> dict[str, str]:
        """The accent used on each side: the one asked for where it can be seen, else ours."""
        return {side: self._accent_on(side) for side in self.sides}

    @property
    def sides_without_accent(self) -> tuple[str, ...]:
        """The sides on which the accent asked for would not be seen."""
        return tuple(side for side in self.sides if self.accent and self._accent_on(side) != self.accent)

    @property
    def height(self) -> int:
        """A height in pixels that suits one column, for sites that leave out the script that measures."""
        return 130 + 90 * self.rows

    def parameters(self) -> dict[str, Any]:
        """Return the query parameters that ask for this look, without those that only repeat the defaults."""
        wanted = {
            "n": self.rows,
            "type": self.kind,
            "couleur": self.accent,
            "theme": self.theme,
        }
        usual = {"n": 6, "type": "both", "couleur": "", "theme": "auto"}
        return {name: value for name, value in wanted.items() if value != usual[name]}

    def choice(self) -> dict[str, Any]:
        """Return those of the query parameters that say which listings are shown: what feeds are asked with."""
        return {name: value for name, value in self.parameters().items() if name in {"n", "type"}}

    def fitted(self, most_width: int | None, most_height: int | None) -> tuple[int, int]:
        """Return width and height in pixels within what the site that embeds the page allows; None sets no limit."""
        return most_width or USUAL_WIDTH, min(self.height, most_height or self.height)

    def _accent_on(self, side: str) -> str:
        seen = self.accent and contrast(self.accent, BACKGROUNDS[side]) >= _LEAST_CONTRAST
        return self.accent if seen else DEFAULT_ACCENTS[side]


@dataclass(frozen=True, slots=True)
class Item:
    """A listing as feeds tell it. `permalink` names it for ever, `address` also says where the reader comes from."""

    id: str
    permalink: str
    address: str
    title: str
    summary: str
    company: str
    city: str
    category: str
    published_at: datetime
    updated_at: datetime
    expires_on: date


@dataclass(frozen=True, slots=True)
class Feed:
    """The listings of a framed page for readers of feeds: its own address, and that of the page for people."""

    title: str
    address: str
    page: str
    items: Sequence[Item]

    @property
    def updated_at(self) -> datetime:
        """When one of its listings last changed; the epoch when there is none, so that two empty feeds are the same."""
        return max((item.updated_at for item in self.items), default=datetime.fromtimestamp(0, UTC))


def read_address(url: str, site: str) -> tuple[str, list[tuple[str, str]]] | None:
    """Return the cluster's word and the parameters of the address of a framed page of `site`, None for any other address."""
    try:
        asked, ours = urlsplit(url), urlsplit(site)
        parameters = parse_qsl(asked.query, keep_blank_values=True)
    except ValueError:
        return None
    found = _PAGE.fullmatch(asked.path)
    if found is None or (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
        return None
    return found[1], parameters


def contrast(one: str, other: str) -> Decimal:
    """Return the contrast of two colours of six hexadecimal digits, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + Decimal("0.05")) / (darker + Decimal("0.05"))


def _luminance(colour: str) -> Decimal:
    """Relative luminance from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[start : start + 2], 16)) for start in (0, 2, 4))
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


def _linear(channel: int) -> Decimal:
    share = Decimal(channel) / 255
    if share <= Decimal("0.04045"):
        return share / Decimal("12.92")
    return ((share + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


def read_origins(typed: Sequence[str]) -> list[str]:
    """Return the origins in their normal form, each once, in the order given; empty lines are left out.

    Raises `NotAnOrigin` for the first that is none, `TooManyOrigins` beyond `MAX_ORIGINS`.
    """
    origins = list(dict.fromkeys(read_origin(line) for line in typed if line.strip()))
    if len(origins) > MAX_ORIGINS:
        raise TooManyOrigins(MAX_ORIGINS)
    return origins


def read_origin(typed: str) -> str:
    """Return ``https://www.pole.example`` for what a person types or pastes; raises `NotAnOrigin`.

    The result goes into a Content-Security-Policy, hence a strict pattern: ASCII (accents become punycode), no wildcard, no
    address of a machine but one's own. http is for trying on one's own machine only.
    """
    text = typed.strip()
    if "*" in text:
        raise NotAnOrigin(text, "wildcard")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError as error:
        raise NotAnOrigin(text, "host") from error
    if parts.scheme not in _USUAL_PORTS:
        raise NotAnOrigin(text, "scheme")
    if host not in _OWN_MACHINE and _HOST.fullmatch(host) is None:
        raise NotAnOrigin(text, "host")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc:
        raise NotAnOrigin(text, "path")
    if parts.scheme == "http" and host not in _OWN_MACHINE:
        raise NotAnOrigin(text, "insecure")
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, _USUAL_PORTS[parts.scheme]} else "")
