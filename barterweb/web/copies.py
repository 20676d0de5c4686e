"""Pages for visitors, and parts of pages, kept until the database changes: a network is read far more than it is written.

A view marked `kept_for_visitors` shows the same page to everybody who carries no session. The whole answer, compressed, is
kept with the database's version it was made from; any commit, by any process, makes another version, so no visitor ever sees
what no longer holds (docs/decisions/0091). `Door` answers from copies before Flask begins its work. A copy asked for twice
is compressed once more, as hard as can be.
"""

import gzip
import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import brotli
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from barterweb import clock, db
from barterweb.web.statics import came_from_outside, encoding_for

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
Kept = TypeVar("Kept")
Key = tuple[Hashable, ...]

MAX_COPIES = 400
MAX_BYTES = 128 * 1024
"""Of one page, before compression; longer ones are not kept."""

_KEY, _VERSION = "barterweb.copy_key", "barterweb.data_version"
_FRAGMENT_HEADERS = ("HTTP_HX_REQUEST", "HTTP_HX_BOOSTED", "HTTP_HX_HISTORY_RESTORE_REQUEST")
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

    def answer_to(self, wanted: str) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body: whole, or 304 when the `If-None-Match` sent names this copy."""
        if f'"{self.etag}"' in wanted:
            return "304 NOT MODIFIED", [pair for pair in self.headers if pair[0] not in _OF_A_BODY], b""
        return "200 OK", [*self.headers, ("Content-Length", str(len(self.body)))], self.body


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


class Door:
    """Answers from copies, and lets the application answer the rest."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inside: WSGIApplication = app.wsgi_app
        self.cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        self.copies: Copies[Copy] = app.extensions["copies"]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        copy = self._found(environ)
        if copy is None:
            return self.inside(environ, start_response)
        if not copy.tight:
            copy.body, copy.tight = _encoded(copy.plain, copy.encoding, tight=True), True
        status, headers, body = copy.answer_to(environ.get("HTTP_IF_NONE_MATCH", ""))
        start_response(status, headers)
        return [body]

    def _found(self, environ: "WSGIEnvironment") -> Copy | None:
        """Look for a copy; leave in the environment what one would be kept under, unless this page has none."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or self.cookie in environ.get("HTTP_COOKIE", ""):
            return None
        if path not in self.addresses and not path.startswith(self.prefixes):
            return None
        try:
            with self.app.app_context():
                environ[_VERSION] = db.data_version()
                environ[_KEY] = key = _key_of(environ)
        except (SQLAlchemyError, sqlite3.Error):
            return None  # the application will meet the same and has a page for it
        return self.copies.get(key)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The addresses of kept pages that hold no variable."""
        return frozenset(rule for rule in self._rules() if "<" not in rule)

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """How the addresses of the other kept pages begin."""
        return tuple(rule.partition("<")[0] for rule in self._rules() if "<" in rule)

    def _rules(self) -> list[str]:
        views = self.app.view_functions
        return [rule.rule for rule in self.app.url_map.iter_rules() if _is_kept(views[rule.endpoint])]


def init_app(app: Flask) -> None:
    """Put the door before the application; keep answers once headers are set, instead of compressing them.

    Functions after a request run last registered first: call this after Flask-Compress is set up and before `headers`.
    """
    app.extensions["copies"] = Copies[Copy]()
    app.extensions["kept_parts"] = Copies[Any]()
    app.wsgi_app = Door(app)  # type: ignore[method-assign]
    app.after_request(_keep)


def _key_of(environ: "WSGIEnvironment") -> Key:
    """Return all that a visitor's page depends on."""
    read_only: Any = current_app.jinja_env.globals["read_only"]
    return (
        environ[_VERSION],
        clock.today(),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING"),
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST"),
        encoding_for(environ.get("HTTP_ACCEPT_ENCODING", "")),
        came_from_outside(environ),
        read_only() is None,  # told by each process up to two seconds late
        *(environ.get(name) for name in _FRAGMENT_HEADERS),
    )


def _is_kept(view: Any) -> bool:
    return getattr(view, "kept_for_visitors", False)


def _keep(response: Response) -> Response:
    key = request.environ.get(_KEY)
    if key is None or not _is_kept(current_app.view_functions.get(request.endpoint or "")):
        return response
    if response.status_code != 200 or response.is_streamed or "Set-Cookie" in response.headers:
        return response
    plain = response.get_data()
    if response.headers.get("Content-Encoding") or len(plain) > MAX_BYTES:
        return response
    encoding = encoding_for(request.headers.get("Accept-Encoding", ""))
    response.vary.update(("Accept-Encoding", "Cookie", "Sec-Fetch-Site"))
    headers = [(name, value) for name, value in response.headers.items() if name not in _NOT_KEPT]
    etag = f"{hashlib.sha256(repr(headers).encode() + plain).hexdigest()[:20]}-{encoding}"
    headers.append(("ETag", f'W/"{etag}"'))  # weak: the page is the same, compressed hard or not
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    copy = Copy(headers, plain, _encoded(plain, encoding, tight=False), encoding, etag)
    copies: Copies[Copy] = current_app.extensions["copies"]
    copies.put(key, copy)
    status, headers, body = copy.answer_to(request.headers.get("If-None-Match", ""))
    return Response(body, status, headers)


def _version() -> str:
    """Return the database's version as this request asked it first: what it reads is that old or newer."""
    if _VERSION not in request.environ:
        request.environ[_VERSION] = db.data_version()
    return str(request.environ[_VERSION])


def _encoded(plain: bytes, encoding: str, *, tight: bool) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11 if tight else 5))
    return gzip.compress(plain, 9 if tight else 5, mtime=0) if encoding == "gzip" else plain
