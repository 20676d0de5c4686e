"""Facts in, PDF/A out. The only module that imports WeasyPrint, and it does so in child processes only.

A page made from members' texts is laid out by a child process without the site's secrets, limited in time and memory,
whose only input is facts as JSON and whose HTML may load nothing, neither file nor address. Children stay warm between
renders (importing WeasyPrint takes a second, an invoice a tenth); see docs/decisions/0020-pdf-in-warm-children.md.

Neither Flask nor an application context is needed. Run as a program, this module is the child.
"""

import atexit
import contextlib
import gc
import json
import logging
import math
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Literal, NoReturn

from barterweb.documents.errors import RenderingFailed
from barterweb.documents.facts import Facts, InvoiceFacts, StatementFacts

Kind = Literal["invoice", "statement"]

_ROOT = Path(__file__).resolve().parents[2]
_TEMPLATES = _ROOT / "templates" / "documents" / "pdf"
_FACTS: dict[str, type[Facts]] = {"invoice": InvoiceFacts, "statement": StatementFacts}
_CHILD = (sys.executable, "-m", "barterweb.documents.pdf")
_CHILD_ENVIRONMENT = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "LD_LIBRARY_PATH"),
    *("XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
)
_LENGTH = struct.Struct(">I")
_ORPHAN_SECONDS = 5
"""How long past its limit a child may live if its parent died meanwhile; a living parent kills it at the limit."""


def render_invoice(facts: InvoiceFacts) -> bytes:
    """Return the invoice as a tagged PDF/A-3b; raise `RenderingFailed`. Never call it in a write transaction."""
    return _renderer.render("invoice", facts)


def render_statement(facts: StatementFacts) -> bytes:
    """Return the statement as a tagged PDF/A-3b; raise `RenderingFailed`. Never call it in a write transaction."""
    return _renderer.render("statement", facts)


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

    def render(self, kind: Kind, facts: Facts) -> bytes:
        """Return the PDF of `facts`, waiting for a free place and then for the child, each within the time limit."""
        if not self._places.acquire(timeout=self._seconds):
            raise RenderingFailed("busy")
        try:
            worker = self._take()
            try:
                pdf = worker.render(kind, facts, self._seconds)
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

    def render(self, kind: Kind, facts: Facts, seconds: float) -> bytes:
        """Return the PDF or raise `RenderingFailed`, after which the child is of no more use."""
        deadline = time.monotonic() + seconds
        order = {"kind": kind, "facts": facts.to_json(), "seconds": seconds}
        self.renders += 1
        try:
            self._channel.settimeout(seconds)
            _send(self._channel, json.dumps(order).encode())
            answer = _receive(self._channel, deadline)
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


def _send(channel: socket.socket, data: bytes) -> None:
    channel.sendall(_LENGTH.pack(len(data)) + data)


