"""What a person reads when something is refused or breaks: one sentence on what happened, what is safe, what to do.

Pages for unexpected errors are rendered without database or session, because these may be what failed.
"""

import logging

from flask import Flask, Response, current_app, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from barterweb.db import DatabaseBusy, OutcomeUnknown, SiteReadOnly
from barterweb.db import session as database
from barterweb.errors import BusinessError, Conflict, NotFound, TooMany
from barterweb.web.access import signed_in_actor, to_sign_in

_log = logging.getLogger(__name__)

_PAGES = {400, 403, 404, 405, 409, 413, 422, 429}
_REFUSALS = {400, 403, 404, 409, 429}
"""Logged with who was refused (ASVS 5.0, 16.3): somebody who tries doors shows. 404 is also what one gets for another's."""


def init_app(app: Flask) -> None:
    """Install the error pages."""
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFound, lambda _error: _page(404))
    app.register_error_handler(Conflict, lambda _error: _page(409))
    app.register_error_handler(BusinessError, lambda _error: _page(422))
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(SiteReadOnly, _read_only)
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(Exception, _unexpected)


def _form_expired(_error: CSRFError) -> BaseResponse:
    return _page(400, "errors/form_expired.html")


def _too_many(error: TooMany) -> Response:
    response = _page(429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _read_only(_error: SiteReadOnly) -> Response:
    response = _page(503, "errors/read_only.html")
    response.headers["Retry-After"] = "600"
    return response


def _busy(error: DatabaseBusy) -> Response:
    _log.error("%s on %s: %s", type(error).__name__, _where(), error.__cause__)
    return _plain(503, "errors/outcome_unknown.html" if isinstance(error, OutcomeUnknown) else None)


def _http_error(error: HTTPException) -> BaseResponse:
    if isinstance(error, RequestRedirect):
        return redirect(error.new_url, error.code)
    status = error.code or 500
    if isinstance(error, SecurityError):
        return make_response(_render_bare("errors/host.html"), status, {"Cache-Control": "no-store"})
    if status == 401:
        return to_sign_in()
    if status >= 500:
        return _plain(status if status == 503 else 500)
    return _page(status if status in _PAGES else 400, status=status)


def _where() -> str:
    """Name the address by its rule: what was asked may hold a single-use token, or lines that look like the log's own."""
    return f"{request.method} {request.url_rule.rule if request.url_rule else 'no address of the site'}"


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected error on %s", _where(), exc_info=error)
    if current_app.testing:
        raise error
    if isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    ):
        return _plain(503)
    return _plain(500)


def _render_bare(template: str) -> str:
    """Render a template without what pages usually get: no session, no database, no person."""
    return current_app.jinja_env.get_template(template).render()


def _page(page: int, template: str | None = None, *, status: int | None = None) -> Response:
    database.rollback()
    if (status or page) in _REFUSALS:
        actor = signed_in_actor()
        level = logging.WARNING if actor else logging.INFO
        _log.log(
            level, "refused (%s) %s to %s", status or page, _where(), actor.person_id if actor else "visitor"
        )
    response = make_response(render_template(template or f"errors/{page}.html"), status or page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(status: int, template: str | None = None) -> Response:
    response = make_response(_render_bare(template or f"errors/{status}.html"), status)
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
