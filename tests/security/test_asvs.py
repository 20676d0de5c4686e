"""The table of ASVS requirements is complete for level 2, and names tests that exist."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = Path(__file__).parent / "asvs-level-2.txt"
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs" / "asvs.md").read_text().splitlines()
    if re.match(r"\| \d", line)
]


def test_every_requirement_of_level_two_has_one_row() -> None:
    wanted = {word for line in NUMBERS.read_text().splitlines()[1:] for word in line.split()}
    said = Counter(number for row in ROWS for number in row[0].split(", "))
    assert len(wanted) == 253
    assert wanted - set(said) == set()
    assert set(said) - wanted == set()
    assert [number for number, times in said.items() if times > 1] == []


def test_the_tests_it_names_exist() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([\w/]+\.py)`", row[-1])}
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / "tests" / name).exists()] == []


def test_what_is_neither_tested_nor_left_out_is_said() -> None:
    assert [row for row in ROWS if len(row) != 3 or not row[1] or not row[2]] == []
