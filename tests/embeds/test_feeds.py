"""The same list for programs: Atom, JSON Feed, iCalendar, each read back by the rules of its format."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from xml.etree import ElementTree as ET

import brotli
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from barterweb import clock
from barterweb.embeds import exports
from barterweb.embeds.facts import Feed, Item
from tests.embeds.conftest import Pole, fill, make_pole, publish
from tests.html import parse

PAGE = "/integration/axelera/annonces"
ATOM = "{http://www.w3.org/2005/Atom}"
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
    "ics": "text/calendar; charset=utf-8",
}
PUBLISHED = datetime(2026, 3, 3, 9, tzinfo=UTC)
Get = Callable[..., TestResponse]
Event = dict[str, str]


@pytest.fixture
def get(app: Flask) -> Get:
    """Ask for an address as a program does."""

    def ask(url: str, **headers: str) -> TestResponse:
        return app.test_client().get(
            url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return ask


def read_calendar(text: str) -> tuple[Event, list[Event]]:
    """Read an iCalendar object by RFC 5545: properties of the calendar, then of each event; values unescaped.

    Fails on bare line ends, lines beyond 75 octets, misplaced components, properties met twice or missing.
    """
    assert text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    assert not [line for line in lines if "\r" in line or "\n" in line]
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = text.replace("\r\n ", "").split("\r\n")[:-1]
    inside: list[str] = []
    calendar: Event = {}
    events: list[Event] = []
    components = 0
    for line in unfolded:
        name, colon, value = line.partition(":")
        assert colon, line
        assert re.fullmatch(r"[A-Z-]+(?:;VALUE=(?:DATE|DURATION))?", name), name
        if name == "BEGIN":
            inside.append(value)
            components += 1
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert inside.pop() == value
        elif inside in (["VCALENDAR"], ["VCALENDAR", "VEVENT"]):
            kept = calendar if len(inside) == 1 else events[-1]
            assert name not in kept, f"{name} twice"
            assert not re.search(r"\\(?![\\;,n])", value), value
            kept[name] = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)
    assert not inside
    assert components > 1, "RFC 5545, 3.4: at least one component"
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    for event in events:
        assert {"UID", "DTSTAMP"} <= set(event)
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])
        assert datetime.strptime(event["DTSTART;VALUE=DATE"], "%Y%m%d")  # noqa: DTZ007  a day without a zone
    assert len({event["UID"] for event in events}) == len(events)
    return calendar, events


def read_json(text: str) -> list[dict[str, object]]:
    """Read a JSON Feed by its version 1.1; return its items."""
    feed = json.loads(text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["language"] == "fr"
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_text"] or item["content_html"]
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).tzinfo is not None
        assert all(set(author) <= {"name", "url", "avatar"} for author in item["authors"])
        assert all(isinstance(tag, str) for tag in item["tags"])
    return list(feed["items"])


def read_atom(text: str) -> list[ET.Element]:
    """Read an Atom feed by RFC 4287: what it and its entries must hold, once each; return its entries."""
    root = ET.fromstring(text)  # noqa: S314  our own
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo is not None
        assert element.findtext(f"{ATOM}author/{ATOM}name")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)
    return entries


def titles(ending: str, response: TestResponse) -> list[str]:
    """Return the titles of the listings that a feed tells of, whatever its format."""
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == TYPES[ending]
    if ending == "ics":
        return [event["SUMMARY"].partition("\u00a0: ")[2] for event in read_calendar(response.text)[1]]
    if ending == "json":
        return [str(item["title"]) for item in read_json(response.text)]
    return [entry.findtext(f"{ATOM}title") or "" for entry in read_atom(response.text)]


@pytest.mark.parametrize("ending", TYPES)
def test_a_feed_tells_of_the_listings_that_the_page_shows(
    get: Get, pole: Pole, in_app: Callable[..., object], ending: str
) -> None:
    for number in range(8):
        in_app(publish, pole.member, f"Annonce {number}", "need" if number % 2 else "offer")
    elsewhere = in_app(make_pole, "Minalogic")
    assert isinstance(elsewhere, Pole)
    in_app(publish, elsewhere.member, "Microscopie")
    feed = f"{PAGE}.{ending}"
    assert len(titles(ending, get(feed))) == 6
    assert len(titles(ending, get(f"{feed}?n=20&couleur=e2001a&theme=sombre&utm_source=x"))) == 8
    assert titles(ending, get(f"{feed}?n=2&type=need")) == [
        "Besoin\u00a0: Annonce 7",
        "Besoin\u00a0: Annonce 5",
    ]


def test_an_entry_says_who_what_how_much_and_until_when(
    get: Get, pole: Pole, in_app: Callable[..., str]
) -> None:
    with clock.at(PUBLISHED):
        listing_id = in_app(publish, pole.member, "Fraisage <5 axes> & tournage; lots, série")
        entry = read_atom(get(f"{PAGE}.atom").text)[0]
        item = read_json(get(f"{PAGE}.json").text)[0]
        event = read_calendar(get(f"{PAGE}.ics").text)[1][0]
    address = f"http://localhost/annonces/{listing_id}"
    title = "Offre\u00a0: Fraisage <5 axes> & tournage; lots, série"
    summary = "Mécanique Axelera, Crolles · 45,00\u00a0B HT par heure. En ligne jusqu’au 30 août 2026."
    last_day = date(2026, 8, 30)
    assert entry.findtext(f"{ATOM}id") == item["id"] == address
    (link,) = entry.findall(f"{ATOM}link")
    assert link.get("href") == item["url"] == event["URL"] == f"{address}?via=axelera"
    assert entry.findtext(f"{ATOM}title") == item["title"] == title
    assert entry.findtext(f"{ATOM}summary") == item["content_text"] == event["DESCRIPTION"] == summary
    assert entry.findtext(f"{ATOM}published") == item["date_published"] == PUBLISHED.isoformat()
    assert event["SUMMARY"] == f"Dernier jour\u00a0: {title}"
    assert event["DTSTART;VALUE=DATE"] == f"{last_day:%Y%m%d}"
    assert event["DTSTAMP"] == "20260303T090000Z"
    assert event["UID"] == f"{listing_id}@localhost"
    assert event["TRANSP"] == "TRANSPARENT"


@pytest.mark.parametrize("ending", TYPES)
def test_a_feed_is_kept_like_the_page_and_asked_whether_it_changed(
    get: Get, pole: Pole, in_app: Callable[..., object], ending: str
) -> None:
    in_app(fill, pole, 6)
    feed = f"{PAGE}.{ending}"
    first = get(feed)
    assert first.headers["Cache-Control"] == get(PAGE).headers["Cache-Control"]
    assert get(feed, If_None_Match=first.headers["ETag"]).status_code == 304
    packed = get(feed, Accept_Encoding="br")
    assert brotli.decompress(packed.data) == first.data
    with clock.at(clock.now() + timedelta(hours=1)):
        assert get(feed, If_None_Match=first.headers["ETag"]).status_code == 304, (
            "nothing in it tells the time"
        )
        in_app(publish, pole.member, "Une de plus")
        assert get(feed, If_None_Match=first.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("ending", TYPES)
def test_a_feed_without_listings_is_still_one(get: Get, pole: Pole, ending: str) -> None:
    assert titles(ending, get(f"{PAGE}.{ending}")) == []


@pytest.mark.parametrize("ending", TYPES)
def test_a_feed_refuses_what_the_page_refuses(get: Get, pole: Pole, ending: str) -> None:
    for name, value in (("n", "0"), ("n", "x" * 5_000), ("type", "<b>")):
        refused = get(f"{PAGE}.{ending}?{urlencode({name: value})}")
        assert refused.status_code == 400
        assert refused.mimetype == "text/plain"
        assert f"«\u00a0{name}\u00a0»" in refused.text
    assert get(f"/integration/inconnu/annonces.{ending}").status_code == 404


@pytest.mark.parametrize("ending", TYPES)
def test_a_feed_costs_two_queries_whatever_it_tells(
    get: Get, pole: Pole, in_app: Callable[..., object], count_queries: Callable[..., object], ending: str
) -> None:
    in_app(fill, pole, 20)
    for number in (1, 20):
        with count_queries() as queries:  # type: ignore[attr-defined]
            assert len(titles(ending, get(f"{PAGE}.{ending}?n={number}"))) == number
        assert len(queries) == 2, queries


def test_the_page_says_where_its_feeds_are(get: Get, pole: Pole, in_app: Callable[..., object]) -> None:
    in_app(fill, pole, 8)
    page = get(f"{PAGE}?n=3&type=offer&theme=sombre")
    root, _ = parse(page.text, fragment=False)
    found = {link.get("type"): str(link.get("href")) for link in root.iter("link")}
    for ending, mimetype in TYPES.items():
        address = urljoin(PAGE, found[mimetype.partition(";")[0]])
        assert parse_qs(urlsplit(address).query) == {"n": ["3"], "type": ["offer"]}
        assert len(titles(ending, get(address))) == 3


def test_lines_of_a_calendar_are_folded_between_characters() -> None:
    name = "É" * 200 + "😀" * 60 + "\\;,\r\nfin\x07\x00"
    item = Item(
        "lst_1", "https://b.example/1", "https://b.example/1?via=a", name, name, name, name, name,
        PUBLISHED, PUBLISHED, date(2026, 8, 30),
    )  # fmt: skip
    feed = Feed(name, "https://b.example/a.ics", "https://b.example/", [item])
    calendar, (event,) = read_calendar(exports.calendar(feed))
    readable = "É" * 200 + "😀" * 60 + "\\;,\nfin"
    assert event["SUMMARY"] == f"Dernier jour\u00a0: {readable}"
    assert event["LOCATION"] == event["DESCRIPTION"] == calendar["NAME"] == readable
