"""What a settled trade costs after 10^3, 10^4, 10^5 and 10^6 transfers: `python -m bench.scale.growth URL…`, networks already loaded.

One writer; the networks take turns, so that the machine's noise is everybody's.
"""

import sys
from contextlib import ExitStack

from bench.ledger.measure import Conditions, Crew, Measurement, in_turn, python

ROUNDS, SECONDS = 5, 2


def measure(urls: dict[str, str]) -> list[Measurement]:
    """Settle trades on each of these networks, named by how many transfers they had."""
    with ExitStack() as afterwards:
        plan = [
            (
                Measurement(url.split(":")[0], f"after {past} transfers", Conditions(1)),
                afterwards.enter_context(Crew(python("bench.ledger.our", "settle", url), 1, members=MEMBERS)),
            )
            for past, url in urls.items()
        ]
        return in_turn(plan, rounds=ROUNDS, seconds=SECONDS)


MEMBERS = 20
"""As many as the smallest network has."""


if __name__ == "__main__":
    measure({str(number): url for number, url in enumerate(sys.argv[1:])})
