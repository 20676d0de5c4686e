"""The real server on an invented network of a few companies, with a cookie for each of the people it is scanned as."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from barterweb.app import create_app
from barterweb.db import open_transaction
from barterweb.db import session as database
from barterweb.members.models import Role
from barterweb.security import service as guards
from barterweb.security.facts import Visit
from barterweb.settings import from_environment
from barterweb.web import sessions

ROOT = Path(__file__).resolve().parents[2]
SIZE = ("--companies", "6", "--listings", "18", "--trades", "12")
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Site:
    """Where it is, and the cookies of the people it is scanned as."""

    url: str
    app: Flask
    cookies: Mapping[str, str]
    csrf_token: str


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Make the network in the folder and run the server on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "BARTERWEB_MODE": "demo",
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "FLASK_APP": "wsgi",
    }
    environment = {**os.environ, **settings}
    for command in (("db", "upgrade"), ("demo", "load", *SIZE)):
        subprocess.run(
            [sys.executable, "-m", "flask", *command],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
        )
    app = create_app(from_environment(settings))
    cookies = {person: _cookie(app, person) for person in ("visitor", "administrator", "operator")}
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/sante")
        yield Site(f"http://127.0.0.1:{port}", app, cookies, _token(app))
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url):  # noqa: S310  our own address
            return
        time.sleep(0.2)
    raise SystemExit("the site did not start")


def _cookie(app: Flask, kind: str) -> str:
    """Return the cookie of somebody signed in with this role, or of a visitor."""
    with app.test_request_context():
        if kind != "visitor":
            person_id = database.scalars(select(Role.person_id).where(Role.kind == kind).limit(1)).one()
            with open_transaction():
                visit = Visit("127.0.0.1", "scan", sessions.device_mark())
                token = guards.begin_session(person_id=person_id, visit=visit, strong=True).token
            sessions.begin(token)
        session["csrf_token"] = _RAW
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        return str(serializer.dumps({**dict(session), "_permanent": True}))


_RAW = "scan"


def _token(app: Flask) -> str:
    """Return the CSRF token that goes with the cookies."""
    with app.test_request_context():
        session["csrf_token"] = _RAW
        return str(generate_csrf())
