"""The real server, as `make run` starts it, on a test's database; and people signed in to it over HTTP."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from barterweb.settings import Settings
from tests.html import parse, select

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
"""Two processes that load the application on a machine where everything else is tested at the same time."""


def reserve_port() -> socket.socket:
    """Return a socket bound to a port that is nobody else's until it is closed; a server of ours can still listen there.

    A port that is merely free may become the near end of any connection before the server listens on it, which then ends
    because the address is in use.
    """
    reserved = socket.socket()
    reserved.setsockopt(
        socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
    )  # as the server: who does not listen does not disturb
    reserved.bind(("127.0.0.1", 0))
    return reserved


@dataclass(slots=True)
class Site:
    """The real server on a port of its own, which can be killed and started again."""

    settings: Settings
    workers: int = 2
    host: str = "127.0.0.1"
    process: subprocess.Popen[bytes] | None = None
    reserved: socket.socket = field(default_factory=reserve_port)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.reserved.getsockname()[1])

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {
            **os.environ,
            "BARTERWEB_MODE": self.settings.mode,
            "DATA_DIR": str(self.settings.data_dir),
            "DATABASE_URL": self.settings.database_url,
            "SECRET_KEY": self.settings.secret_key,
            "PUBLIC_URL": f"http://{self.host}:{self.port}",
            "TRUSTED_HOSTS": "127.0.0.1,localhost",
            "SECOND_FACTOR": self.settings.second_factor,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(self.workers),
        }
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        _wait_for(self.port, self.process)

    def kill(self) -> None:
        """Kill its processes, all at once, as when the machine's memory runs out (SIGKILL)."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def kill_a_worker(self) -> None:
        """Kill one of the processes that answer (SIGKILL); the server replaces it."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)

    def stop(self) -> None:
        """Let it finish its requests and end."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(30)
        self.reserved.close()


@contextlib.contextmanager
def running(settings: Settings, *, workers: int = 2) -> Iterator[int]:
    """Run the site on a free port and give the port."""
    site = Site(settings, workers)
    site.start()
    try:
        yield site.port
    finally:
        site.stop()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = server.poll()
        if ended is not None:
            raise AssertionError(f"the server ended with {ended} instead of starting: see what it printed")
        with (
            contextlib.suppress(OSError),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)) as site,
        ):
            site.request("GET", "/sante")
            if site.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"the server did not answer within {START_SECONDS} seconds")


def session_cookie(app: Flask, values: Mapping[str, Any]) -> str:
    """Return the cookie's value for a session that holds these values."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps({**values, "_permanent": True}))


@dataclass(slots=True)
class Visitor:
    """Somebody signed in to the running site, without a browser."""

    port: int
    cookie: str
    fields: dict[str, str]

    def open_form(self, path: str) -> None:
        """Fetch a page and keep the fields of its form in the main part."""
        status, body, headers = self._request("GET", path)
        assert status == 200, (status, path)
        for header in headers:
            self.cookie = SimpleCookie(header)["session"].value
        form = next(
            form
            for form in select(parse(body, fragment=False)[0], "main form")
            if form.get("method") == "post"
        )
        self.fields = {field.get("name") or "": field.get("value") or "" for field in select(form, "input")}

    def post(self, path: str, **more: str) -> int:
        """Send the kept fields and return the status of the answer."""
        return self._request("POST", path, urlencode({**self.fields, **more}))[0]

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, str, list[str]]:
        headers = {"Cookie": f"session={self.cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as site:
            site.request(method, path, body, headers)
            answer = site.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get_all("Set-Cookie") or []
