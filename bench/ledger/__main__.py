"""Runs the measurements; the options choose parts of them. See docs/ledger-measured.md for what they gave."""

import argparse
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from bench.ledger import limit_postgresql, table
from bench.ledger.measure import ROOT, Conditions, Contender, Crew, Measurement, in_turn, python
from bench.ledger.peers import MEMBERS
from tests import postgres
from tests.folders import temporary_folder

PARTS = ("postgresql", "sqlite")
PEERS = {
    ("hordak", "settle"): (1, 8),
    ("hordak", "settle-within-limits"): (1, 8),
    ("django_ledger", "settle"): (1, 8),
    ("accounting", "settle"): (1,),
}
"""Peer and what it does → writers. python-accounting numbers its entries by counting: two writers take the same number."""
PEERS_PYTHON = ROOT / ".venv-peers/bin/python"
"""Made by `make bench-ledger`; without it the peers are left out."""
WRITERS = 8
CONDITIONS = [Conditions(writers, hot) for hot in (False, True) for writers in (1, WRITERS)]
BUSY = Conditions(WRITERS)
OURS, LIMIT = "barterweb", "limit"
"""A trade with its fee, settled at once: one transaction."""
SERVER = {**postgres.DURABLE, "shared_buffers": "512MB", "max_wal_size": "4GB"}


def main() -> None:
    """Measure what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument(
        "--flush-ms", type=float, default=0, help="how much longer each flush of PostgreSQL takes"
    )
    chosen = parser.parse_args()
    for part in chosen.parts:
        with ExitStack() as afterwards:
            plan = on_sqlite(afterwards) if part == "sqlite" else on_postgresql(afterwards, chosen.flush_ms)
            table.show(in_turn(plan, rounds=chosen.rounds, seconds=chosen.seconds))


Plan = list[tuple[Measurement, Contender]]


def on_postgresql(afterwards: ExitStack, flush_ms: float) -> Plan:
    """Start a server, durable as in production, with a database for each contender.

    Whoever flushes waits `flush_ms` first, holding the lock of the log as a slower disk would make it hold it
    (`commit_delay`: https://www.postgresql.org/docs/current/wal-configuration.html).
    """
    slower = {"commit_delay": f"{flush_ms * 1000:.0f}", "commit_siblings": "0"} if flush_ms else {}
    server = afterwards.enter_context(postgres.restartable({**SERVER, **slower}))

    def database(name: str) -> str:
        url = server.create_database(f"bench_{name}")
        subprocess.run(python("bench.ledger.our", "prepare", url), check=True)
        return url

    limit = database("limit")
    limit_postgresql.prepare(limit)
    limits = {
        "transfer": limit_postgresql.Pgbench(limit, limit_postgresql.WITHOUT_HOLD, 0),
        "settle": limit_postgresql.Pgbench(limit, limit_postgresql.WITH_HOLD, 100_000),
    }
    plan = plan_for("postgresql", afterwards, database, limits)
    return plan + peers_plan(server, afterwards)


def peers_plan(server: postgres.Server, afterwards: ExitStack) -> Plan:
    """Say when the peers work; they have the server of the limit and of ours."""
    plan: Plan = []
    for name, role in PEERS if PEERS_PYTHON.exists() else ():
        command = [PEERS_PYTHON, "-W", "ignore", "-m", f"bench.ledger.peers.{name}"]
        url = server.create_database(f"bench_{name}_{len(plan)}")
        subprocess.run([*command, "prepare", url], check=True)
        crew = afterwards.enter_context(Crew([*command, role, url], WRITERS, members=MEMBERS))
        title = name if role == "settle" else f"{name}, {role.removeprefix('settle-').replace('-', ' ')}"
        plan += [
            (Measurement("postgresql", title, Conditions(writers)), crew) for writers in PEERS[name, role]
        ]
    return plan


def on_sqlite(afterwards: ExitStack) -> Plan:
    """Make a file for each contender."""
    folder = temporary_folder(afterwards, in_memory=False)

    def database(name: str) -> str:
        url = f"sqlite:///{folder / name}"
        subprocess.run(python("bench.ledger.our", "prepare", url), check=True)
        return url

    database("limit")
    limits: dict[str, Contender] = {
        role: afterwards.enter_context(
            Crew(python("bench.ledger.limit_sqlite", role, str(folder / "limit")), WRITERS)
        )
        for role in ("transfer", "settle")
    }
    return plan_for("sqlite", afterwards, database, limits)


def plan_for(
    name: str,
    afterwards: ExitStack,
    database: Callable[[str], str],
    limits: Mapping[str, Contender],
) -> Plan:
    """Say who works when: ours beside the limit, with and without hold; and ours without what its promises cost."""
    sealed, unsealed = database("ours"), database("unsealed")

    def crew(role: str, url: str, *, seals: bool) -> Crew:
        sealer = python("bench.ledger.our", "seal", url) if seals else ()
        return afterwards.enter_context(Crew(python("bench.ledger.our", role, url), WRITERS, sealer))

    ours = crew("transfer", sealed, seals=True)
    plan: Plan = []
    for conditions in CONDITIONS:
        plan.append((Measurement(name, LIMIT, conditions), limits["transfer"]))
        plan.append((Measurement(name, OURS, conditions), ours))
    plan.append((Measurement(name, LIMIT, table.FREE), limits["transfer"]))
    plan.append((Measurement(name, OURS, table.FREE), ours))
    plan.append((Measurement(name, f"{OURS}, no sealing", BUSY), crew("transfer", unsealed, seals=False)))
    held = crew("settle", sealed, seals=True)
    for conditions in (Conditions(1), BUSY):
        plan.append((Measurement(name, f"{LIMIT}, with hold", conditions), limits["settle"]))
        plan.append((Measurement(name, f"{OURS}, with hold", conditions), held))
    return plan


if __name__ == "__main__":
    main()
