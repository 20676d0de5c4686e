"""Small files, small functions, names that say what is inside."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "barterweb"

MAX_FILE_LINES = 400
MAX_VIEW_LINES = 20
"""About fifteen for an ordinary view, with room for a long call broken over lines."""
MAX_VERB_LINES = 40

DRAWERS = {"base", "common", "core", "helpers", "manager", "misc", "shared", "tools", "util", "utils"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b|[Ll]orem ipsum|[Àà] compléter")
TEXTS = ("*.py", "*.html", "*.css", "*.js", "*.md", "*.toml", "*.txt", "*.sql", "*.svg")


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines for path in _modules() if (lines := _length(path)) > MAX_FILE_LINES
    }
    assert not long, f"each of these is probably two rooms: {long}"


def test_no_test_module_is_longer_than_400_lines() -> None:
    paths = (ROOT / "tests").rglob("*.py")
    long = {str(path.relative_to(ROOT)): lines for path in paths if (lines := _length(path)) > MAX_FILE_LINES}
    assert not long, f"each of these tests two things: {long}"


def test_no_module_is_a_drawer() -> None:
    drawers = [str(path.relative_to(ROOT)) for path in _modules() if DRAWERS & {path.stem, path.parent.name}]
    assert not drawers, f"say what is inside: {drawers}"


def test_views_fit_in_twenty_lines() -> None:
    assert not [*_long_functions("routes", MAX_VIEW_LINES, named=r"\w+_[A-Z]+")]


@pytest.mark.parametrize("module", ["routes", "service", "queries"])
def test_verbs_and_other_functions_fit_in_forty_lines(module: str) -> None:
    assert not [*_long_functions(module, MAX_VERB_LINES)]


def test_nothing_calls_itself_unfinished() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("barterweb", "templates", "static", "migrations", "deploy", "docs")
        for kind in TEXTS
        for path in (ROOT / folder).rglob(kind)
        if "vendor" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found


def test_every_public_function_of_the_package_says_what_it_does() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in _modules()
        if "routes" not in {path.stem, path.parent.name}
        for function in ast.parse(path.read_text()).body
        if isinstance(function, ast.FunctionDef | ast.ClassDef)
        and not function.name.startswith("_")
        and not ast.get_docstring(function)
    ]
    assert not silent


def _modules() -> Iterator[Path]:
    return (path for path in sorted(PACKAGE.rglob("*.py")) if "__pycache__" not in path.parts)


def _length(path: Path) -> int:
    return len(path.read_text().splitlines())


def _long_functions(role: str, limit: int, named: str = r"\w+") -> Iterator[str]:
    """Yield functions of a role's file or folder whose body, without decorators and docstring, is longer than `limit`."""
    for path in sorted([*PACKAGE.glob(f"*/{role}.py"), *PACKAGE.glob(f"*/{role}/*.py")]):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef) or not re.fullmatch(named, function.name):
                continue
            statements = function.body[1:] if ast.get_docstring(function) else function.body
            if not statements:
                continue
            signature = function.body[0].lineno - function.lineno
            lines = signature + (statements[-1].end_lineno or 0) - statements[0].lineno + 1
            if lines > limit:
                yield f"{path.relative_to(ROOT)}:{function.lineno} {function.name} has {lines} lines, {limit} at most"
