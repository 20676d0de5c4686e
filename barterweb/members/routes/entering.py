"""What the views of signing in share: from where somebody comes, and where they go once they are in."""

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import TooMany
from barterweb.members import queries, service
from barterweb.members.policy import is_local_path
from barterweb.security.facts import Visit, browser_in_words
from barterweb.web import sessions
from barterweb.web.filters import waiting
from barterweb.web.fragments import see_other
from barterweb.web.navigation import menu_of


def visit() -> Visit:
    """Return from where this request comes."""
    browser = browser_in_words(request.headers.get("User-Agent", ""))
    return Visit(sessions.address(), browser, sessions.device_mark())


def enter(person_id: str, *, strong: bool, wanted: str = "") -> ResponseReturnValue:
    """Begin a session and go to the page wanted, or to the first one of the hat worn first."""
    hats = queries.hats_of(person_id)
    if not hats:
        return see_other(url_for("pages.home_GET"))
    sessions.begin(service.enter(person_id=person_id, visit=visit(), strong=strong))
    return see_other(local(wanted) or home_of(hats[0].kind))


def home_of(kind: str) -> str:
    """Return the first page of a hat's menu."""
    return menu_of(kind)[0].href


def local(wanted: str | None) -> str:
    """Return the address wanted after signing in if it is one of ours, else nothing."""
    return wanted if wanted and is_local_path(wanted) else ""


def asks_second_factor() -> bool:
    """Tell whether the settings let signing in ask for the second factor of those who have one."""
    return bool(current_app.config["SETTINGS"].second_factor != "off")


def site() -> str:
    """Return the address of the site, by which passkeys know it."""
    return str(current_app.config["SETTINGS"].public_url)


def is_everybodys(email: str) -> bool:
    """Tell whether this is one of the demonstration's people, whom everybody may be: their password stays as it is."""
    demo = current_app.config["SETTINGS"].demo
    return demo and email in {person.email for person in current_app.config["DEMO_PEOPLE"]}


def kept_private(page: str, status: int = 200) -> Response:
    """Return a page that no browser, proxy or search engine keeps: its address or its content opens something."""
    response = Response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def too_many(template: str, error: TooMany, **context: object) -> Response:
    """Show a form again with how long to wait: 429."""
    sentence = (
        f"Trop d’essais en peu de temps\u00a0: rien n’a changé. Recommencez dans {waiting(error.seconds)}."
    )
    context["form"].refuse(sentence)  # type: ignore[attr-defined]
    response = kept_private(render_template(template, **context), 429)
    response.headers["Retry-After"] = str(error.seconds)
    return response
