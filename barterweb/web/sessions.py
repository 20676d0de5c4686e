"""The one cookie: a token that names a session kept by the database, the hat worn, and what must outlive one request.

The cookie is signed and readable by no script. It opens nothing once the session has ended: sessions are rows of
`barterweb.security`, looked up by the token's hash together with who acts in them, in one query a request. Flask-Login
remembers the token and looks up once; how, is given by the application, so that this module knows no table. The mark of the
device stays when somebody signs out: it is how the site tells a new device from a known one without a second cookie.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import flask_login
from flask import Flask, g, request, session

from barterweb import clock
from barterweb.actors import Signed

LoadSession = Callable[[str, str | None], Signed | None]
"""(token, role id or None) → the session and who acts in it, or None when it is over."""

SECOND_STEP_SECONDS = 600
KEPT_SECONDS = 900

_ROLE, _MARK, _SECOND_STEP, _KEPT = "role_id", "device", "second_step", "kept"


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """Flask-Login's user: the session's token, and what was found under it."""

    def __init__(self, token: str, signed: Signed | None = None) -> None:
        self.id = token
        self.signed = signed


@dataclass(frozen=True, slots=True)
class SecondStep:
    """Somebody whose password was right and whose second factor is awaited."""

    person_id: str
    stamp: str
    wanted: str


def init_app(app: Flask, load: LoadSession) -> None:
    """Set the cookie up, with the application's way to load a session."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=390),  # of the device's mark; sessions end by their row
    )
    manager = flask_login.LoginManager(app)
    manager.session_protection = None  # the row ends sessions; an address that changes must not

    @manager.user_loader  # type: ignore[untyped-decorator]
    def look_up(token: str) -> SignedIn | None:
        signed = load(token, session.get(_ROLE))
        return None if signed is None else SignedIn(token, signed)


def current() -> Signed | None:
    """Return this request's session, looked up once, or None for a visitor."""
    signed: Signed | None = getattr(flask_login.current_user, "signed", None)
    return signed


def begin(token: str) -> None:
    """Put a session just begun into the cookie; nothing of the visitor's cookie is kept but the device's mark."""
    mark = device_mark()
    session.clear()
    session[_MARK] = mark
    session.permanent = True
    flask_login.login_user(SignedIn(token))
    g.pop("_login_user", None)  # Flask-Login's memory of the request: what is asked next is looked up


def end() -> None:
    """Empty the cookie but for the device's mark."""
    mark = device_mark()
    flask_login.logout_user()
    session.clear()
    session[_MARK] = mark


def wear(role_id: str) -> None:
    """Act under this role from the next request on."""
    session[_ROLE] = role_id


def device_mark() -> str:
    """Return the random value that marks this browser, made when it has none."""
    if not isinstance(session.get(_MARK), str):
        session[_MARK] = secrets.token_urlsafe(16)
    return str(session[_MARK])


def address() -> str:
    """Return the network address of the visitor, told by the proxy when the settings trust one."""
    return request.remote_addr or "unknown"


# --------------------------------------------------------------------------------------- between two requests


def await_second_step(step: SecondStep) -> None:
    """Remember, for ten minutes, whose second factor is awaited: the password alone begins no session."""
    mark = device_mark()
    session.clear()
    session[_MARK] = mark
    session[_SECOND_STEP] = [step.person_id, step.stamp, step.wanted, _now()]


def second_step() -> SecondStep | None:
    """Return whose second factor is awaited, or None when nobody's is or the ten minutes are over."""
    match session.get(_SECOND_STEP):
        case [str(person_id), str(stamp), str(wanted), int(since)] if _now() - since < SECOND_STEP_SECONDS:
            return SecondStep(person_id, stamp, wanted)
    return None


def keep(name: str, value: str) -> None:
    """Keep a value for the next request of this browser, such as a challenge; for a quarter of an hour at most."""
    session[_KEPT] = {**session.get(_KEPT, {}), name: [value, _now()]}


def kept(name: str) -> str:
    """Return a value kept by `keep`, or an empty text."""
    match session.get(_KEPT, {}).get(name):
        case [str(value), int(since)] if _now() - since < KEPT_SECONDS:
            return value
    return ""


def drop(name: str) -> None:
    """Forget a value kept by `keep`."""
    session[_KEPT] = {key: value for key, value in session.get(_KEPT, {}).items() if key != name}


def _now() -> int:
    return int(clock.now().timestamp())
