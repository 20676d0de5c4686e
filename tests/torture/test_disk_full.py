"""L10: a disk that is full stops writing, cleanly: reading goes on, nothing is partial, and room made is room used."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from barterweb import app as application
from barterweb import ledger
from barterweb.db import StorageFull, session, transaction
from barterweb.money import Credits
from barterweb.settings import Settings
from tests import postgres
from tests.conftest import _close
from tests.folders import temporary_folder

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount the small file system"),
]

FREE_BYTES = 2 * 2**20
LONG_WORDING = "é" * 300
ENOUGH_TO_FILL = 20_000


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of its own with 2 MiB left beside the database, and a file that can be removed to make room."""

    folder: Path
    ballast: Path


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A file system in memory of 32 MiB, filled by its ballast when the database is there."""
    with ExitStack() as afterwards:
        folder = temporary_folder(afterwards, in_memory=False)
        folder.chmod(0o755)  # PostgreSQL must find its way to it
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m,mode=777", "none", folder], check=True)
        afterwards.callback(subprocess.run, ["umount", "--lazy", folder], check=True)
        yield SmallDisk(folder, folder / "ballast")


@pytest.fixture
def small(
    disk: SmallDisk, server: postgres.Server | None, migrated: Callable[..., Settings]
) -> Iterator[Flask]:
    """The application on a database that lies on the small disk, with two members."""
    app = application.create_app(
        migrated(disk.folder) if server is None else migrated(tablespace=_space(disk, server))
    )
    with app.app_context():
        _open_accounts()
    _fill(disk)
    yield app
    _close(app)


def _space(disk: SmallDisk, server: postgres.Server) -> str:
    """Lend the server a folder on the small disk for its tables; its journal stays elsewhere."""
    folder = disk.folder / "space"
    folder.mkdir()
    shutil.chown(folder, server.identity.get("user"), server.identity.get("group"))
    with server.administration() as connection:
        connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
    return "small"


def _fill(disk: SmallDisk) -> None:
    free = shutil.disk_usage(disk.folder).free
    disk.ballast.write_bytes(bytes(max(0, free - FREE_BYTES)))


@transaction
def _open_accounts() -> None:
    for account_id in ("acc_a", "acc_b"):
        ledger.open_account(account_id=account_id, kind="member", name=account_id)


@transaction
def _pay(number: int) -> None:
    ledger.post_transfer(
        key=f"key-{number}",
        kind="trade",
        legs=[ledger.Leg("acc_a", Credits(-1)), ledger.Leg("acc_b", Credits(1))],
        reference="trd",
        wording=LONG_WORDING,
    )


def _pay_until_full() -> int:
    """Return how many payments were acknowledged before the disk was full."""
    for number in range(ENOUGH_TO_FILL):
        try:
            _pay(number)
        except StorageFull:
            return number
    raise AssertionError("the disk did not fill")


def _state() -> tuple[int, int]:
    """Return the number of transfers and the balance of who is paid, as a page reads them."""
    transfers, balance = ledger.totals().transfers, ledger.account_view("acc_b").balance_cents
    session.rollback()
    return transfers, balance


def test_a_full_disk_stops_writing_and_nothing_else(small: Flask, disk: SmallDisk) -> None:
    with small.app_context():
        paid = _pay_until_full()
        assert paid > 0
        assert _state() == (paid, paid)
        with pytest.raises(StorageFull):
            _pay(paid)
        assert _state() == (paid, paid)
        assert ledger.verify().findings == ()
        session.rollback()
        disk.ballast.unlink()  # somebody makes room
        for number in range(paid - 1, paid + 10):
            _pay(number)  # the last that was acknowledged is not paid twice
        assert _state() == (paid + 10, paid + 10)
        assert ledger.verify().findings == ()
