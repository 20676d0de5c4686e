"""Measures pages on the real server: processor time and requests per second beside a bare Flask page and Django's.

python -m bench.pages                              on a demonstration network made for the occasion
python -m bench.pages --companies 20000 --listings 100000 --trades 200000
python -m bench.pages --server                     the site on a PostgreSQL started for the occasion (Django stays on SQLite)

Each server has two processes. They take turns, several rounds in one run; what is printed are medians and ratios, never
milliseconds to be compared with another machine's. Needs `make bench-pages`, which makes Django's
environment; nothing is read from the network.
"""

import argparse
import contextlib
import http.client
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from unittest import mock

import flask_migrate

from barterweb import app as application
from barterweb.demo import service as demo
from barterweb.documents.archive import archive_of
from barterweb.security.queries import hash_of
from barterweb.settings import Settings, from_environment
from barterweb.web import copies
from tests import network, postgres
from tests.conftest import _session_of
from tests.server import running, session_cookie

ROOT = Path(__file__).resolve().parent.parent
OTHER_PYTHON = ROOT / ".venv" / "bench" / "bin" / "python"
ROUNDS, SECONDS, CLIENTS, WORKERS = 3, 2.0, 4, 2
LOOKS = 60
"""How often each page is opened for its 95th percentile."""

