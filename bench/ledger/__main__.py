"""Runs the measurements; the options choose parts of them. See docs/ledger-measured.md for what they gave."""

import argparse
import subprocess
from contextlib import ExitStack

from bench.ledger import table
from bench.ledger.limit_postgresql import Pgbench
from bench.ledger.measure import ROOT, Conditions, Contender, Crew, Measurement, in_turn, python
from bench.ledger.peers import MEMBERS
from tests import postgres
from tests.folders import temporary_folder

PARTS = ("postgresql", "sqlite")
PEERS = {"hordak": (1, 8), "django_ledger": (1, 8), "accounting": (1,)}
"""Peer → writers. python-accounting numbers its entries by counting them: two writers take the same number."""
PEERS_PYTHON = ROOT / ".venv-peers/bin/python"
"""Made by `make bench-ledger`; without it the peers are left out."""
WRITERS = 8
CONDITIONS = [Conditions(writers, hot) for hot in (False, True) for writers in (1, WRITERS)]
BUSY = Conditions(WRITERS)
OURS, LIMIT = "barterweb", "limit"
ONE_TRANSFER = "barterweb, without hold"
"""A transfer with its fee in one transaction, which is all that peers do."""
NO_FEE, NO_SEAL = "barterweb, no commission", "barterweb, no sealing"
SERVER = {**postgres.DURABLE, "shared_buffers": "512MB", "max_wal_size": "4GB"}


def main() -> None:
    """Measure what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    chosen = parser.parse_args()
    for part in chosen.parts:
        with ExitStack() as afterwards:
            plan = {"postgresql": on_postgresql, "sqlite": on_sqlite}[part](afterwards)
            table.show(in_turn(plan, rounds=chosen.rounds, seconds=chosen.seconds))


Plan = list[tuple[Measurement, Contender]]


def on_postgresql(afterwards: ExitStack) -> Plan:
    """Start a server, durable as in production, with a database for each contender."""
    server = afterwards.enter_context(postgres.restartable(SERVER))

    def database(name: str) -> str:
        url = server.create_database(name)
        subprocess.run(python("bench.ledger.our", "prepare", url), check=True)
        return url

    urls = [database(f"bench_{number}") for number in range(2)]
    plan = plan_for("postgresql", afterwards, urls, Pgbench(database("bench_limit")))
    return plan + peers_plan(server, afterwards)


def peers_plan(server: postgres.Server, afterwards: ExitStack) -> Plan:
    """Say when the peers work; they have the server of the limit and of ours."""
    plan: Plan = []
    for name in PEERS if PEERS_PYTHON.exists() else ():
        command = [PEERS_PYTHON, "-W", "ignore", "-m", f"bench.ledger.peers.{name}"]
        url = server.create_database(f"bench_{name}")
        subprocess.run([*command, "prepare", url], check=True)
        crew = afterwards.enter_context(Crew([*command, "settle", url], WRITERS, members=MEMBERS))
        plan += [(Measurement("postgresql", name, Conditions(writers)), crew) for writers in PEERS[name]]
    return plan


def on_sqlite(afterwards: ExitStack) -> Plan:
    """Make a file for each contender."""
    folder = temporary_folder(afterwards, in_memory=False)

    def database(name: str) -> str:
        url = f"sqlite:///{folder / name}"
        subprocess.run(python("bench.ledger.our", "prepare", url), check=True)
        return url

    database("limit")
    limit = Crew(python("bench.ledger.limit_sqlite", str(folder / "limit")), WRITERS)
    return plan_for(
        "sqlite", afterwards, [database("ours"), database("unsealed")], afterwards.enter_context(limit)
    )


def plan_for(name: str, afterwards: ExitStack, urls: list[str], limit: Contender) -> Plan:
    """Say who works when: ours beside the limit under all conditions, and ours without what its promises cost."""
    sealed, unsealed = urls
    settle = python("bench.ledger.our", "settle", sealed)
    ours = afterwards.enter_context(Crew(settle, WRITERS, python("bench.ledger.our", "seal", sealed)))
    bare = afterwards.enter_context(Crew(python("bench.ledger.our", "settle", unsealed), WRITERS))
    plan: Plan = []
    for conditions in CONDITIONS:
        plan.append((Measurement(name, LIMIT, conditions), limit))
        plan.append((Measurement(name, OURS, conditions), ours))
    plan.append((Measurement(name, NO_FEE, Conditions(WRITERS, commission=False)), ours))
    plan.append((Measurement(name, NO_SEAL, BUSY), bare))
    once = afterwards.enter_context(Crew(python("bench.ledger.our", "transfer", unsealed), WRITERS))
    plan += [(Measurement(name, ONE_TRANSFER, Conditions(writers)), once) for writers in (1, WRITERS)]
    return plan


if __name__ == "__main__":
    main()
