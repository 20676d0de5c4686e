"""The list of a framed page for programs: JSON Feed 1.1, iCalendar. Why by hand: docs/decisions/0138-feeds-and-oembed.md."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from barterweb.embeds.facts import Feed, Item

_LINE_OCTETS = 75
"""RFC 5545, 3.1: longer lines are folded, the break left out."""
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NO_ZONE = (
    ("BEGIN", "VTIMEZONE"), ("TZID", "UTC"), ("BEGIN", "STANDARD"), ("DTSTART", "19700101T000000"),
    ("TZOFFSETFROM", "+0000"), ("TZOFFSETTO", "+0000"), ("END", "STANDARD"), ("END", "VTIMEZONE"),
)  # fmt: skip
"""RFC 5545, 3.4 asks for a component at least; this one shows nothing."""


def json_feed(feed: Feed) -> str:
    """Return the feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": "fr",
        "items": [_json_item(item) for item in feed.items],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _json_item(item: Item) -> dict[str, object]:
    return {
        "id": item.permalink,
        "url": item.address,
        "title": item.title,
        "content_text": item.summary,
        "date_published": item.published_at.isoformat(),
        "date_modified": item.updated_at.isoformat(),
        "authors": [{"name": item.company}],
        "tags": [item.category],
    }


def calendar(feed: Feed) -> str:
    """Return the feed as an iCalendar object (RFC 5545): each listing on its last day, which keeps nobody busy."""
    return "".join(f"{_folded(f'{name}:{value}')}\r\n" for name, value in _calendar_lines(feed))


def _calendar_lines(feed: Feed) -> Iterator[tuple[str, str]]:
    """Yield names and values; NAME and REFRESH-INTERVAL are of RFC 7986, X-… what older readers know."""
    yield "BEGIN", "VCALENDAR"
    yield "VERSION", "2.0"
    yield "PRODID", "-//Barter clusters//Annonces//FR"
    yield "NAME", _text(feed.title)
    yield "X-WR-CALNAME", _text(feed.title)
    yield "REFRESH-INTERVAL;VALUE=DURATION", "PT1H"
    yield "X-PUBLISHED-TTL", "PT1H"
    host = urlsplit(feed.address).hostname
    for item in feed.items:
        yield from _event(item, f"{item.id}@{host}")
    if not feed.items:
        yield from _NO_ZONE
    yield "END", "VCALENDAR"


def _event(item: Item, uid: str) -> Iterator[tuple[str, str]]:
    yield "BEGIN", "VEVENT"
    yield "UID", uid
    yield "DTSTAMP", _moment(item.updated_at)
    yield "LAST-MODIFIED", _moment(item.updated_at)
    yield "CREATED", _moment(item.published_at)
    yield "DTSTART;VALUE=DATE", f"{item.expires_on:%Y%m%d}"
    yield "SUMMARY", _text(f"Dernier jour\u00a0: {item.title}")
    yield "DESCRIPTION", _text(item.summary)
    yield "LOCATION", _text(item.city)
    yield "CATEGORIES", _text(item.category)
    yield "URL", item.address
    yield "TRANSP", "TRANSPARENT"
    yield "END", "VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Return a value of type TEXT (RFC 5545, 3.3.11), without the characters it cannot hold."""
    escaped = re.sub(r"([\\;,])", r"\\\1", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _NO_TEXT.sub("", escaped).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line into pieces of 75 octets at most, never within a character; all but the first begin with a space."""
    pieces, piece, left = [], "", _LINE_OCTETS
    for character in line:
        size = len(character.encode())
        if size > left:
            pieces.append(piece)
            piece, left = "", _LINE_OCTETS - 1
        piece, left = piece + character, left - size
    return "\r\n ".join([*pieces, piece])
