"""Files that never change under one address: read once, compressed once as small as can be, kept by browsers for ever.

Templates ask for ``static_url(name)``, whose address holds the content's hash, and for ``styles(names…)``, which links the
sheets, or writes them into the page a visitor opens first: one request less on the way to a first look
(docs/decisions/0090-first-view.md).
"""

import base64
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import rcssmin
import rjsmin
from flask import Flask, Response, abort, g, has_request_context, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as BaseResponse

from barterweb.web.access import signed_in_actor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FOLDER = Path(__file__).resolve().parents[2] / "static"
BUNDLES = {"htmx.js": ("htmx-settings.js", "vendor/htmx-2.0.11.min.js")}
"""Files served as one, in this order: htmx never comes without its settings."""

OF_OTHERS = "vendor/"
MINIFIERS = {".css": rcssmin.cssmin, ".js": rjsmin.jsmin}
_COMPRESSIBLE = {"text/css", "text/javascript", "image/svg+xml", "text/plain"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file, whole and compressed; `version` is the start of its SHA-256."""

    mimetype: str
    content: bytes
    version: str
    encoded: dict[str, bytes]


@cache
def asset(name: str) -> Asset | None:
    """Return a file of ``static/`` or a bundle, without comments and needless spaces; None when there is none."""
    if name in BUNDLES:
        content = b"\n".join(_minified(part, (FOLDER / part).read_bytes()) for part in BUNDLES[name])
    else:
        path = safe_join(str(FOLDER), name)
        if path is None or not Path(path).is_file():
            return None
        content = _minified(name, Path(path).read_bytes())
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    encoded: dict[str, bytes] = {}
    if mimetype in _COMPRESSIBLE:
        encoded = {"br": brotli.compress(content, quality=11), "gzip": gzip.compress(content, 9, mtime=0)}
    return Asset(mimetype, content, hashlib.sha256(content).hexdigest()[:12], encoded)


def _minified(name: str, content: bytes) -> bytes:
    """Return a style sheet or script without what only its authors need; what others made stays as it came."""
    if name.startswith(OF_OTHERS):
        return content
    minify = MINIFIERS.get(Path(name).suffix)
    return content if minify is None else str(minify(content.decode())).encode()


def _answer(filename: str) -> BaseResponse:
    """Answer with a static file in the best encoding the browser takes, or 304 when it has it."""
    found = asset(filename)
    if found is None:
        abort(404)
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = encoding_for(accepted) if found.encoded else "identity"
    response = Response(found.encoded.get(encoding, found.content), mimetype=found.mimetype)
    if encoding != "identity":
        response.content_encoding = encoding
    if found.encoded:
        response.vary.add("Accept-Encoding")
    response.set_etag(f"{found.version}-{encoding}")
    return response.make_conditional(request)


@lru_cache(maxsize=200)
def encoding_for(accepted: str) -> str:
    """Return ``br``, ``gzip`` or ``identity``, whatever serves best whom an ``Accept-Encoding`` speaks for."""
    choices = parse_accept_header(accepted, Accept)
    return next((name for name in ("br", "gzip") if choices[name] > 0), "identity")


def static_url(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    found = asset(name)
    if found is None:
        raise FileNotFoundError(name)
    return url_for("static", filename=name, v=found.version)


def styles(*names: str) -> Markup:
    """Link the style sheets, or write them into a visitor's first page; the content policy then names their hash."""
    if not is_first_view():
        return Markup("\n").join(
            Markup('<link rel="stylesheet" href="{}">').format(static_url(name)) for name in names
        )
    sheet, digest = _inlined(names)
    g.inlined_style = digest
    return sheet


def is_first_view() -> bool:
    """Tell whether a visitor comes from outside, whose browser is likely not to have the style sheet yet."""
    return has_request_context() and signed_in_actor() is None and came_from_outside(request.environ)


def came_from_outside(environ: "WSGIEnvironment") -> bool:
    """Tell whether no page of ours led to this request, as far as the browser says."""
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return bool(site != "same-origin")
    ours = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}/"
    return not str(environ.get("HTTP_REFERER", "")).startswith(ours)


@cache
def _inlined(names: tuple[str, ...]) -> tuple[Markup, str]:
    found = [asset(name) for name in names]
    text = "".join(sheet.content.decode() for sheet in found if sheet is not None)
    if len(found) != len(names) or "</" in text:
        raise ValueError(f"these sheets cannot be written into a page: {names}")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup("<style>{}</style>").format(Markup(text)), f"'sha256-{digest}'"  # noqa: S704  our own file


def init_app(app: Flask) -> None:
    """Serve ``/static/`` and give ``static_url`` and ``styles`` to every template."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=_answer)
    app.add_template_global(static_url)
    app.add_template_global(styles)
