"""Measures the search: `--quality` on the judged development set, `--speed` on many invented listings beside LIKE.

python -m bench.search --quality
python -m bench.search --speed --listings 100000
python -m bench.search --speed --database postgresql://…   (an empty database, which is filled)
python -m bench.search --speed --server                    (on a PostgreSQL started for the occasion)
"""

import argparse
import itertools
import json
import math
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean, quantiles
from typing import Any, NamedTuple
from unittest import mock

import flask_migrate
import sqlalchemy as sa

from barterweb.app import create_app
from barterweb.db import dialect_name, open_transaction, session
from barterweb.listings import search
from barterweb.listings.models import Listing
from barterweb.listings.search import Filters, lexicon
from barterweb.members.models import Company, Person, Region
from barterweb.settings import from_environment
from tests import postgres

JUDGED = Path(__file__).parent.parent / "tests/listings/data/search-dev.json"
START = datetime(2026, 1, 1, tzinfo=UTC)
COMPANIES = 500
PLACES = (("Grenoble", "Isère"), ("Lyon", "Rhône"), ("Saint-Étienne", "Loire"), ("Annecy", "Haute-Savoie"))
BATCH = 5_000

Method = Callable[[Filters], Sequence[str]]


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=400)
    parser.add_argument("--database", default="")
    parser.add_argument("--server", action="store_true")
    chosen = parser.parse_args()
    with postgres.server(postgres.FORGETFUL) if chosen.server else nullcontext(chosen.database) as url:
        if chosen.quality:
            with _empty_database(url):
                quality()
        if chosen.speed:
            with _empty_database(url):
                speed(chosen.listings, chosen.searches)


@contextmanager
def _empty_database(url: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"BARTERWEB_MODE": "test", "DATA_DIR": folder, "DATABASE_URL": url}
        with create_app(from_environment(environment)).app_context():
            flask_migrate.upgrade()
            yield


# --------------------------------------------------------------------------------------------------------- quality


class Score(NamedTuple):
    """Means over searches: the share of relevant listings among the first ten, their order (nDCG), and nothing found."""

    recall: float
    ndcg: float
    empty: float


def quality() -> None:
    """Print the scores of each method, by kind of search."""
    judged = load_judged()
    tags = ["all", *sorted({query["tag"] for query in judged["queries"]})]
    without_lexicon = mock.patch.object(lexicon, "default", return_value=lexicon.Lexicon())
    print(
        f"{len(judged['queries'])} searches, {len(judged['listings'])} listings: recall@10 / nDCG@10 / nothing found"
    )
    print(f"{'':32}" + "".join(f"{tag:^22}" for tag in tags))
    print_scores("LIKE, all words", measure(like, judged["queries"]), tags)
    print_scores("stems", measure(lambda asked: found(asked, exact=True), judged["queries"]), tags)
    with without_lexicon:
        print_scores("+ spelling, derived forms", measure(found, judged["queries"]), tags)
    print_scores("+ lexicon (what the site does)", measure(found, judged["queries"]), tags)


def print_scores(name: str, scores: dict[str, Score], tags: Sequence[str]) -> None:
    """Print one line."""
    cells = (scores[tag] for tag in tags)
    print(f"{name:32}" + "".join(f"{c.recall:8.2f} /{c.ndcg:5.2f} /{c.empty:4.0%} " for c in cells))


def load_judged() -> dict[str, Any]:
    """Fill the database with the listings of the development set; return the set."""
    judged: dict[str, Any] = json.loads(JUDGED.read_text(encoding="utf-8"))
    fill(_judged_listing(number, entry) for number, entry in enumerate(judged["listings"]))
    return judged


