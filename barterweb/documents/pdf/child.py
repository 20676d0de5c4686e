"""The program of the children: the only module that imports WeasyPrint. It reads facts as JSON and answers with PDF/A."""

import base64
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
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, NoReturn

from barterweb.documents.facts import Facts, InvoiceFacts, StatementFacts, YearFacts
from barterweb.documents.facts.texts import printable
from barterweb.documents.pdf import columns
from barterweb.documents.pdf.wire import receive, send

_TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "documents" / "pdf"
_FACTS: dict[str, type[Facts]] = {"invoice": InvoiceFacts, "statement": StatementFacts, "year": YearFacts}
_ORPHAN_SECONDS = 5
"""How long past its limit a child may live if its parent died meanwhile; a living parent kills it at the limit."""


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
        for name in (
            *(
                "amount",
                "barter",
                "euro",
                "percent_bp",
                "day",
                "day_short",
                "month",
                "siren",
                "siret",
                "whole",
            ),
        ):
            self._templates.filters[name] = getattr(filters, name)
        self._templates.filters["quantity"] = _quantity
        self._templates.globals["on_behalf"] = _on_behalf
        for function in (columns.heading, columns.opening, columns.closing, columns.blocks):
            self._templates.globals[function.__name__] = function
        self._templates.filters["iban"] = _iban
        self._missing_glyphs = _MissingGlyphs()
        LOGGER.addHandler(self._missing_glyphs)

    def pdf(self, kind: str, facts_json: str, pictures: dict[str, str]) -> bytes:
        """Return the PDF of facts as JSON; characters no installed font can draw become U+FFFD (�).

        `pictures` are what the page may show, by SHA-256, in base 64. An issued invoice carries its XML (Factur-X).

        PDF/A forbids glyphs without a shape (ISO 19005-3, 6.2.11.8), and only laying the page out tells which
        those are: such a page, rare in France, is laid out twice.
        """
        facts = _FACTS[kind].from_json(facts_json)
        html = self._templates.get_template(f"{kind}.html").render(facts=facts, pictures=pictures)
        invoice = facts if isinstance(facts, InvoiceFacts) and facts.kind != "draft" else None
        self._missing_glyphs.characters.clear()
        pdf = self._write(html, pictures, invoice)
        if self._missing_glyphs.characters:
            readable = html.translate(dict.fromkeys(self._missing_glyphs.characters, "\ufffd"))
            pdf = self._write(readable, pictures, invoice)
        return pdf

    def _write(self, html: str, pictures: dict[str, str], invoice: InvoiceFacts | None) -> bytes:
        options: dict[str, Any] = {
            "font_config": self._fonts,
            "pdf_variant": "pdf/a-3b",
            "pdf_tags": True,
        }
        page = self._html(string=html, url_fetcher=_only(pictures))
        document = page.render(stylesheets=[self._css], **options)
        if invoice is not None:
            from barterweb.documents.facturx import xmp

            document.metadata.attachments.append(_embedded(invoice))
            plain = document.metadata.generate_rdf_metadata
            document.metadata.generate_rdf_metadata = lambda *asked: xmp.described(plain(*asked))
        pdf: bytes = document.write_pdf(**options)
        return pdf


def _on_behalf(facts: InvoiceFacts) -> str:
    from barterweb.documents.facturx.content import on_behalf  # 25 MB that statements do without

    return on_behalf(facts)


def _embedded(facts: InvoiceFacts) -> Any:
    """The structured invoice as an attachment; its dates are the facts', so that the same facts make the same file."""
    from weasyprint import Attachment

    from barterweb.documents.facturx.content import FILE_NAME, invoice_xml

    issued_at = datetime.combine(facts.issued_on, time(), UTC)
    return Attachment(
        string=invoice_xml(facts).decode(),
        name=FILE_NAME,
        description="Facture électronique Factur-X (EN 16931)",
        created=issued_at,
        modified=issued_at,
        relationship="Data",
    )


def _only(pictures: dict[str, str]) -> Callable[[str], Any]:
    """Return a fetcher that knows these pictures and stops the rendering at any other address."""
    from weasyprint.urls import URLFetcherResponse

    def fetch(url: str) -> Any:
        sha256 = url.removeprefix("picture:")
        if not url.startswith("picture:") or sha256 not in pictures:
            _refuse_address(url)
        return URLFetcherResponse(url, base64.b64decode(pictures[sha256]), {"Content-Type": "image/png"})

    return fetch


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


_LONG_WORD = re.compile(r"([^ \n\u200b]{36})(?=[^ \n\u200b])")


def _printable(value: Any) -> Any:
    """Make a text fit to print; numbers and finished HTML pass.

    What no document may hold is dropped. Words longer than a legal number get places to break (U+200B), without
    which the time to lay them out grows with the square of their length.
    """
    if type(value) is not str:
        return value
    return _LONG_WORD.sub("\\1\u200b", printable(value))


def _quantity(milli: int) -> str:
    """``1500`` thousandths → ``1,5``; ``12000000`` → ``12 000``."""
    whole, rest = divmod(milli, 1000)
    return f"{whole:,}".replace(",", "\u202f") + f",{rest:03d}".rstrip("0").rstrip(",")


def _iban(text: str) -> str:
    """``FR7630006000…`` → groups of four, held together by no-break spaces."""
    digits = "".join(text.split())
    return "\u00a0".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _serve(channel: socket.socket) -> None:
    """Answer each order with ``+`` and the PDF or ``-`` and why not; any other trouble ends the process."""
    from weasyprint.urls import FatalURLFetchingError

    press = _Press()
    gc.disable()  # a statement makes millions of objects and little garbage: collect between renders instead
    warm = False
    while True:
        order = json.loads(receive(channel))
        signal.alarm(math.ceil(order["seconds"]) + _ORPHAN_SECONDS)
        try:
            answer = b"+" + press.pdf(order["kind"], order["facts"], order["pictures"])
        except MemoryError:
            answer = b"-memory"
        except FatalURLFetchingError:  # a BaseException
            answer = b"-asset"
        signal.alarm(0)
        send(channel, answer)
        gc.collect()
        if (
            not warm
        ):  # libraries, fonts and styles stay: looking at them again costs half as much as an invoice
            gc.freeze()
            warm = True


def _be_child(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # a page somebody waits for goes before a document
    with contextlib.suppress(ConnectionError):  # the parent is gone or has replaced us
        _serve(socket.socket(fileno=os.dup(0)))


if __name__ == "__main__":
    _be_child(int(sys.argv[1]))
