"""Headers of every answer: content policy, framing, caching."""

from flask import Flask, Response, current_app, g, request

from barterweb.web.access import PUBLIC, access_rule, signed_in_actor

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_FILE = {200, 304}
"""Answers with a static file: what is no page needs no policy, and headers weigh as much as a small file does."""
_ONE_YEAR = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Complete every answer; a view that sets one of these headers keeps its own. What is not public is kept nowhere."""
    https = app.config["SETTINGS"].https

    @app.after_request
    def complete(response: Response) -> Response:
        if style := g.pop("inlined_style", None):
            response.headers.setdefault("Content-Security-Policy", _with_style(style))
        if https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint == "static" and response.status_code in _FILE:
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Cache-Control"] = _ONE_YEAR if "v" in request.args else "public, max-age=3600"
            return response
        for name, value in _EVERYWHERE.items():
            response.headers.setdefault(name, value)
        if not _is_public(request.endpoint):
            response.headers["Cache-Control"] = "no-store"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store" if signed_in_actor() else "no-cache, private"
        return response


def _is_public(endpoint: str | None) -> bool:
    view = current_app.view_functions.get(endpoint or "")
    return view is None or access_rule(view) == PUBLIC


def _with_style(digest: str) -> str:
    """Return the policy of a page that carries its own style sheet, named by its hash."""
    return POLICY.replace("style-src 'self'", f"style-src 'self' {digest}")
