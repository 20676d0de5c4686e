"""What a settled trade costs after a thousand to a million transfers: `python -m bench.scale.growth sqlite|postgresql`.

One writer; the networks take turns, so that the machine's noise is everybody's.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path

import flask_migrate

from bench.ledger.measure import Conditions, Crew, Measurement, in_turn, python
from bench.ledger.our import application
from bench.scale.databases import databases
from bench.scale.network import load

PASTS = (1_000, 10_000, 100_000, 1_000_000)
MEMBERS = 20
"""Who trades: as many as the smallest network has."""
ROUNDS, SECONDS = 9, 2


def main() -> None:
    """Load the networks, unless they were kept, and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.growth", description=__doc__)
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path, help="a folder where the networks stay, and are found again")
    chosen = parser.parse_args()
    with ExitStack() as afterwards:
        names = [f"past_{past}" for past in PASTS]
        urls = {}
        for past, (url, known) in zip(
            PASTS, databases(chosen.database, afterwards, names, chosen.keep), strict=True
        ):
            with application(url).app_context():
                flask_migrate.upgrade()
                if not known:
                    load(max(MEMBERS, past // 50), past)
            urls[past] = url
        measure(chosen.database, urls)


def measure(database: str, urls: dict[int, str]) -> list[Measurement]:
    """Settle trades on each of these networks, named by how many transfers they had."""
    with ExitStack() as afterwards:
        plan = [
            (
                Measurement(database, f"after {past} transfers", Conditions(1)),
                afterwards.enter_context(Crew(python("bench.ledger.our", "settle", url), 1, members=MEMBERS)),
            )
            for past, url in urls.items()
        ]
        return in_turn(plan, rounds=ROUNDS, seconds=SECONDS)


if __name__ == "__main__":
    main()