def measure(method: Method, queries: Iterable[dict[str, Any]]) -> dict[str, Score]:
    """Return the scores of a method for all searches and by kind of search."""
    scores: dict[str, list[Score]] = defaultdict(list)
    for query in queries:
        relevant = set(query["relevant"])
        first = list(method(Filters(words=query["q"], kinds=(query["kind"],))))[:10]
        gain = sum(1 / math.log2(place + 2) for place, found_id in enumerate(first) if found_id in relevant)
        best = sum(1 / math.log2(place + 2) for place in range(min(10, len(relevant))))
        score = Score(len(relevant.intersection(first)) / len(relevant), gain / best, not first)
        for tag in ("all", query["tag"]):
            scores[tag].append(score)
    return {tag: Score(*map(mean, zip(*of_tag, strict=True))) for tag, of_tag in scores.items()}


def _judged_listing(number: int, entry: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "kind", "title", "description", "city")
    price = None if entry["price"] is None else round(entry["price"] * 100)
    more = {"category": entry["category"][:30], "price_cents": price, "department": ""}
    return {name: entry[name] for name in names} | more | {"published_at": START + timedelta(minutes=number)}


# --------------------------------------------------------------------------------------------------------- methods


def found(asked: Filters, *, exact: bool = False) -> Sequence[str]:
    """Search as the site does: the first page, the total and the facet counts."""
    return search.find(Filters(words=asked.words, kinds=asked.kinds, place=asked.place, exact=exact)).ids


def like(asked: Filters) -> Sequence[str]:
    """Search with LIKE for all words: the newest twenty and the total."""
    everything = sa.func.lower(Listing.title + " " + Listing.description)
    conditions = [everything.contains(word) for word in asked.words.lower().split()]
    conditions.append(Listing.status == "online")
    if asked.kinds:
        conditions.append(Listing.kind.in_(asked.kinds))
    session.scalar(sa.select(sa.func.count()).select_from(Listing).where(*conditions))
    newest = sa.select(Listing.id).where(*conditions).order_by(Listing.published_at.desc()).limit(20)
    return session.scalars(newest).all()


# ----------------------------------------------------------------------------------------------------------- speed


def speed(listings: int, searches: int) -> None:
    """Print p50 and p95 in ms of a search and of LIKE, asked in turn, on so many invented listings."""
    chance = random.Random(7)
    vocabulary = Vocabulary(chance)
    began = time.perf_counter()
    fill(vocabulary.listing(number) for number in range(listings))
    print(f"{dialect_name()}: {listings} listings filled and indexed in {time.perf_counter() - began:.0f} s")
    taken: dict[str, list[float]] = defaultdict(list)
    for number in range(searches):
        name, asked = vocabulary.search()
        session.rollback()
        taken["search, " + name].append(_milliseconds(found, asked))
        taken["search, all"].append(taken["search, " + name][-1])
        if number % 10 == 0:
            taken["LIKE"].append(_milliseconds(like, asked))
    for name in sorted(taken):
        cuts = quantiles(taken[name], n=20)
        print(
            f"{name:32} p50 {cuts[9]:7.1f} ms   p95 {cuts[18]:7.1f} ms   max {max(taken[name]):7.1f} ms ({len(taken[name])})"
        )


def _milliseconds(method: Method, asked: Filters) -> float:
    began = time.perf_counter()
    method(asked)
    return (time.perf_counter() - began) * 1000