def _receive(channel: socket.socket, deadline: float = math.inf) -> bytes:
    """Return one message; raise `ConnectionError` at the end of the stream, `TimeoutError` at the deadline."""

    def exactly(size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            if deadline < math.inf:
                channel.settimeout(max(deadline - time.monotonic(), 0.001))
            part = channel.recv(min(size - len(data), 1 << 20))
            if not part:
                raise ConnectionResetError("the other process is gone")
            data += part
        return bytes(data)

    return exactly(_LENGTH.unpack(exactly(_LENGTH.size))[0])


_renderer = Renderer()


# What follows runs in the child.


class _Press:
    """WeasyPrint and all that can be kept from one render to the next: fonts, parsed CSS, compiled templates."""

    def __init__(self) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from weasyprint import CSS, HTML
        from weasyprint.logger import LOGGER
        from weasyprint.text.fonts import FontConfiguration

        from barterweb.web import filters

        self._html = HTML
        self._fonts = FontConfiguration()  # one per process: each new one leaks
        css = (_TEMPLATES / "pdf.css").read_text(encoding="utf-8")
        self._css = CSS(string=css, font_config=self._fonts, url_fetcher=_refuse_address)
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_printable,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in ("amount", "barter", "euro", "percent_bp", "day", "day_short", "siren", "siret", "whole"):
            self._templates.filters[name] = getattr(filters, name)
        self._templates.filters["quantity"] = _quantity
        self._missing_glyphs = _MissingGlyphs()
        LOGGER.addHandler(self._missing_glyphs)

    def pdf(self, kind: str, facts_json: str) -> bytes:
        """Return the PDF of facts as JSON; characters no installed font can draw become U+FFFD (�).

        PDF/A forbids glyphs without a shape (ISO 19005-3, 6.2.11.8), and only laying the page out tells which
        those are: such a page, rare in France, is laid out twice.
        """
        facts = _FACTS[kind].from_json(facts_json)
        html = self._templates.get_template(f"{kind}.html").render(facts=facts)
        self._missing_glyphs.characters.clear()
        pdf = self._write(html)
        if self._missing_glyphs.characters:
            pdf = self._write(html.translate(dict.fromkeys(self._missing_glyphs.characters, "\ufffd")))
        return pdf

    def _write(self, html: str) -> bytes:
        document = self._html(string=html, url_fetcher=_refuse_address)
        pdf: bytes = document.write_pdf(
            stylesheets=[self._css], font_config=self._fonts, pdf_variant="pdf/a-3b", pdf_tags=True
        )
        return pdf


class _MissingGlyphs(logging.Handler):
    """Collects the characters WeasyPrint warns about because no font has them."""

    def __init__(self) -> None:
        super().__init__()
        self.characters: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.characters.update(argument for argument in record.args if isinstance(argument, int))


def _refuse_address(url: str) -> NoReturn:
    """Stop the rendering: our pages load nothing, so whatever asks for an address is an intrusion or a mistake."""
    from weasyprint.urls import FatalURLFetchingError

    raise FatalURLFetchingError(url)


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, which XML refuses
    "\u202a-\u202e\u2066-\u2069"  # direction overrides, which could make a printed amount read backwards
    "\ud800-\udfff\ufffe\uffff]"  # not characters
)


_LONG_WORD = re.compile(r"([^ \n\u200b]{36})(?=[^ \n\u200b])")


def _printable(value: Any) -> Any:
    """Make a text fit to print; numbers and finished HTML pass.

    What no document may hold is dropped. Words longer than a legal number get places to break (U+200B), without
    which the time to lay them out grows with the square of their length.
    """
    if type(value) is not str:
        return value
    return _LONG_WORD.sub("\\1\u200b", _UNPRINTABLE.sub("", value))


def _quantity(milli: int) -> str:
    """``1500`` thousandths → ``1,5``; ``12000000`` → ``12 000``."""
    whole, rest = divmod(milli, 1000)
    return f"{whole:,}".replace(",", "\u202f") + f",{rest:03d}".rstrip("0").rstrip(",")


def _serve(channel: socket.socket) -> None:
    """Answer each order with ``+`` and the PDF or ``-`` and why not; any other trouble ends the process."""
    from weasyprint.urls import FatalURLFetchingError

    press = _Press()
    gc.disable()  # a statement makes millions of objects and little garbage: collect between renders instead
    while True:
        order = json.loads(_receive(channel))
        signal.alarm(math.ceil(order["seconds"]) + _ORPHAN_SECONDS)
        try:
            answer = b"+" + press.pdf(order["kind"], order["facts"])
        except MemoryError:
            answer = b"-memory"
        except FatalURLFetchingError:  # a BaseException
            answer = b"-asset"
        signal.alarm(0)
        _send(channel, answer)
        gc.collect()


def _be_child(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ConnectionError):  # the parent is gone or has replaced us
        _serve(socket.socket(fileno=os.dup(0)))


if __name__ == "__main__":
    _be_child(int(sys.argv[1]))
