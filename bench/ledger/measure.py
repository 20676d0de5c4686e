"""What is measured: a contender under conditions, round after round; and a crew of writers that does the work."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from bench.ledger.writer import Order

ROOT = Path(__file__).parent.parent.parent
MEMBERS = 1_000
START_AFTER_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Conditions:
    """How trades are settled: by so many writers; `hot` when all buy from one seller; with or without commission."""

    writers: int
    hot: bool = False
    commission: bool = True

    def __str__(self) -> str:
        """Say it in a few words."""
        many = "1 writer" if self.writers == 1 else f"{self.writers} writers"
        where = "one seller" if self.hot else "spread"
        return f"{many}, {where}{'' if self.commission else ', no commission'}"


@dataclass(slots=True)
class Round:
    """What one round gave: the seconds of work, the milliseconds of each trade and of its longer transaction."""

    seconds: float
    taken: list[float]
    transactions: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Trades a second."""
        return len(self.taken) / self.seconds


@dataclass(slots=True)
class Measurement:
    """All rounds of a contender under some conditions."""

    database: str
    contender: str
    conditions: Conditions
    rounds: list[Round] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of the rounds, in trades a second."""
        return median(one.rate for one in self.rounds)

    def percentile(self, share: float) -> float:
        """Return how many milliseconds this share of all trades took at most."""
        taken = sorted(one for rnd in self.rounds for one in rnd.taken)
        return taken[min(len(taken) - 1, int(len(taken) * share))] if taken else 0.0

    @property
    def longest_transaction(self) -> float:
        """The milliseconds of the longest transaction, its wait included; 0 when only trades were timed."""
        return max((one for rnd in self.rounds for one in rnd.transactions), default=0.0)

    def as_json(self) -> str:
        """Return the line that is printed."""
        facts: dict[str, Any] = {
            "database": self.database,
            "contender": self.contender,
            "writers": self.conditions.writers,
            "accounts": "hot" if self.conditions.hot else "spread",
            "commission": self.conditions.commission,
            "trades": sum(len(one.taken) for one in self.rounds),
            "trades_per_second": round(self.rate, 1),
            "rounds_per_second": [round(one.rate, 1) for one in self.rounds],
            "p50_ms": self.percentile(0.5),
            "p99_ms": self.percentile(0.99),
            "max_ms": self.percentile(1),
            "max_transaction_ms": self.longest_transaction,
        }
        return json.dumps(facts)


class Contender(Protocol):
    """Anything that settles trades."""

    def work(self, conditions: Conditions, seconds: float, seed: int) -> Round:
        """Settle trades for so long."""


class Process:
    """A child that takes orders, one JSON line each, and answers each with one."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        self.child = subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def send(self, order: Order) -> None:
        """Give an order."""
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps(order) + "\n")
        self.child.stdin.flush()

    def answer(self) -> Any:
        """Wait for the answer; raises `RuntimeError` when the child ended."""
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.child.args!r} ended with {self.child.wait()}")
        return json.loads(line)

    def dismiss(self) -> None:
        """Tell it that no order will follow."""
        assert self.child.stdin is not None
        self.child.stdin.close()


class Crew(AbstractContextManager["Crew"]):
    """Writers of one contender, started once; and, if there is one, who seals beside them."""

    def __init__(
        self,
        command: Sequence[str | Path],
        writers: int,
        sealer: Sequence[str | Path] = (),
        members: int = MEMBERS,
    ) -> None:
        self.members = members
        self.writers = [Process(command) for _ in range(writers)]
        self.sealers = [Process(sealer)] if sealer else []
        for child in (*self.writers, *self.sealers):
            child.answer()

    def __exit__(self, *_exception: object) -> None:
        everybody = (*self.writers, *self.sealers)
        for child in everybody:
            child.dismiss()
        for child in everybody:
            child.child.wait(60)

    def work(self, conditions: Conditions, seconds: float, seed: int) -> Round:
        """Settle trades for so long; the time ends when the last is settled and, with a sealer, sealed."""
        start = time.monotonic() + START_AFTER_SECONDS
        at_work = [*self.writers[: conditions.writers], *self.sealers]
        for number, child in enumerate(at_work):
            child.send(
                {
                    "start": start,
                    "end": start + seconds,
                    "seed": f"{seed}-{number}",
                    "members": self.members,
                    "hot": conditions.hot,
                    "commission": conditions.commission,
                }
            )
        answers = [child.answer() for child in at_work]
        ended = max(answer["ended"] for answer in answers)
        taken, transactions = (
            [one for answer in answers for one in answer[what]] for what in ("taken", "transactions")
        )
        return Round(ended - start, taken, transactions)


def python(module: str, *arguments: str) -> list[str | Path]:
    """Return the command that runs a module of this project."""
    return [sys.executable, "-m", module, *arguments]


def in_turn(
    plan: Sequence[tuple[Measurement, Contender]], *, rounds: int, seconds: float
) -> list[Measurement]:
    """Let each contender work a round before any works its next; print each measurement when all are done."""
    for number in range(rounds):
        for measurement, contender in plan:
            measurement.rounds.append(contender.work(measurement.conditions, seconds, number))
    for measurement, _ in plan:
        print(measurement.as_json(), flush=True)
    return [measurement for measurement, _ in plan]
