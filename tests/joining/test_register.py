"""Asking the register: the format of the open search of companies, against a server of this machine that can misbehave."""

import copy
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from barterweb.joining.register import Answer, Found, NoRegister, read_answer, registry_for

RECORDED = json.loads((Path(__file__).parent / "data" / "search-of-companies.json").read_text())
SIRET = "73282932000074"
HEAD_OFFICE = "73282932000066"

Behaviour = Callable[[BaseHTTPRequestHandler], None]


def answered(**changes: Any) -> Any:
    """Return the recorded answer with changes of its company or, for names of the place, of its establishment."""
    answer = copy.deepcopy(RECORDED)
    company = answer["results"][0]
    for name, value in changes.items():
        (company if name in company else company["matching_etablissements"][0])[name] = value
    return answer


def test_an_establishment_is_read_with_what_the_application_asks() -> None:
    assert read_answer(RECORDED, SIRET) == Answer(
        "found",
        Found(
            name="TRANSPORTS DU VERCORS",
            legal_form="SARL",
            street="Zone artisanale du pont 7 allee des frenes",
            postal_code="26100",
            city="Romans-Sur-Isere",
            naf="49.41A",
            size_band="10-49",
        ),
    )


def test_the_head_office_is_read_too() -> None:
    found = read_answer(RECORDED, HEAD_OFFICE).found
    assert found is not None
    assert (found.street, found.postal_code, found.city) == ("12 rue des ecouges", "38000", "Grenoble")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"results": [], "total_results": 0}, "unknown"),
        (answered(siret="73282932000082"), "unknown"),
        (answered(statut_diffusion="P"), "hidden"),
        (answered(statut_diffusion_etablissement="P"), "hidden"),
        (answered(adresse="[ND] [ND] 26100 ROMANS-SUR-ISERE"), "hidden"),
        (answered(nom_raison_sociale=None, nom_complet=""), "hidden"),
        (answered(etat_administratif="C"), "closed"),
    ],
)
def test_what_the_register_does_not_say_is_told_apart(answer: Any, outcome: str) -> None:
    assert read_answer(answer, SIRET) == Answer(outcome)


def test_texts_of_the_register_are_kept_short_and_on_one_line() -> None:
    found = read_answer(answered(nom_raison_sociale="A\n" + "B" * 5_000), SIRET).found
    assert found is not None
    assert len(found.name) == 200
    assert "\n" not in found.name


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], str]]:
    """Serve one behaviour on this machine; give its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(behave: Behaviour) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                behave(self)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/search"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def say(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return behave


def test_the_search_is_asked_for_the_siret(serve: Callable[[Behaviour], str]) -> None:
    asked: list[str] = []

    def behave(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        say(json.dumps(RECORDED).encode())(request)

    assert registry_for(serve(behave)).look_up(SIRET).outcome == "found"
    assert asked == [f"/search?q={SIRET}&per_page=1"]


@pytest.mark.parametrize(
    "behaviour",
    [
        say(b"", 500),
        say(b"", 429),
        say(b"<html>maintenance</html>"),
        say(b"[]"),
        say(b'{"results": null}'),
        say(b'{"results": [{"siege": "x"}]}'),
        say(b'{"results": "' + b"x" * 600_000 + b'"}'),
        say(b"", 302, Location="http://127.0.0.1:9/elsewhere"),
    ],
    ids=["500", "429", "html", "list", "null", "shape", "endless", "redirect"],
)
def test_a_register_that_misbehaves_is_unavailable(
    serve: Callable[[Behaviour], str], behaviour: Behaviour
) -> None:
    assert registry_for(serve(behaviour)).look_up(SIRET) == Answer("unavailable")


def test_a_register_that_drips_bytes_is_given_up_after_two_seconds(serve: Callable[[Behaviour], str]) -> None:
    stop = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not stop.wait(0.2):
            request.wfile.write(b" ")

    begun = time.monotonic()
    assert registry_for(serve(drip)).look_up(SIRET) == Answer("unavailable")
    assert time.monotonic() - begun < 3
    stop.set()


def test_nobody_there_is_unavailable() -> None:
    assert registry_for("http://127.0.0.1:9/search").look_up(SIRET) == Answer("unavailable")


@pytest.mark.parametrize("url", [None, "file:///etc/passwd", "ftp://127.0.0.1/search"])
def test_without_a_register_nobody_is_asked(url: str | None) -> None:
    assert isinstance(registry_for(url), NoRegister)
    assert registry_for(url).look_up(SIRET) == Answer("off")
