"""Facts in, PDF/A out. The only module that imports WeasyPrint, and it does so in child processes only.

A page made from members' texts is laid out by a child process without the site's secrets, limited in time and memory,
whose only input is facts as JSON and whose HTML may load nothing, neither file nor address. Children stay warm between
renders (importing WeasyPrint takes a second, an invoice a tenth); see docs/decisions/0020-pdf-in-warm-children.md.

Neither Flask nor an application context is needed. `child` is the program of the children.
"""

import atexit
import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from barterweb.documents.errors import RenderingFailed
from barterweb.documents.facts import Facts, InvoiceFacts, StatementFacts, YearFacts
from barterweb.documents.pdf.wire import receive, send

Kind = Literal["invoice", "statement", "year"]

_ROOT = Path(__file__).resolve().parents[3]
_CHILD = (sys.executable, "-m", "barterweb.documents.pdf.child")
_CHILD_ENVIRONMENT = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "LD_LIBRARY_PATH"),
    *("XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
)


def render_invoice(facts: InvoiceFacts, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return the invoice as a tagged PDF/A-3b with its XML inside (Factur-X); a draft has none.

    `pictures` are those the facts name, as PNG by SHA-256. Raise `RenderingFailed`. Never call it in a write transaction.
    """
    return _renderer.render("invoice", facts, pictures)


def render_statement(facts: StatementFacts) -> bytes:
    """Return the statement as a tagged PDF/A-3b; raise `RenderingFailed`. Never call it in a write transaction."""
    return _renderer.render("statement", facts)


def render_year(facts: YearFacts) -> bytes:
    """Return a financial year in figures as a tagged PDF/A-3b; raise `RenderingFailed`. Never in a write transaction."""
    return _renderer.render("year", facts)


def warm_up() -> None:
    """Start a child ahead of the first document, without waiting for it; call it once a serving process is forked."""
    _renderer.warm_up()


class Renderer:
    """Up to `workers` children of this process, each serving one render at a time within the limits.

    A child is replaced when it failed, when it was found dead and after `renders_per_worker` renders. Safe with
    threads. Safe with forks: a forked process lets go of its parent's children and starts its own.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        seconds: float = 20.0,
        memory_bytes: int = 1 << 30,
        renders_per_worker: int = 200,
    ) -> None:
        self._max_workers = workers
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._renders_per_worker = renders_per_worker
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._places = threading.BoundedSemaphore(workers)
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def render(self, kind: Kind, facts: Facts, pictures: Mapping[str, bytes] | None = None) -> bytes:
        """Return the PDF of `facts`, waiting for a free place and then for the child, each within the time limit."""
        if not self._places.acquire(timeout=self._seconds):
            raise RenderingFailed("busy")
        try:
            worker = self._take()
            try:
                pdf = worker.render(_order(kind, facts, pictures, self._seconds), self._seconds)
            except BaseException:
                self._drop(worker)
                raise
            if worker.renders >= self._renders_per_worker:
                self._drop(worker)
                worker = self._start()
            self._idle.append(worker)
            return pdf
        finally:
            self._places.release()

    def warm_up(self) -> None:
        """Start a child, unless one is waiting or all places are taken."""
        if self._places.acquire(blocking=False):
            try:
                self._idle.append(self._take())
            finally:
                self._places.release()

    def close(self) -> None:
        """End all children; the next render starts anew."""
        self._idle.clear()
        for worker in list(self._workers):
            self._drop(worker)

    def _take(self) -> "_Worker":
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                return self._start()
            if worker.is_alive():
                return worker
            self._drop(worker)

    def _start(self) -> "_Worker":
        worker = _Worker(self._memory_bytes)
        self._workers.add(worker)
        return worker

    def _drop(self, worker: "_Worker") -> None:
        self._workers.discard(worker)
        worker.close()

    def _forget(self) -> None:
        """In a process just forked: the children belong to the parent, and its threads no longer hold any place."""
        for worker in self._workers:
            worker.forget()
        self._workers, self._idle = set(), []
        self._places = threading.BoundedSemaphore(self._max_workers)


class _Worker:
    """One child and the socket to it. The child ends when its socket closes, hence at the latest with its parent."""

    def __init__(self, memory_bytes: int) -> None:
        self.renders = 0
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*_CHILD, str(memory_bytes)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=_ROOT,
                env={name: os.environ[name] for name in _CHILD_ENVIRONMENT if name in os.environ},
                start_new_session=True,  # Ctrl-C in a terminal is the parent's affair
            )

    def render(self, order: bytes, seconds: float) -> bytes:
        """Return the PDF or raise `RenderingFailed`, after which the child is of no more use."""
        deadline = time.monotonic() + seconds
        self.renders += 1
        try:
            self._channel.settimeout(seconds)
            send(self._channel, order)
            answer = receive(self._channel, deadline)
        except TimeoutError:
            raise RenderingFailed("timeout") from None
        except ConnectionError:
            raise RenderingFailed("crash") from None
        if answer.startswith(b"+"):
            return answer[1:]
        raise RenderingFailed("memory" if answer == b"-memory" else "asset")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Close this process's copy of the socket and leave the child to the process that started it."""
        self._channel.close()
        # Not ours to wait for: with a return code, Popen neither waits nor warns when it is collected.
        self._process.returncode = 0


def _order(kind: Kind, facts: Facts, pictures: Mapping[str, bytes] | None, seconds: float) -> bytes:
    encoded = {sha256: base64.b64encode(data).decode() for sha256, data in (pictures or {}).items()}
    return json.dumps(
        {"kind": kind, "facts": facts.to_json(), "pictures": encoded, "seconds": seconds}
    ).encode()


_renderer = Renderer()