Headers = dict[str, str]


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("companies", "listings", "trades"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--server", action="store_true")
    parser.add_argument("--pages-only", action="store_true", help="only the percentiles of each page")
    chosen = parser.parse_args()
    size = {name: getattr(chosen, name) for name in ("companies", "listings", "trades")}
    with contextlib.ExitStack() as afterwards:
        folder = Path(afterwards.enter_context(tempfile.TemporaryDirectory()))
        url = afterwards.enter_context(postgres.server(postgres.FORGETFUL)) if chosen.server else None
        settings = filled(folder, url, size)
        if not chosen.pages_only:
            compare(settings, folder if not chosen.server else filled_beside(folder, size))
        percentiles(settings)


def filled(folder: Path, url: str | None, size: dict[str, int | None]) -> Settings:
    """Make a network in `folder` (or in the PostgreSQL at `url`) and return the settings of a site on it."""
    settings = from_environment(
        {
            "BARTERWEB_MODE": "test",
            "DATA_DIR": str(folder),
            "DATABASE_URL": url or f"sqlite:///{folder}/network.sqlite",
            "SECRET_KEY": "a key for measuring, known to all",
            "PUBLIC_URL": "http://localhost",
            "TRUSTED_HOSTS": "localhost,127.0.0.1",
        }
    )
    app = application.create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        demo.load(archive=archive_of(settings), **size, say=lambda sentence: print(sentence, flush=True))
    network.close(app)
    return settings


def filled_beside(folder: Path, size: dict[str, int | None]) -> Path:
    """Make the same network in SQLite for Django, beside a site that runs on PostgreSQL."""
    beside = folder / "beside"
    beside.mkdir()
    filled(beside, None, size)
    return beside


def compare(settings: Settings, sqlite_folder: Path) -> None:
    """Print the processor time and the throughput of the listings page against a bare page and Django's."""
    app = application.create_app(settings)
    member = _session_of(app, network.PEOPLE["trader"], None)
    cookie = {"Cookie": f"session={session_cookie(app, member)}"}
    network.close(app)
    beside = application.create_app(
        replace(settings, database_url=f"sqlite:///{sqlite_folder}/network.sqlite")
    )
    token = _session_of(beside, network.PEOPLE["trader"], None)["_user_id"]
    django_cookie = {"Cookie": f"jeton={hash_of(token)}"}
    network.close(beside)
    environment = {"BENCH_DATABASE": str(sqlite_folder / "network.sqlite")}
    inside = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
    with (
        running(settings, workers=WORKERS) as site,
        gunicorn(sys.executable, "bench.bare_site:app") as bare,
        gunicorn(str(OTHER_PYTHON), "bench.django_site:app", environment) as django,
    ):
        etag = headers_of(site, "/annonces", inside)["ETag"]
        unknown = "/annonces?lieu=isere&categorie=machines"
        cases: dict[str, tuple[int, Callable[[int], str], Headers]] = {
            "bare Flask page": (bare, lambda _n: "/annonces", inside),
            "visitor, from a copy": (site, lambda _n: "/annonces", inside),
            "visitor, 304": (site, lambda _n: "/annonces", {**inside, "If-None-Match": etag}),
            "visitor, rendered each time": (site, lambda n: f"{unknown}&prix_max={n + 1}", inside),
            "signed in": (site, lambda _n: "/annonces", {**inside, **cookie}),
            "Django, visitor": (django, lambda _n: "/annonces", inside),
            "Django, signed in": (django, lambda _n: "/annonces", {**inside, **django_cookie}),
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(ROUNDS):
            for name, (port, path, headers) in cases.items():
                found[name].append(load(port, path, headers))
    rates = {name: median(rate for rate, _ in runs) for name, runs in found.items()}
    costs = {name: median(cost for _, cost in runs) for name, runs in found.items()}
    print(f"\n{'':30}{'CPU ÷ bare page':>18}{'requests/s ÷ Django':>22}")
    for name in cases:
        django_rate = rates["Django, signed in" if "signed in" in name else "Django, visitor"]
        print(f"{name:30}{costs[name] / costs['bare Flask page']:18.2f}{rates[name] / django_rate:22.2f}")


def load(port: int, path: Callable[[int], str], headers: Headers) -> tuple[float, float]:
    """Ask from several clients at once; return requests per second and the server's processor seconds a request."""
    begun, spent = time.monotonic(), processor_seconds(port)
    counts = [0] * CLIENTS

    def ask(client: int) -> None:
        site = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() - begun < SECONDS:
            site.request("GET", path(counts[client] * CLIENTS + client), headers=headers)
            answer = site.getresponse()
            answer.read()
            assert answer.status in {200, 304}, (answer.status, path(0))
            counts[client] += 1
        site.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = sum(counts)
    return total / (time.monotonic() - begun), (processor_seconds(port) - spent) / total


def processor_seconds(port: int) -> float:
    """Return the processor time of the processes that listen on a port, from /proc."""
    ticks = 0
    inode = next(
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    )
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(link.readlink()) == f"socket:[{inode}]" for link in (folder / "fd").iterdir()):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def headers_of(port: int, path: str, headers: Headers) -> Headers:
    """Return the headers of an answer."""
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    site.request("GET", path, headers=headers)
    answer = site.getresponse()
    answer.read()
    site.close()
    return dict(answer.getheaders())


@contextlib.contextmanager
def gunicorn(python: str, app: str, environment: dict[str, str] | None = None) -> Iterator[int]:
    """Serve an application with gunicorn's sync workers on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), app]
    server = subprocess.Popen(
        [*command, "--log-level", "warning"], cwd=ROOT, env={**os.environ, **(environment or {})}
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        time.sleep(1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def percentiles(settings: Settings) -> None:
    """Print the 95th percentile of every page, and beside that of the health page, in this process, without a server.

    Pages are made anew each time: no copy is kept.
    """
    app = application.create_app(settings)
    clients = {who: app.test_client() for who in (None, *network.PEOPLE)}
    for who, email in network.PEOPLE.items():
        clients[who].set_cookie("session", session_cookie(app, _session_of(app, email, None)))
    reference = percentile([timed(lambda: clients[None].get("/sante")) for _ in range(LOOKS)])
    print(f"\n{'page, 95th percentile':64}{'ms':>10}{'median':>10}{'÷ /sante':>10}")
    with mock.patch.object(copies, "MAX_COPIES", 0):
        for place in network.places(app, clients):
            client = clients[place.who]
            seconds = [timed(lambda c=client, u=place.url: c.get(u)) for _ in range(LOOKS)]  # type: ignore[misc]
            worst, usual = percentile(seconds), median(seconds)
            name = f"{place.endpoint} ({place.who or 'visitor'})"
            print(f"{name:64}{worst * 1000:10.1f}{usual * 1000:10.1f}{worst / reference:10.1f}", flush=True)
    network.close(app)
    print(f"largest memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def timed(action: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def percentile(seconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    main()
