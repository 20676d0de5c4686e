"""Loads a large network and a small one, verifies both, and opens the same pages in turn."""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import flask_migrate
from flask import Flask

from barterweb import ledger
from barterweb.app import create_app
from barterweb.db import engine
from barterweb.settings import from_environment
from bench.scale import pages
from bench.scale.databases import databases
from bench.scale.network import load
from bench.scale.places import places
from tests.folders import temporary_folder

VISITS = 20


def main() -> None:
    """Measure what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--companies", type=int, default=20_000)
    parser.add_argument("--transfers", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=100, help="how much smaller the small network is")
    parser.add_argument("--keep", type=Path, help="a folder where the networks stay, and are found again")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    chosen = parser.parse_args()
    sizes = {
        "small": (chosen.companies // chosen.times, chosen.transfers // chosen.times),
        "large": (chosen.companies, chosen.transfers),
    }
    for database in chosen.databases:
        with ExitStack() as afterwards:
            folder = chosen.keep or temporary_folder(afterwards, in_memory=False)
            found = databases(database, afterwards, list(sizes), chosen.keep)
            networks = []
            for (url, known), size in zip(found, sizes.values(), strict=True):
                networks.append(_application(url, folder))
                _prepare(networks[-1], database, None if known else size)
            compare(database, *networks, only=chosen.only)


def _application(url: str, folder: Path) -> Flask:
    environment = {"BARTERWEB_MODE": "test", "DATA_DIR": str(folder), "DATABASE_URL": url}
    return create_app(from_environment({**environment, "TRUSTED_HOSTS": "localhost"}))


def _prepare(app: Flask, database: str, size: tuple[int, int] | None) -> None:
    """Migrate the database; fill it with a network of so many companies and transfers, and verify, unless it was kept."""
    with app.app_context():
        flask_migrate.upgrade()
    if size is not None:
        facts: dict[str, Any] = dict(zip(("companies", "transfers"), size, strict=True)) | {
            "database": database
        }
        with app.app_context():
            facts["load_seconds"], _ = _timed(lambda: load(*size))
        for name, since in (("verify", 0), ("verify_since", max(1, size[1] - 1_000))):
            with app.app_context():
                facts[f"{name}_seconds"], verification = _timed(
                    lambda since=since: ledger.verify(since=since)
                )
            facts[f"{name}_findings"] = len(verification.findings)
        print(json.dumps(facts), flush=True)
    if database == "postgresql":
        with (
            app.app_context(),
            engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.exec_driver_sql("VACUUM ANALYZE")


def _timed(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = what()
    return round(time.perf_counter() - began, 2), result


def compare(database: str, small: Flask, large: Flask, *, only: str = "") -> None:
    """Open each page of both networks in turn; print medians, 95th percentiles, their ratios, queries, and plans that
    read everything; at the end a table.
    """
    apps = (small, large)
    pairs = [pair for pair in zip(places(small), places(large), strict=True) if only in pair[0].name]
    found = []
    for pair in pairs:
        clients = [pages.client_of(app, place.who) for app, place in zip(apps, pair, strict=True)]
        visits: list[list[pages.Visit]] = [[], []]
        for _ in range(1 + VISITS):
            for side in (0, 1):
                visits[side].append(pages.visit(apps[side], clients[side], pair[side]))
        found.append(_facts(pair[0].name, visits) | {"database": database})
        found[-1]["whole_reads"] = pages.whole_reads(large, visits[1][-1].asked)
        print(json.dumps(found[-1], ensure_ascii=False), flush=True)
    print(_table(found), flush=True)


def _facts(name: str, visits: list[list[pages.Visit]]) -> dict[str, Any]:
    """Put visits of both networks beside each other; the first of each, before caches are warm, does not count."""
    facts: dict[str, Any] = {"page": name}
    for kind, of in (("median", median), ("p95", _p95)):
        small, large = (of([visit.milliseconds for visit in side[1:]]) for side in visits)
        facts |= {f"{kind}_small_ms": round(small, 1), f"{kind}_large_ms": round(large, 1)}
        facts[f"{kind}_ratio"] = round(large / small, 2)
    processor = [median(visit.processor for visit in side[1:]) for side in visits]
    return facts | {
        "processor_ms": [round(spent, 1) for spent in processor],
        "processor_ratio": round(processor[1] / processor[0], 2),
        "queries": [len(side[-1].asked) for side in visits],
        "bytes": [side[-1].size for side in visits],
    }


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def _table(found: list[dict[str, Any]]) -> str:
    rows = [
        "| page | queries | median small | large | ratio | p95 small | large | ratio | kB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for facts in found:
        small, large = facts["bytes"]
        rows.append(
            "| {page} | {asked} | {median_small_ms} | {median_large_ms} | {median_ratio} | {p95_small_ms} | {p95_large_ms}"
            " | {p95_ratio} | {kilobytes} |".format(
                **facts,
                asked=facts["queries"][1],
                kilobytes=f"{small // 1000} → {large // 1000}" if large > 1.2 * small else large // 1000,
            )
        )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
