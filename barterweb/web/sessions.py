"""Signing in and out: who the browser's session belongs to and which hat is worn.

The session cookie is signed; it names the person, the person's `session_stamp` (changing it ends all open sessions) and the
role worn. How a person is loaded is given by the application, so that this module knows no table.
"""

from collections.abc import Callable
from datetime import timedelta

import flask_login
from flask import Flask, session

from barterweb.actors import Actor

LoadActor = Callable[[str, str, str | None], Actor | None]
"""(person id, session stamp, role id or None) → the actor, or None when the session is over."""

_ROLE = "role_id"


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """Flask-Login's user: the session's subject and the actor it loaded."""

    def __init__(self, person_id: str, stamp: str, actor: Actor | None = None) -> None:
        self.id = f"{person_id}:{stamp}"
        self.actor = actor


def init_app(app: Flask, load_actor: LoadActor) -> None:
    """Install Flask-Login with the application's way to load an actor."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
    )
    manager = flask_login.LoginManager(app)
    manager.session_protection = None  # the stamp ends sessions; an address that changes must not

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(subject: str) -> SignedIn | None:
        person_id, _, stamp = subject.partition(":")
        actor = load_actor(person_id, stamp, session.get(_ROLE))
        return None if actor is None else SignedIn(person_id, stamp, actor)


def sign_in(person_id: str, stamp: str) -> None:
    """Begin a session for a person whose password was just checked; nothing of the visitor's session is kept."""
    session.clear()
    session.permanent = True
    flask_login.login_user(SignedIn(person_id, stamp))


def sign_out() -> None:
    """End the browser's session."""
    flask_login.logout_user()
    session.clear()


def wear(role_id: str) -> None:
    """Act under this role from the next request on."""
    session[_ROLE] = role_id
