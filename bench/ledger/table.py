"""The table at the end, and the ratios that the aims speak of."""

from collections.abc import Sequence

from bench.ledger.measure import Conditions, Measurement

FREE = Conditions(8, commission=False)
COLUMNS = "".join(
    f"{title:{width}}" for title, width in (("database", 12), ("contender", 25), ("conditions", 37))
)


def show(measurements: Sequence[Measurement]) -> None:
    """Print a line for each measurement, with its part of the limit measured under the same conditions in the same run."""
    rates = {(m.contender, m.conditions): m.rate for m in measurements}
    print(f"\n{COLUMNS} trades/s  of limit      p50      p99      max  ms")
    for m in measurements:
        limit = "limit, with hold" if m.contender.endswith("with hold") else "limit"
        share = f"{m.rate / rates[limit, m.conditions]:9.2f}" if (limit, m.conditions) in rates else " " * 9
        waits = " ".join(f"{m.percentile(part):8.1f}" for part in (0.5, 0.99, 1))
        print(f"{m.database:11} {m.contender:24} {m.conditions!s:36} {m.rate:9.1f} {share} {waits}")
    _ratios({(m.contender, m.conditions): m for m in measurements})


def _ratios(found: dict[tuple[str, Conditions], Measurement]) -> None:
    """Print what the aims of issue 3 speak of, as far as it was measured."""
    busy, alone = Conditions(8), Conditions(1)
    ours, held = found["barterweb", busy], found["barterweb, with hold", busy]

    def ratio(what: str, mine: Measurement, other: Measurement | None, aim: str) -> None:
        if other is not None and other.rate:
            print(f"  {what:62} {mine.rate / other.rate:7.2f}   aim {aim}")

    print()
    ratio("ours ÷ limit, 8 writers", ours, found["limit", busy], "0.45 on PostgreSQL")
    ratio("ours ÷ limit, 1 writer", found["barterweb", alone], found["limit", alone], "0.5 on SQLite")
    ratio("with hold: ours ÷ limit, 8 writers", held, found["limit, with hold", busy], "—")
    ratio("with commission ÷ without, 8 writers", ours, found["barterweb", FREE], "0.85")
    ratio("the limit's with commission ÷ without", found["limit", busy], found["limit", FREE], "—")
    ratio("with sealing ÷ without, 8 writers", ours, found["barterweb, no sealing", busy], "—")
    for peer, aim in (
        ("hordak", "—"),
        ("hordak, within limits", "8"),
        ("django_ledger", "30"),
        ("accounting", "—"),
    ):
        ratio(f"ours ÷ {peer}, 8 writers", ours, found.get((peer, busy)), aim)
        ratio(f"ours ÷ {peer}, 1 writer", found["barterweb", alone], found.get((peer, alone)), "—")
    tail = ours.percentile(0.99) / ours.percentile(0.5)
    print(f"  {'p99 ÷ p50, 8 writers':62} {tail:7.2f}   aim at most 5 on PostgreSQL")
    longest = "longest transaction of 8 writers with its wait, ms"
    print(
        f"  {longest:62} {max(ours.longest_transaction, held.longest_transaction):7.0f}   aim 1000 on SQLite"
    )
