"""Style sheets and templates know the same classes: no rule for what no page has, no class that does nothing.

A class counts as used when a template's `class` attribute, a script or Python names it. Of `tone-{{ tone }}` the beginning
is known, and the end must stand somewhere in quotes: `"offer"`; of `{{ class }}` nothing is known, and the template itself
must have the class in quotes.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2

ROOT = Path(__file__).resolve().parents[2]
SHEETS = ("app.css", "guide.css")
NO_PAGES = {"mails", "pdf", "_frame.html", "listings.html"}
"""Templates with styles of their own, or none: letters, PDF files, the frames in other sites."""
SHOWCASE = "style.html"
"""The page that shows each part: what no other page has is not used."""

TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if not {*NO_PAGES, SHOWCASE} & set(path.parts)
]
PROGRAMS = [
    *sorted((ROOT / "barterweb").rglob("*.py")),
    *sorted(path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts),
]

HOOKS = {
    "btn-secondary": "the kind of button that `btn` alone draws: macros write `btn-{{ kind }}` whatever the kind",
    "closed": "the notice of a site that is read-only, told apart from others by whoever looks for it",
}
"""Classes without a rule of their own, and what they are for."""

_ATTRIBUTE = re.compile(r"""\bclass_?=(?:"((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"|'([^']*)')""", re.DOTALL)
_IN_PROGRAMS = re.compile(
    r"""(?:\bclass_?["']?\s*[=:]\s*\\?|classList\.\w+\(|className\s*\+?=\s*)["']([\w -]+)"""
)
_QUOTED = re.compile(r"""["']([^"'{}<>]*)["']""")
_ANYTHING = "*"


def ruled(sheet: str) -> Iterator[str]:
    """Yield each class that a selector of the sheet names."""
    yield from _ruled(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def _ruled(rules: list["tinycss2.ast.Node"]) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, tinycss2.ast.AtRule) and rule.content is not None:
            yield from _ruled(
                tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            )
        elif isinstance(rule, tinycss2.ast.QualifiedRule):
            yield from re.findall(r"\.(-?[_a-zA-Z][\w-]*)", tinycss2.serialize(rule.prelude))


def named(template: str) -> Iterator[str]:
    """Yield each class that the attributes of a template name; `*` stands for what a macro is given."""
    text = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    for double, single in _ATTRIBUTE.findall(text):
        value = re.sub(r"\{%.*?%\}", " ", double or single, flags=re.DOTALL)
        yield from re.sub(r"\{\{(.*?)\}\}", _literals, value, flags=re.DOTALL).split()


def _literals(expression: re.Match[str]) -> str:
    """Return what stands in quotes; of what continues a class, such as `tone-`, only that something follows."""
    literals = _QUOTED.findall(expression[1])
    if expression.string[expression.start() - 1 : expression.start()].strip():
        apart = [literal for literal in literals if literal.startswith(" ")]
        return (_ANYTHING if len(apart) < max(1, len(literals)) else "") + "".join(apart)
    return " ".join(literals) or _ANYTHING


def matches(name: str, used: set[str], words: set[str]) -> bool:
    """Tell whether a class is used: as it is, or as a known beginning and an end that stands in quotes."""
    if name in used:
        return True
    beginnings = [use[:-1] for use in used if use.endswith(_ANYTHING) and use != _ANYTHING]
    return any(name.startswith(start) and name[len(start) :] in words for start in beginnings)


def given(template: str) -> set[str]:
    """Return what a template that leaves a whole class to a macro's caller has in quotes: the class is one of these."""
    return set(_QUOTED.findall(template)) if _ANYTHING in named(template) else set()


def _pages() -> tuple[set[str], set[str]]:
    texts = [path.read_text() for path in TEMPLATES]
    programs = [path.read_text() for path in PROGRAMS]
    used = {name for text in texts for name in named(text)}
    used |= {name for text in programs for found in _IN_PROGRAMS.findall(text) for name in found.split()}
    return used, {word for text in (*texts, *programs) for word in _QUOTED.findall(text)}


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_rule_is_for_a_class_that_a_page_may_have(sheet: str) -> None:
    used, words = _pages()
    used |= {name for path in TEMPLATES for name in given(path.read_text())}
    rules = set(ruled((ROOT / "static" / sheet).read_text()))
    assert not sorted(name for name in rules if not matches(name, used, words))


def test_each_class_of_a_template_has_a_rule_or_is_a_hook() -> None:
    used, words = _pages()
    rules = {name for sheet in SHEETS for name in ruled((ROOT / "static" / sheet).read_text())}
    literal = {name for name in used if _ANYTHING not in name}
    assert sorted(literal - rules) == sorted(HOOKS), "a class without a rule, or a hook no longer used"
    for use in used - literal - {_ANYTHING}:
        assert any(matches(rule, {use}, words) for rule in rules), f"no rule begins with {use}"


def test_classes_are_read_out_of_jinja() -> None:
    text = """<p class="a {{ 'b' if x else "c" }} d-{{ tone }}{% if y %} e{% endif %}" id="f"><i class='g'>{# class="h" #}"""
    assert set(named(text)) == {"a", "b", "c", "d-*", "e", "g"}
    assert set(named("""<p class="a{{ ' a-own' if x }} d-{{ 'b' if y else 'c' }}">""")) == {
        "a",
        "a-own",
        "d-*",
    }
    assert given("""<p class="{{ kind }}">{{ mine("first") }}""") >= {"first"}
    assert not given("""<p class="a">{{ mine("first") }}""")
    assert matches("d-offer", {"d-*"}, {"offer"})
    assert not matches("d-other", {"d-*"}, {"offer"})
    assert set(ruled("@media print { .a > b.c-d:not(.e) { color: red } }")) == {"a", "c-d", "e"}
