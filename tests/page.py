"""A browser for tests: it sends what a browser would, follows where it is sent, and lints every page it receives.

lea = page("lea@transports.example")
lea.get("/annonces/nouvelle")
lea.submit("Publier", title="Stockage de palettes", kind="offer")
assert "Annonce publiée" in lea.page
"""

import copy
import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element, tostring

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.html import buttons, control_values, filled, label_of, only, parse, select, text_of
from tests.lint import problems

HTMX = {"HX-Request": "true"}
MAX_REDIRECTS = 5


class Page:
    """An answer of the site: a page, a fragment or a file."""

    def __init__(self, url: str, response: TestResponse, *, fragment: bool = False) -> None:
        self.url = url
        self.status = response.status_code
        self.headers = response.headers
        self.data = response.data
        self.fragment = fragment
        self.is_html = response.mimetype == "text/html"
        self.html = response.text if self.is_html else ""
        response.close()
        self.root = parse(self.html, fragment=fragment)[0]

    @property
    def text(self) -> str:
        """Everything a reader gets, single-spaced."""
        return text_of(self.root)

    @property
    def title(self) -> str:
        """The text of the title element."""
        return text_of(self.one("title"))

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def __repr__(self) -> str:
        return f"<{self.status} {self.url}: {self.text[:2000]}>"

    def all(self, selector: str) -> list[Element]:
        """Return the elements matching a selector made of ``tag#id.class[name=value]``, with spaces for descendants."""
        return select(self.root, selector)

    def one(self, selector: str) -> Element:
        """Return the one element that matches."""
        found = self.all(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector!r} in {self!r}"
        return found[0]

    def text_of(self, selector: str) -> str:
        """Return the text of the one element that matches."""
        return text_of(self.one(selector))

    def value_of(self, name: str) -> str:
        """Return what the control called `name` holds."""
        return dict(control_values(self.one(f"[name={name}]"))).get(name, "")