class Vocabulary:
    """Draws listings and searches from the lexicon's terms, some much more often than others (Zipf's law)."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        content = (Path(lexicon.__file__).parent / "lexicon.txt").read_text(encoding="utf-8")
        lines = [line for line in content.splitlines() if line and not line.startswith("#")]
        self.terms = [term.strip() for line in lines for term in line.replace(">", ",").split(",")]
        invented = [
            "".join(chance.choice(("ba", "co", "di", "fu", "le", "mi", "no", "ra")) for _ in range(4))
            for _ in range(15_000)
        ]
        self.words = [token for term in self.terms for token in term.split()] + invented
        chance.shuffle(self.terms)
        chance.shuffle(self.words)
        self.term_weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(self.terms))))
        self.word_weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(self.words))))

    def term(self) -> str:
        """Draw a trade term."""
        return self.chance.choices(self.terms, cum_weights=self.term_weights)[0]

    def several(self, count: int) -> str:
        """Draw words."""
        return " ".join(self.chance.choices(self.words, cum_weights=self.word_weights, k=count))

    def listing(self, number: int) -> dict[str, Any]:
        """Draw a listing."""
        city, department = self.chance.choice(PLACES)
        return {
            "id": f"lst_{number:026d}",
            "kind": "need" if self.chance.random() < 0.3 else "offer",
            "title": f"{self.term()} {self.several(2)}"[:80],
            "description": f"{self.term()}, {self.several(20)}, {self.term()}",
            "category": f"categorie-{self.chance.randrange(25)}",
            "city": city,
            "department": department,
            "price_cents": self.chance.choice((None, self.chance.randrange(1_000, 1_000_000))),
            "published_at": START + timedelta(minutes=number),
        }

    def search(self) -> tuple[str, Filters]:
        """Draw a search and say of which sort it is."""
        sort = self.chance.choice(
            ("one term", "two terms", "misspelt", "sentence", "with filters", "broadest words")
        )
        term = self.term()
        match sort:
            case "two terms":
                return sort, Filters(words=f"{term} {self.term()}")
            case "misspelt":
                place = self.chance.randrange(len(term))
                return sort, Filters(words=term[:place] + term[place + 1 :])
            case "sentence":
                return sort, Filters(
                    words=f"nous cherchons pour notre atelier {term} avec {self.several(4)} et {self.term()}"
                )
            case "with filters":
                return sort, Filters(words=term, kinds=("need",), place="grenoble")
            case "broadest words":
                return sort, Filters(words=self.chance.choice(self.words[:20]))
        return sort, Filters(words=term)


# ------------------------------------------------------------------------------------------------------------ rows


def fill(listings: Iterable[dict[str, Any]]) -> None:
    """Insert listings of invented companies and index them."""
    common = {"status": "online", "unit": "pièce", "vat_rate_bp": 2000, "nature": "goods", "availability": ""}
    common |= {"postal_code": "38000", "entered_by_id": "per_1", "created_at": START, "updated_at": START}
    common |= {"expires_on": date(2100, 1, 1)}
    entries: list[search.Entry] = []
    remaining = iter(listings)
    with open_transaction():
        _fill_companies()
        while batch := list(itertools.islice(remaining, BATCH)):
            rows = [
                row | common | {"company_id": f"cmp_{place % COMPANIES}"} for place, row in enumerate(batch)
            ]
            session.execute(sa.insert(Listing), rows)
            entries += [_entry(row) for row in batch]
        search.rebuild(entries)
    if dialect_name() == "postgresql":
        with open_transaction():
            session.execute(sa.text("ANALYZE"))


def _entry(row: dict[str, Any]) -> search.Entry:
    names = ("title", "description", "city", "department", "published_at")
    values = {name: row[name] for name in names}
    return search.Entry(listing_id=row["id"], category_label=row["category"], company_name="", **values)


def _fill_companies() -> None:
    session.execute(sa.insert(Region), [{"id": "reg_1", "code": "X", "name": "X"}])
    person = {"id": "per_1", "email": "x@x.example", "name": "X", "session_stamp": "x", "created_at": START}
    session.execute(sa.insert(Person), [person])
    company = dict.fromkeys(
        (
            "name",
            "legal_form",
            "siren",
            "rcs_city",
            "street",
            "postal_code",
            "city",
            "department",
            "sector",
            "naf",
            "description",
        ),
        "",
    )
    company |= {
        "region_id": "reg_1",
        "vat_regime": "normal",
        "size_band": "",
        "search_text": "",
        "status": "active",
    }
    company |= {"terms_version": "1"}
    rows = [
        company | {"id": f"cmp_{n}", "siret": f"{n:014d}", "terms_accepted_at": START}
        for n in range(COMPANIES)
    ]
    session.execute(sa.insert(Company), rows)


if __name__ == "__main__":
    main()
