"""What a settled trade costs after a thousand to a million transfers: `python -m bench.scale.growth sqlite|postgresql`.

One writer; the networks take turns, so that the machine's noise is everybody's.
"""

import sys
from contextlib import ExitStack

import flask_migrate

from bench.ledger.measure import Conditions, Crew, Measurement, in_turn, python
from bench.ledger.our import application
from bench.scale.databases import databases
from bench.scale.network import load

PASTS = (1_000, 10_000, 100_000, 1_000_000)
MEMBERS = 20
"""Who trades: as many as the smallest network has."""
ROUNDS, SECONDS = 5, 2


def main(database: str) -> None:
    """Load the networks on one kind of database and measure."""
    with ExitStack() as afterwards:
        urls = [url for url, _ in databases(database, afterwards, [f"past_{past}" for past in PASTS])]
        for past, url in zip(PASTS, urls, strict=True):
            with application(url).app_context():
                flask_migrate.upgrade()
                load(max(MEMBERS, past // 50), past)
        measure(database, dict(zip(PASTS, urls, strict=True)))


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
    main(sys.argv[1])
