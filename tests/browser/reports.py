"""Tables of what browser tests measured: files in ``build/reports``, which `make test` prints after the tests."""

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "reports"


def write_report(name: str, lines: Iterable[str]) -> None:
    """Write a table, replacing that of the last run."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")
