"""Loads a large network and a small one, verifies both, and opens the same pages in turn."""

import argparse
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import flask_migrate
from flask import Flask

from barterweb import ledger
from barterweb.app import create_app
from barterweb.db import engine
from barterweb.settings import from_environment
from bench.scale import pages
from bench.scale.databases import empty_databases
from bench.scale.network import load
from tests.folders import temporary_folder

SMALLER = 100
VISITS = 15


def main() -> None:
    """Measure what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--companies", type=int, default=20_000)
    parser.add_argument("--transfers", type=int, default=1_000_000)
    chosen = parser.parse_args()
    for database in chosen.databases:
        with ExitStack() as afterwards:
            folder = temporary_folder(afterwards, in_memory=False)
            urls = empty_databases(database, afterwards, ["small", "large"])
            sizes = [
                (chosen.companies // SMALLER, chosen.transfers // SMALLER),
                (chosen.companies, chosen.transfers),
            ]
            networks = [_network(url, folder, database, *size) for url, size in zip(urls, sizes, strict=True)]
            compare(database, *networks)


def _network(url: str, folder: Path, database: str, companies: int, transfers: int) -> Flask:
    """Make, fill and verify a network."""
    environment = {"BARTERWEB_MODE": "test", "DATA_DIR": str(folder), "DATABASE_URL": url}
    app = create_app(from_environment({**environment, "TRUSTED_HOSTS": "localhost"}))
    facts: dict[str, Any] = {"database": database, "companies": companies, "transfers": transfers}
    with app.app_context():
        flask_migrate.upgrade()
        facts["load_seconds"], _ = _timed(lambda: load(companies, transfers))
        if database == "postgresql":
            with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
    for name, since in (("verify", 0), ("verify_since", max(1, transfers - 1_000))):
        with app.app_context():
            facts[f"{name}_seconds"], verification = _timed(lambda since=since: ledger.verify(since=since))
        facts[f"{name}_findings"] = len(verification.findings)
    print(json.dumps(facts), flush=True)
    return app


def _timed(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = what()
    return round(time.perf_counter() - began, 2), result


def compare(database: str, small: Flask, large: Flask) -> None:
    """Open each page of both networks in turn; print medians, their ratio, queries, and plans that read everything."""
    apps = (small, large)
    found = [pages.pages(app) for app in apps]
    for name in found[0]:
        clients = [pages.client_of(app, of[name][0]) for app, of in zip(apps, found, strict=True)]
        taken: list[list[float]] = [[], []]
        for _ in range(VISITS):
            for side, (app, client) in enumerate(zip(apps, clients, strict=True)):
                last = pages.visit(app, client, found[side][name][1])
                taken[side].append(last.milliseconds)
                if side == 0:
                    queries = len(last.asked)
        facts = {
            "database": database,
            "page": name,
            "small_ms": round(median(taken[0][1:]), 1),
            "large_ms": round(median(taken[1][1:]), 1),
            "ratio": round(median(taken[1][1:]) / median(taken[0][1:]), 2),
            "queries": [queries, len(last.asked)],
            "bytes": last.size,
            "whole_reads": pages.whole_reads(large, last.asked),
        }
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
