"""Who may call a view. Every view carries one rule; a view without one is refused to everybody.

The rules are labels: `guard` enforces them before the view runs, and tests/architecture/routes.txt lists them all. Objects
are authorised by the query that loads them, with `current_actor()`.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from barterweb import db
from barterweb.actors import Actor, Signed
from barterweb.web import sessions
from barterweb.web.fragments import is_htmx

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed in"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_SITES = {"same-origin", "none"}
"""Where browsers say that a form was sent from: our own pages, or nowhere. Old ones say nothing; the token decides."""

SECOND_FACTOR_KINDS = ("staff", "operator", "accountant")
"""Hats that see more than one company: worn only after a second factor, where the settings make it compulsory."""


def public(view: View) -> View:
    """Anyone may call this view, signed in or not."""
    return _label(view, PUBLIC)


def signed_in(view: View) -> View:
    """Anyone signed in may call this view, whatever the hat."""
    return _label(view, SIGNED_IN)


def allowed(*kinds: str) -> Callable[[View], View]:
    """Only people wearing one of these hats (kinds of `Actor`) may call this view."""
    return lambda view: _label(view, " ".join(kinds))


def may_write(view: View) -> View:
    """Mark a GET view that writes, such as one that logs an accountant's download; the route snapshot shows it."""
    view.may_write = True  # type: ignore[attr-defined]
    return view


def before_second_factor(view: View) -> View:
    """Mark a view that serves to set up the second factor: it is open to those who have none yet."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def access_rule(view: Callable[..., Any]) -> str | None:
    """Return the rule a view carries."""
    return getattr(view, "access_rule", None)


def writes_on_get(view: Callable[..., Any]) -> bool:
    """Tell whether a view is marked with `may_write`."""
    return getattr(view, "may_write", False)


def current_actor() -> Actor:
    """Return who acts in this request; only for views that require signing in."""
    actor = signed_in_actor()
    if actor is None:
        abort(401)
    return actor


def signed_in_actor() -> Actor | None:
    """Return who acts in this request, or None for a visitor."""
    signed = sessions.current()
    return signed.actor if signed else None


def current_session() -> Signed:
    """Return the session of this request; only for views that require signing in."""
    signed = sessions.current()
    if signed is None:
        abort(401)
    return signed


def init_app(app: Flask, note_use: Callable[[Signed], None]) -> None:
    """Enforce the rules before every view; `note_use` is told of each use of a session that may do what it asks."""
    app.extensions["barterweb_note_use"] = note_use
    app.before_request(guard)


def guard() -> Response | None:
    """Refuse what the view's rule does not allow; let requests that only read do nothing else."""
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
        abort(403)
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    refusal = None if request.endpoint == "static" else _refusal(view)
    if request.method in SAFE_METHODS and not writes_on_get(view):
        db.forbid_writes()
    return refusal


def _refusal(view: Callable[..., Any]) -> Response | None:
    """Return where to send those who may not pass, None to let them; abort when there is nowhere."""
    rule = access_rule(view)
    if rule == PUBLIC:
        return None
    signed = sessions.current()
    if signed is None:
        return to_sign_in()
    if rule is None or (rule != SIGNED_IN and signed.actor.kind not in rule.split()):
        abort(403)
    if must_prove_more(signed) and not getattr(view, "before_second_factor", False):
        return _elsewhere(url_for("members.security_GET"))
    current_app.extensions["barterweb_note_use"](signed)
    return None


def must_prove_more(signed: Signed) -> bool:
    """Tell whether this session may do nothing yet but set up a second factor."""
    compulsory = current_app.config["SETTINGS"].second_factor == "compulsory"
    return compulsory and not signed.strong and signed.actor.kind in SECOND_FACTOR_KINDS


def to_sign_in() -> Response:
    """Send a visitor to the sign-in page and back afterwards; an HTMX request is told to leave the page."""
    back = request.full_path.rstrip("?") if request.method == "GET" and not is_htmx() else ""
    url = url_for("members.sign_in_GET") + (f"?suite={quote(back, safe='')}" if back else "")
    return _elsewhere(url)


def _elsewhere(url: str) -> Response:
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _label(view: View, rule: str) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]
    return view
