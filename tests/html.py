"""Reading HTML as a browser does: trees, texts, accessible names, selectors, and what a form would send."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

SILENT = {"script", "style", "template", "code", "pre", "textarea"}
"""Elements whose text is not prose."""

INLINE = {"a", "abbr", "b", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "time"}
"""Elements that do not part words."""

CONTROLS = {"input", "select", "textarea"}

_SIMPLE = re.compile(
    r"(?P<tag>[\w-]+)?(?:#(?P<id>[\w-]+))?(?P<classes>(?:\.[\w-]+)*)(?P<attributes>(?:\[[^\]]+\])*)"
)
_ATTRIBUTE = re.compile(r"\[([\w-]+)(?:=[\"']?([^\"'\]]*)[\"']?)?\]")


def parse(html: str, *, fragment: bool) -> tuple[Element, list[str]]:
    """Return the tree of a page or fragment, and what breaks HTML's syntax."""
    builder = html5lib.getTreeBuilder("etree")
    parser = html5lib.HTMLParser(builder, namespaceHTMLElements=False)
    if fragment:
        tree = parser.parseFragment(html, container="tbody" if html.lstrip().startswith("<tr") else "div")
    else:
        tree = parser.parse(html)
    errors = [f"line {line}: {code} {data or ''}".rstrip() for (line, _), code, data in parser.errors]
    return tree, errors


def text_of(element: Element) -> str:
    """Return the text a reader gets, single-spaced (no-break and narrow spaces stay as they are)."""
    return re.sub(r"[ \t\r\n]+", " ", "".join(texts(element))).strip()


