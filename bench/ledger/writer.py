"""A writer: a process that settles trades between two moments it is told on its input, and answers how long each took.

Needs nothing but Python, so that peers in an environment of their own are timed by the same lines.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

Order = dict[str, Any]
"""start and end on the monotonic clock, seed, members, hot, commission."""


def obey(settle: Callable[[int, int, Order], object]) -> None:
    """Carry out orders until the input ends. `settle` is given the numbers of the buyer and of the seller."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        chance = random.Random(order["seed"])
        time.sleep(max(0.0, order["start"] - time.monotonic()))
        taken = []
        while (began := time.monotonic()) < order["end"]:
            buyer, seller = chance.sample(range(1, order["members"]), 2)
            settle(buyer, 0 if order["hot"] else seller, order)
            taken.append(round((time.monotonic() - began) * 1000, 3))
        print(json.dumps({"taken": taken, "ended": time.monotonic()}), flush=True)
