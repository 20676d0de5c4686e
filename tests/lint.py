"""What is wrong with a page, in sentences: the rules every HTML answer of the site keeps.

The page client applies it to everything it receives, so that each test of a page is also a test of these rules.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.html import CONTROLS, elements, label_of, parse, tag_of, text_of, texts

UNLABELLED_INPUTS = {"hidden", "submit", "button", "image", "reset"}
SPOKEN_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list")
ASSETS = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href", "use": "href"}

STRAIGHT_APOSTROPHE = re.compile(r"[^\W\d_]'[^\W\d_]")
BREAKING_SPACE = re.compile(r"(?:\w|^) [;:!?»]|« \w")
HTMX_CODE = re.compile(r"^(hx-on|hx-vars$)")


def problems(html: str, *, fragment: bool = False, policy: str = "") -> list[str]:
    """Return what is wrong, one sentence each; an empty list when all is well.

    Inline scripts and styles are wrong unless `policy`, the answer's Content-Security-Policy, names the hash of each.
    """
    root, errors = parse(html, fragment=fragment)
    found = [
        *errors,
        *_ids(root, fragment),
        *_names(root),
        *_inline(root, policy),
        *_assets(root),
        *_forms(root),
        *_prose(root),
    ]
    return found if fragment else [*found, *_frame(root, html)]


def _frame(root: Element, html: str) -> Iterator[str]:
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "no <!doctype html>"
    if root.get("lang") != "fr":
        yield 'no lang="fr"'
    titles = [text_of(title) for title in root.iter("title")]
    if len(titles) != 1 or not titles[0].partition("–")[0].strip():
        yield f"one title that says something is wanted, not {titles}"
    headings = [text_of(heading) for heading in root.iter("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"one h1 is wanted, not {headings}"


def _ids(root: Element, fragment: bool) -> Iterator[str]:
    counts = Counter(element.get("id") for element in elements(root) if element.get("id") is not None)
    for name, count in counts.items():
        if count > 1 or not name or re.search(r"\s", name):
            yield f"id {name!r} is empty, spaced or used {count} times"
    if fragment:
        return  # it may refer to the page around it
    for element in elements(root):
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in counts:
                    yield f"<{tag_of(element)} {attribute}={name!r}> refers to nothing"


def _names(root: Element) -> Iterator[str]:
    for element in elements(root):
        tag = tag_of(element)
        wants = tag == "button" or (tag == "a" and element.get("href") is not None)
        wants = wants or (tag in CONTROLS and element.get("type") not in UNLABELLED_INPUTS)
        if wants and not label_of(element, root):
            yield f"<{tag}> without a name: {sorted(element.items())}"
        if tag == "img" and element.get("alt") is None:
            yield f"<img> without alt: {element.get('src')}"


def _inline(root: Element, policy: str) -> Iterator[str]:
    for element in elements(root):
        tag = tag_of(element)
        if (tag == "style" or (tag == "script" and not element.get("src"))) and _hash(element) not in policy:
            yield f"inline <{tag}>"
        for attribute, value in element.items():
            name = attribute.lower()
            if name == "style" or name.startswith("on") or HTMX_CODE.match(name):
                yield f"<{tag}> with inline {name}"
            if value.strip().lower().startswith(("javascript:", "js:")):
                yield f"<{tag}> with code in {name}"
            if name == "hx-trigger" and "[" in value:
                yield f"<{tag}> with code in a trigger filter"


def _hash(element: Element) -> str:
    digest = hashlib.sha256((element.text or "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _assets(root: Element) -> Iterator[str]:
    for element in elements(root):
        address = (element.get(ASSETS.get(tag_of(element), "")) or "").strip().lower()
        if address.startswith(("http:", "https:", "//")):
            yield f"<{tag_of(element)}> from elsewhere: {address}"


def _forms(root: Element) -> Iterator[str]:
    for form in root.iter("form"):
        posts = (form.get("method") or "get").lower() == "post" or form.get("hx-post") is not None
        guarded = any(control.get("name") == "csrf_token" for control in form.iter("input"))
        if posts != guarded:
            yield f"the form to {form.get('action')!r} {'lacks' if posts else 'shows in an address'} its CSRF token"


def _prose(root: Element) -> Iterator[str]:
    spoken = [element.get(name) or "" for element in elements(root) for name in SPOKEN_ATTRIBUTES]
    for text in [*texts(root), *spoken]:
        for pattern, wrong in (
            (STRAIGHT_APOSTROPHE, "straight apostrophe"),
            (BREAKING_SPACE, "breaking space"),
        ):
            if match := pattern.search(text):
                around = text[max(match.start() - 25, 0) : match.end() + 15]
                yield f"{wrong} in « {' '.join(around.split(' ')).strip()} »"
