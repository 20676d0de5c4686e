"""The table at the end, and the ratios that the aims speak of."""

from collections.abc import Sequence

from bench.ledger.measure import Conditions, Measurement

COLUMNS = "database    contender                conditions                trades/s  of limit      p50      p99      max  ms"


def show(measurements: Sequence[Measurement]) -> None:
    """Print a line for each measurement, with its part of the limit measured under the same conditions in the same run."""
    limits = {m.conditions: m.rate for m in measurements if m.contender == "limit"}
    print(f"\n{COLUMNS}")
    for m in measurements:
        share = f"{m.rate / limits[m.conditions]:9.2f}" if m.conditions in limits else " " * 9
        waits = " ".join(f"{m.percentile(part):8.1f}" for part in (0.5, 0.99, 1))
        print(f"{m.database:11} {m.contender:24} {m.conditions!s:24} {m.rate:9.1f} {share} {waits}")
    _ratios({(m.contender, m.conditions): m for m in measurements})


def _ratios(found: dict[tuple[str, Conditions], Measurement]) -> None:
    """Print what the aims of issue 3 speak of, as far as it was measured."""
    busy, alone = Conditions(8), Conditions(1)
    ours = found["barterweb", busy]

    def ratio(what: str, mine: float, other: Measurement | None, aim: str) -> None:
        if other is not None and other.rate:
            print(f"  {what:62} {mine / other.rate:7.2f}   aim {aim}")

    print()
    ratio("ours ÷ limit, 8 writers", ours.rate, found["limit", busy], "0.45 on PostgreSQL")
    ratio("ours ÷ limit, 1 writer", found["barterweb", alone].rate, found["limit", alone], "0.5 on SQLite")
    ratio(
        "with commission ÷ without, 8 writers",
        ours.rate,
        found["barterweb, no commission", Conditions(8, commission=False)],
        "0.85",
    )
    ratio("with sealing ÷ without, 8 writers", ours.rate, found["barterweb, no sealing", busy], "—")
    once = found["barterweb, without hold", busy]
    for peer, aim in (("hordak", "8"), ("django_ledger", "30"), ("accounting", "—")):
        ratio(f"without hold ÷ {peer}, 8 writers", once.rate, found.get((peer, busy)), aim)
    print(
        f"  {'p99 ÷ p50, 8 writers':62} {ours.percentile(0.99) / ours.percentile(0.5):7.2f}   aim at most 5 on PostgreSQL"
    )
    longest = "longest transaction of 8 writers with its wait, ms"
    print(f"  {longest:62} {ours.longest_transaction:7.0f}   aim 1000 on SQLite")