class Browser:
    """One person's browser: cookies, the page it shows, forms and links to act on."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._client = app.test_client()
        self._endpoint_by_title: dict[str, str] = {}
        self.page: Page | None = None
        self.redirects: list[str] = []

    def begin_session(self, values: Mapping[str, Any]) -> None:
        """Put values into the session cookie."""
        with self._client.session_transaction() as session:
            session.update(values)
            session.permanent = True

    # ----------------------------------------------------------------------------------------------- going somewhere

    def get(self, url: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Page:
        """Go to an address, follow redirections, and show what comes; it must have this status."""
        return self._show("GET", url, status, headers=headers)

    def follow(self, text: str, *, status: int = 200) -> Page:
        """Click the link with this text."""
        links = [link for link in self._shown.all("a[href]") if label_of(link, self._shown.root) == text]
        addresses = {link.get("href") or "" for link in links}
        assert len(addresses) == 1, f"{len(addresses)} links say {text!r} on {self.page!r}"
        return self.get(urljoin(self._shown.url, addresses.pop()), status=status)

    def submit(
        self,
        button: str | None = None,
        fields: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        **more: Any,
    ) -> Page:
        """Fill in the form that holds the button saying `button` (or the page's only form with a button), and press it.

        A field takes text, True or False for a box, a list for several boxes or a multiple choice, ``(name, bytes)`` for
        a file. What a person could not type or choose is refused: use `post` to forge.
        """
        form, pressed = self._form(button)
        values = filled(form, pressed, self._shown.root, {**(fields or {}), **more})
        method = (pressed.get("formmethod") or form.get("method") or "get").upper()
        action = pressed.get("formaction") or form.get("action") or self._shown.url
        url = urljoin(self._shown.url, action)
        if method == "GET":
            return self.get(f"{re.split('[?#]', url)[0]}?{urlencode(values)}", status=status)
        multipart = form.get("enctype") == "multipart/form-data"
        return self._show("POST", url, status, data=_body(values), multipart=multipart)

    def post(
        self, url: str, fields: Mapping[str, Any] | None = None, *, status: int = 200, csrf: bool = True
    ) -> Page:
        """Send whatever fields, as a program would; with the CSRF token of the page shown unless `csrf` is false."""
        return self._show("POST", url, status, data=self._forged(fields, csrf))

    # ------------------------------------------------------------------------------------------------------ with HTMX

    def hx_get(self, url: str, *, status: int = 200, target: str | None = None) -> Page:
        """Ask for a fragment as HTMX does; the page shown stays."""
        return self._swap("GET", url, status, target=target)

    def hx_post(
        self,
        url: str,
        fields: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        target: str | None = None,
    ) -> Page:
        """Post whatever fields as HTMX does, with the CSRF token of the page shown; the page shown stays."""
        return self._swap("POST", url, status, target=target, data=self._forged(fields, csrf=True))

    def hx_submit(
        self,
        button: str | None = None,
        fields: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        **more: Any,
    ) -> Page:
        """Fill in a form that carries ``hx-get`` or ``hx-post`` and send it as HTMX does; the page shown stays."""
        form, pressed = self._form(button)
        values = filled(form, pressed, self._shown.root, {**(fields or {}), **more})
        for method in ("POST", "GET"):
            address = pressed.get(f"hx-{method.lower()}") or form.get(f"hx-{method.lower()}")
            if address is not None:
                url = urljoin(self._shown.url, address)
                if method == "GET":
                    return self._swap("GET", f"{url.partition('?')[0]}?{urlencode(values)}", status)
                return self._swap("POST", url, status, data=_body(values))
        raise AssertionError(f"the form with {button!r} has neither hx-get nor hx-post")

    # ---------------------------------------------------------------------------------------------------------- inner

    @property
    def _shown(self) -> Page:
        assert self.page is not None, "the browser shows no page yet: get one first"
        return self.page

    def _show(
        self,
        method: str,
        url: str,
        status: int,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        multipart: bool = False,
    ) -> Page:
        content_type = "multipart/form-data" if multipart else None
        response = self._client.open(
            _local(url), method=method, data=data, headers=headers, content_type=content_type
        )
        self.redirects = []
        while response.status_code in {301, 302, 303, 307, 308}:
            assert len(self.redirects) < MAX_REDIRECTS, f"sent around: {self.redirects}"
            url = urljoin(url, response.headers["Location"])
            self.redirects.append(_local(url))
            response = self._client.get(_local(url), headers=headers)
        self.page = self._checked(Page(_local(url), response), status)
        if method == "GET" and status == 200 and self.page.is_html:
            self._check_title(self.page)
        return self.page

    def _swap(
        self, method: str, url: str, status: int, *, target: str | None = None, data: Any = None
    ) -> Page:
        headers = {**HTMX, **({"HX-Target": target.lstrip("#")} if target else {})}
        if self.page is not None:
            headers["HX-Current-URL"] = f"http://localhost{self.page.url}"
        response = self._client.open(_local(url), method=method, data=data, headers=headers)
        assert response.status_code not in {301, 302, 303}, (
            "HTMX would follow a redirection unseen: send HX-Redirect"
        )
        if "HX-Redirect" in response.headers:
            return self.get(response.headers["HX-Redirect"], status=status)
        return self._checked(Page(_local(url), response, fragment=True), status)

    def _checked(self, page: Page, status: int) -> Page:
        assert page.status == status, f"status {page.status} instead of {status}: {page!r}"
        if page.is_html and page.html:
            policy = page.headers.get("Content-Security-Policy", "")
            wrong = problems(page.html, fragment=page.fragment, policy=policy)
            assert not wrong, f"{page.url}:\n  " + "\n  ".join(wrong)
        return page

    def _check_title(self, page: Page) -> None:
        """Two different pages must not share a title: it is what tells tabs, history entries and bookmarks apart."""
        try:
            endpoint, _ = self._app.url_map.bind("localhost").match(page.url.partition("?")[0])
        except HTTPException:
            return
        other = self._endpoint_by_title.setdefault(page.title, endpoint)
        assert other == endpoint, f"{endpoint} and {other} share the title {page.title!r}"

    def _form(self, button: str | None) -> tuple[Element, Element]:
        """Return the form and its button."""
        root = self._shown.root
        found = [
            (form, pressed)
            for form in root.iter("form")
            for pressed in buttons(form, root)
            if button is None
            or (pressed.get("value") if pressed.tag == "input" else text_of(pressed)) == button
        ]
        if button is None:  # the header's own forms are not meant
            found = [
                pair for pair in found if any(pair[0] in list(main.iter()) for main in root.iter("main"))
            ]
        assert len(found) == 1, f"{len(found)} buttons say {button!r} on {self.page!r}"
        return found[0]

    def _forged(self, fields: Mapping[str, Any] | None, csrf: bool) -> dict[str, Any]:
        if not csrf:
            return dict(fields or {})
        tokens = [control.get("value") for control in self._shown.all("input[name=csrf_token]")]
        assert tokens, f"no CSRF token on {self.page!r}: get a page with a form first"
        return {"csrf_token": tokens[0], **(fields or {})}


def assert_swap_equals_page(browser: Browser, page_url: str, target: str, fragment_url: str) -> None:
    """Prove that `page_url` with the fragment of `fragment_url` swapped in at `target` is what `fragment_url` shows afresh.

    What a person typed into controls is theirs and left aside. Out-of-band parts of the fragment are put in place too.
    """
    swapped = copy.deepcopy(browser.get(page_url).one("body"))
    fragment = browser.hx_get(fragment_url, target=target)
    for part in [element for element in fragment.root.iter() if element.get("hx-swap-oob") is not None]:
        _remove(fragment.root, part)
        del part.attrib["hx-swap-oob"]
        _replace(swapped, f"#{part.get('id')}", part)
    whole = select(fragment.root, target)
    if whole:
        _replace(swapped, target, whole[0])
    else:
        place = only(swapped, target)
        place[:] = list(fragment.root)
        place.text = fragment.root.text
    expected = _canonical(browser.get(fragment_url).one("body"))
    assert _canonical(swapped) == expected, f"after the swap, {page_url} differs from {fragment_url}"


def _body(values: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    body: dict[str, list[Any]] = {}
    for name, value in values:
        is_file = isinstance(value, tuple)
        body.setdefault(name, []).append((io.BytesIO(value[1]), value[0]) if is_file else value)
    return body


def _local(url: str) -> str:
    """Return path and query of an address on this site; refuse others."""
    parts = urlsplit(url)
    assert parts.netloc in {"", "localhost"}, f"{url} leads away from the site"
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


# ----------------------------------------------------------------------------------------------------------------- swaps


def _remove(root: Element, element: Element) -> None:
    for parent in root.iter():
        if element in list(parent):
            parent.remove(element)


def _replace(root: Element, selector: str, new: Element) -> None:
    old = only(root, selector)
    for parent in root.iter():
        for place, child in enumerate(parent):
            if child is old:
                parent[place] = new
                return


def _canonical(root: Element) -> list[str]:
    """Return the tree as lines that can be compared: no insignificant spaces, tokens, or state of controls."""
    tree = copy.deepcopy(root)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            element.text = ""
        if element.tag in {"input", "option", "textarea"} and element.get("type") not in {
            "submit",
            "checkbox",
            "radio",
        }:
            element.attrib.pop("value", None)
            element.text = None if element.tag == "textarea" else element.text
        for state in ("checked", "selected"):
            element.attrib.pop(state, None)
        element.attrib.update(sorted((name, element.attrib.pop(name)) for name in list(element.attrib)))
        element.text = re.sub(r"\s+", " ", element.text or "").strip()
        element.tail = re.sub(r"\s+", " ", element.tail or "").strip()
    return tostring(tree, "unicode").replace("><", ">\n<").split("\n")
