"""The one module that knows HTMX's headers: a full page or only its changing part."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse


def is_htmx() -> bool:
    """Tell whether HTMX sent the request (boosted or not)."""
    return request.headers.get("HX-Request") == "true"


def is_fragment_request() -> bool:
    """Tell whether only a part of the page is wanted: an HTMX request, neither boosted nor restoring history."""
    return (
        is_htmx()
        and request.headers.get("HX-Boosted") != "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def rendered(template: str, **context: Any) -> Markup:
    """Render a template to be put into another: it is escaped already."""
    return Markup(render_template(template, **context))  # noqa: S704 - what Jinja made


def page_or_fragment(page: str, fragment: str, /, *, status: int = 200, **context: Any) -> Response:
    """Render the template `page`, or for a fragment request only `fragment`, a template that `page` includes."""
    response = make_response(render_template(fragment if is_fragment_request() else page, **context), status)
    response.vary.add("HX-Request")
    return response


def see_other(url: str) -> BaseResponse:
    """Send the browser to `url` after a success (303); HTMX follows it by leaving the page."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)
