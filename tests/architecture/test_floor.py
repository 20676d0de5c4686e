"""Style sheets and scripts use nothing that Chromium 80 or Firefox 78 do not know, so that nobody's browser is too old.

For styles: no construct beyond the floor, unless the same declaration or rule stands before it in a form the floor knows.
For scripts of ours: ECMAScript 2019 and DOM interfaces of 2020. htmx 2 is vendored; the journeys on old browsers run it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2

ROOT = Path(__file__).resolve().parents[2]
SHEETS = [*sorted((ROOT / "static").rglob("*.css")), ROOT / "templates" / "embeds" / "style.css"]
SCRIPTS = [
    *(path for path in sorted((ROOT / "static").rglob("*.js")) if "vendor" not in path.parts),
    ROOT / "templates" / "embeds" / "height.js",
]

SELECTORS = re.compile(
    r":(is|where|has|focus-within-visible|modal|user-invalid|user-valid|popover-open|nth-child\([^)]* of)\b"
)
AT_RULES = {"media", "supports", "page", "font-face"}
PROPERTIES = {
    *(
        "inset",
        "inset-block",
        "inset-inline",
        "aspect-ratio",
        "translate",
        "rotate",
        "scale",
        "accent-color-scheme",
    ),
    *("container", "container-type", "content-visibility", "scroll-timeline", "animation", "transition"),
    *(
        "margin-inline",
        "margin-block",
        "padding-inline",
        "padding-block",
        "field-sizing",
        "animation-timeline",
    ),
}
FUNCTIONS = {
    "color-mix",
    "oklch",
    "oklab",
    "lab",
    "lch",
    "hwb",
    "light-dark",
    "round",
    "rem",
    "mod",
    "sin",
    "env",
    "anchor",
}
UNITS = {"dvh", "svh", "lvh", "dvw", "svw", "lvw", "cqw", "cqh", "cqi", "lh", "rlh", "cap"}

JAVASCRIPT = {
    "optional chaining": r"\?\.(?!\d)",
    "?? or ??=": r"\?\?",
    "logical assignment": r"(?:\|\||&&)=",
    "private fields": r"(?:this|self)\.#|^\s*#\w+\s*[=(;]",
    "numeric separators": r"\b\d+_\d+\b",
    "replaceAll, at, structuredClone, Object.hasOwn": r"\.replaceAll\(|\.at\(|\bstructuredClone\(|Object\.hasOwn\(",
    "modules or await at the top": r"^\s*(?:import|export|await)\b",
    "replaceChildren, showModal, popover": r"\.replaceChildren\(|\.showModal\(|\.showPopover\(",
    "eval": r"\beval\(|new Function\(",
}


def sheet_problems(text: str) -> Iterator[str]:
    """Yield what is beyond the floor in a style sheet."""
    yield from _rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), inside="")


def _rules(rules: list[object], inside: str) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, tinycss2.ast.ParseError):
            yield f"not understood: {rule.message}"
        elif isinstance(rule, tinycss2.ast.AtRule):
            if rule.lower_at_keyword not in AT_RULES:
                yield f"@{rule.at_keyword}"
            if rule.content is not None:
                yield from _rules(
                    tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), inside
                )
        elif isinstance(rule, tinycss2.ast.QualifiedRule):
            selector = tinycss2.serialize(rule.prelude).strip()
            if match := SELECTORS.search(selector):
                yield f"{selector}: {match[0]}"
            if "&" in selector:
                yield f"{selector}: nesting"
            yield from _declarations(selector, rule)


def _declarations(selector: str, rule: "tinycss2.ast.QualifiedRule") -> Iterator[str]:
    seen: set[str] = set()
    display = ""
    for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        if isinstance(item, tinycss2.ast.QualifiedRule):
            yield f"{selector}: nesting"
        if not isinstance(item, tinycss2.ast.Declaration):
            continue
        value = tinycss2.serialize(item.value)
        display = value.strip() if item.lower_name == "display" else display
        if item.lower_name in PROPERTIES:
            yield f"{selector}: {item.name}"
        if item.lower_name in {"gap", "column-gap", "row-gap"} and "flex" in display:
            yield f"{selector}: gap in a flex container"
        for part in _parts(item.value):
            if part.type == "function" and part.lower_name in FUNCTIONS:
                yield f"{selector}: {part.name}()"
            if part.type == "function" and part.lower_name == "clamp" and item.lower_name not in seen:
                yield f"{selector}: clamp() without a plain value before it"
            if part.type == "dimension" and part.lower_unit in UNITS:
                yield f"{selector}: {part.unit}"
        seen.add(item.lower_name)


def _parts(tokens: list[object]) -> Iterator["tinycss2.ast.Node"]:
    for token in tokens:
        yield token
        yield from _parts(getattr(token, "arguments", None) or getattr(token, "content", None) or [])


def script_problems(text: str) -> list[str]:
    """Return what is beyond the floor in a script."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    return [name for name, pattern in JAVASCRIPT.items() if re.search(pattern, code, re.MULTILINE)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_sheets_stay_above_the_floor(sheet: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", sheet.read_text(), flags=re.DOTALL)
    assert not list(sheet_problems(text))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_stay_above_the_floor(script: Path) -> None:
    assert not script_problems(script.read_text())


@pytest.mark.parametrize(
    "text",
    [
        "a:is(b) { color: red }",
        "div:has(a) { color: red }",
        "@layer base { a { color: red } }",
        "@container (width > 3em) { a { color: red } }",
        "a { & b { color: red } }",
        "a { inset: 0 }",
        "a { aspect-ratio: 1 }",
        "a { color: color-mix(in srgb, red, blue) }",
        "a { display: flex; gap: 1rem }",
        "a { width: clamp(1rem, 2vw, 3rem) }",
        "a { height: 100dvh }",
        "@media screen { a { inset: 0 } }",
    ],
)
def test_a_sheet_beyond_the_floor_is_seen(text: str) -> None:
    assert list(sheet_problems(text))


@pytest.mark.parametrize(
    "text", ["a?.b", "a ?? b", "a ||= b", "list.at(-1)", "  await go()", "text.replaceAll('a', 'b')"]
)
def test_a_script_beyond_the_floor_is_seen(text: str) -> None:
    assert script_problems(text)