def label_of(element: Element, root: Element) -> str:
    """Return the accessible name of a control, link or button; empty when there is none."""
    if spoken := (element.get("aria-label") or "").strip():
        return spoken
    by_id = {e.get("id"): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    if references := element.get("aria-labelledby"):
        return " ".join(text_of(by_id[name]) for name in references.split() if name in by_id)
    if element.tag in CONTROLS:
        labels = [
            label
            for label in root.iter("label")
            if element in list(label.iter()) or _points_at(label, element)
        ]
        return "".join(text for label in labels for text in texts(label, SILENT | CONTROLS)).strip()
    pictures = [picture.get("alt") or "" for picture in element.iter("img")]
    drawings = [drawing.get("aria-label") or "" for drawing in element.iter() if tag_of(drawing) == "svg"]
    return " ".join(filter(None, [text_of(element), *pictures, *drawings]))


def _points_at(label: Element, control: Element) -> bool:
    return control.get("id") is not None and label.get("for") == control.get("id")


def tag_of(element: Element) -> str:
    """The name of an element, without the namespace of drawings; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def texts(element: Element, silent: set[str] = SILENT) -> Iterator[str]:
    """Yield the pieces of text a reader gets, with a space wherever words part."""
    if tag_of(element) and tag_of(element) not in silent:
        yield element.text or ""
        for child in element:
            gap = "" if tag_of(child) in INLINE else " "
            yield gap
            yield from texts(child, silent)
            yield gap
            yield child.tail or ""


def elements(root: Element) -> Iterator[Element]:
    """Yield the elements of a tree, without its comments."""
    return (element for element in root.iter() if tag_of(element))


# ------------------------------------------------------------------------------------------------------------- selectors


def select(root: Element, selector: str) -> list[Element]:
    """Return what matches ``tag#id.class[name=value]`` steps, a space meaning anywhere below."""
    found = [root]
    for step in selector.split():
        match = _SIMPLE.fullmatch(step)
        assert match, f"selectors are made of tag#id.class[name=value] and spaces, not {step!r}"
        unique = {id(e): e for above in found for e in above.iter() if e is not above and _matches(e, match)}
        found = list(unique.values())
    return found


def _matches(element: Element, wanted: re.Match[str]) -> bool:
    if not isinstance(element.tag, str) or (wanted["tag"] or element.tag) != element.tag:
        return False
    if wanted["id"] is not None and element.get("id") != wanted["id"]:
        return False
    if not set(wanted["classes"].split(".")) - {""} <= set((element.get("class") or "").split()):
        return False
    pairs = _ATTRIBUTE.findall(wanted["attributes"])
    return all(
        element.get(name) is not None and (not value or element.get(name) == value) for name, value in pairs
    )


def only(root: Element, selector: str) -> Element:
    """Return the one element that matches."""
    found = select(root, selector)
    assert len(found) == 1, f"{len(found)} elements match {selector!r}"
    return found[0]


# ----------------------------------------------------------------------------------------------------------------- forms


def buttons(form: Element, root: Element) -> list[Element]:
    """Return what submits a form."""
    return [
        control
        for control in _controls(form, root)
        if (control.tag == "button" and control.get("type", "submit") == "submit")
        or (control.tag == "input" and control.get("type") in {"submit", "image"})
    ]


def _controls(form: Element, root: Element) -> list[Element]:
    """Return what belongs to a form: inside it, or elsewhere with its id."""
    inside = [element for element in form.iter() if element.tag in {*CONTROLS, "button"}]
    name = form.get("id")
    outside = [
        element for element in root.iter() if name and element.get("form") == name and element.tag != "form"
    ]
    return [*inside, *(element for element in outside if element not in inside)]


def filled(
    form: Element, pressed: Element, root: Element, fields: Mapping[str, Any]
) -> list[tuple[str, Any]]:
    """Return the pairs a browser sends: what stands in the form, with `fields` typed over it, and the button."""
    values: list[tuple[str, Any]] = []
    missing = set(fields)
    for control in _controls(form, root):
        name = control.get("name")
        if not name or control.get("disabled") is not None or control.tag == "button":
            continue
        if control.get("type") in {"submit", "image", "reset", "button"}:
            continue
        if name in fields and control.get("type") != "hidden":
            typed = _typed(control, name, fields[name])
            if typed is not None:
                missing.discard(name)
                values += typed
        else:
            values += control_values(control)
    assert not missing, (
        f"nobody could put {[(name, fields[name]) for name in sorted(missing)]} into this form"
    )
    if pressed.get("name"):
        values.append((pressed.get("name") or "", pressed.get("value") or ""))
    return values


def _typed(control: Element, name: str, wanted: Any) -> list[tuple[str, Any]] | None:
    """Return the pairs of one control once a person made it `wanted`; None when it cannot be made so."""
    kind = control.get("type", "text") if control.tag == "input" else control.tag
    if kind == "checkbox":
        if isinstance(wanted, bool):
            return [(name, control.get("value", "on"))] if wanted else []
        chosen = [wanted] if isinstance(wanted, str) else list(wanted)
        return (
            [(name, control.get("value", "on"))]
            if control.get("value") in chosen
            else ([] if not chosen else None)
        )
    if kind == "radio":
        return [(name, wanted)] if control.get("value") == wanted else None
    if kind == "select":
        options = {option.get("value", text_of(option)) for option in control.iter("option")}
        chosen = [wanted] if isinstance(wanted, str) else list(wanted)
        return [(name, value) for value in chosen] if set(chosen) <= options else None
    if control.get("readonly") is not None:
        return None
    return [(name, wanted)]


def control_values(control: Element) -> Iterator[tuple[str, str]]:
    """Yield the pairs of an untouched control."""
    name, kind = control.get("name") or "", control.get("type", "text")
    if control.tag == "textarea":
        yield name, (control.text or "").removeprefix("\n")
    elif control.tag == "select":
        options = list(control.iter("option"))
        selected = [option for option in options if option.get("selected") is not None]
        if control.get("multiple") is None:
            selected = selected[-1:] or options[:1]
        for option in selected:
            yield name, option.get("value", text_of(option))
    elif kind in {"checkbox", "radio"}:
        if control.get("checked") is not None:
            yield name, control.get("value", "on")
    elif kind != "file":
        yield name, control.get("value", "")
