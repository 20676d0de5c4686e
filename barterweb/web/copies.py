"""Pages for visitors, and parts of pages, kept until the database changes: a network is read far more than it is written.

A view marked `kept_for_visitors` shows the same page to everybody who carries no session. The whole answer, compressed, is
kept with the database's version it was made from; any commit, by any process, makes another version, so no visitor ever sees
what no longer holds (docs/decisions/0091). A copy asked for twice is compressed once more, as hard as can be.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import brotli
from flask import Flask, Response, current_app, g, request

from barterweb import clock, db
from barterweb.web.statics import best_encoding, comes_from_outside

View = TypeVar("View", bound=Callable[..., Any])
Kept = TypeVar("Kept")
Key = tuple[Hashable, ...]

MAX_COPIES = 400
MAX_BYTES = 128 * 1024
"""Of one page, before compression; longer ones are not kept."""

_FRAGMENT_HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
_OF_A_BODY = {"Content-Type", "Content-Encoding"}
_NOT_KEPT = {"Content-Length", "Content-Encoding", "Date", "ETag"}


@dataclass(slots=True)
class Copy:
    """An answer as it was first given; `body` is encoded, `tight` tells whether as small as can be."""

    headers: list[tuple[str, str]]
    plain: bytes
    body: bytes
    encoding: str
    etag: str
    tight: bool = False


class Copies(Generic[Kept]):
    """What one process keeps, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """Return what is kept, and remember that it was wanted."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keep something, forgetting what nobody asked for longest."""
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > MAX_COPIES:
                self._kept.popitem(last=False)


def kept_for_visitors(view: View) -> View:
    """Mark a public GET view whose page depends on nothing but its address, the database and today's date."""
    view.kept_for_visitors = True  # type: ignore[attr-defined]
    return view


def kept_part(make: Callable[[], Kept], *depends_on: Hashable) -> Kept:
    """Return what makes a part of this page, the same for all its readers, made anew when the database changed.

    It may depend on the request's address, today's date and what is named; never on who reads it in any other way.
    """
    key = (_version(), clock.today(), request.full_path, request.host, *depends_on)
    parts: Copies[Kept] = current_app.extensions["kept_parts"]
    part = parts.get(key)
    if part is None:
        part = make()
        parts.put(key, part)
    return part


def init_app(app: Flask) -> None:
    """Answer from copies before anything else happens; keep answers once headers are set, instead of compressing them.

    Functions after a request run last registered first: call this after Flask-Compress is set up and before `headers`.
    """
    app.extensions["copies"] = Copies[Copy]()
    app.extensions["kept_parts"] = Copies[Any]()
    app.before_request_funcs.setdefault(None, []).insert(0, _from_copy)
    app.after_request(_keep)


def _from_copy() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "GET" or not getattr(view, "kept_for_visitors", False):
        return None
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return None
    read_only: Any = current_app.jinja_env.globals["read_only"]
    g.copy_key = key = (
        _version(),
        clock.today(),
        request.full_path,
        request.host,
        best_encoding(),
        comes_from_outside(),
        read_only() is None,  # told by each process up to two seconds late
        *(request.headers.get(name) for name in _FRAGMENT_HEADERS),
    )
    copy = _copies().get(key)
    if copy is None:
        return None
    del g.copy_key  # it is kept already
    if not copy.tight:
        copy.body, copy.tight = _encoded(copy.plain, copy.encoding, tight=True), True
    return _answer(copy)


def _keep(response: Response) -> Response:
    key = g.pop("copy_key", None)
    if key is None or response.status_code != 200 or response.is_streamed or "Set-Cookie" in response.headers:
        return response
    plain = response.get_data()
    if response.headers.get("Content-Encoding") or len(plain) > MAX_BYTES:
        return response
    encoding = best_encoding()
    response.vary.update(("Accept-Encoding", "Cookie", "Sec-Fetch-Site"))
    headers = [(name, value) for name, value in response.headers.items() if name not in _NOT_KEPT]
    etag = f"{hashlib.sha256(repr(headers).encode() + plain).hexdigest()[:20]}-{encoding}"
    headers.append(("ETag", f'W/"{etag}"'))  # weak: the page is the same, compressed hard or not
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    copy = Copy(headers, plain, _encoded(plain, encoding, tight=False), encoding, etag)
    _copies().put(key, copy)
    return _answer(copy)


def _answer(copy: Copy) -> Response:
    """Make the answer of a copy: whole, or 304 when the browser has it."""
    if request.if_none_match.contains_weak(copy.etag):
        headers = [pair for pair in copy.headers if pair[0] not in _OF_A_BODY]
        return Response(status=304, headers=headers)
    return Response(copy.body, headers=copy.headers)


def _version() -> str:
    """Return the database's version as this request asked it first: what it reads is that old or newer."""
    if "data_version" not in g:
        g.data_version = db.data_version()
    return str(g.data_version)


def _encoded(plain: bytes, encoding: str, *, tight: bool) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11 if tight else 5))
    return gzip.compress(plain, 9 if tight else 5, mtime=0) if encoding == "gzip" else plain


def _copies() -> Copies[Copy]:
    copies: Copies[Copy] = current_app.extensions["copies"]
    return copies
