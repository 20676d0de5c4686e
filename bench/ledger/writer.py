"""A writer: a process that settles trades between two moments it is told on its input, and answers how long each took.

Needs nothing but Python, so that peers in an environment of their own are timed by the same lines.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Order = dict[str, Any]
"""start and end on the monotonic clock, seed, members, hot, commission."""


def obey(*steps: Callable[[int, int, Order], object]) -> None:
    """Carry out orders until the input ends. A trade is these steps, each a transaction, given who buys and who sells."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        chance = random.Random(order["seed"])
        time.sleep(max(0.0, order["start"] - time.monotonic()))
        taken, transactions = [], []
        while (began := time.monotonic()) < order["end"]:
            buyer, seller = chance.sample(range(1, order["members"]), 2)
            moments = [began]
            for step in steps:
                step(buyer, 0 if order["hot"] else seller, order)
                moments.append(time.monotonic())
            taken.append(round((moments[-1] - began) * 1000, 3))
            transactions.append(round(max(after - before for before, after in pairwise(moments)) * 1000, 3))
        print(
            json.dumps({"taken": taken, "transactions": transactions, "ended": time.monotonic()}), flush=True
        )
