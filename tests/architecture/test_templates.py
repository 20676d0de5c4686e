"""Templates hold neither code nor styles of their own, and never turn escaping off. The content policy relies on it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_PAGES = {"mails", "pdf"}
"""Folders of templates that no browser sees: readers of e-mail know no style sheets, PDF files no content policy."""

TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if not NO_PAGES & set(path.parts)]

WHOLE_FILE = r'\{% include "[^"]+" %\}</'
"""What an inline style or script may consist of: a file, whose hash the answer's content policy then names."""

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(rf"<style(?!>{WHOLE_FILE})"),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "a script without src": re.compile(rf"<script(?![^>]*\ssrc=|>{WHOLE_FILE})"),
    "code in htmx": re.compile(r"hx-on|hx-vars|\bjs:|hx-trigger=[\"'][^\"']*\["),
    "javascript:": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|\bautoescape\s+false|\bMarkup\b"),
    "a picture or script from elsewhere": re.compile(r"(?:src|srcset)\s*=\s*[\"'](?:https?:)?//"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in TEMPLATES
        for number, line in enumerate(_without_comments(path).splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert not found, "\n".join(found)


def test_a_fragment_is_included_by_a_page_or_another_fragment() -> None:
    sources = "\n".join(path.read_text() for path in TEMPLATES)
    alone = [
        name
        for path in TEMPLATES
        if path.name.startswith("_")
        and f'"{(name := str(path.relative_to(ROOT / "templates")))}"' not in sources
    ]
    assert not alone, f"a fragment no page includes can drift: {alone}"


def _without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", lambda match: "\n" * match[0].count("\n"), path.read_text(), flags=re.DOTALL)
