"""Databases to measure on: files on the disk, or a PostgreSQL server that is as durable as in production.

In a folder to be kept, they are found again by the next measurement, which then need not load them.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests import postgres
from tests.folders import temporary_folder

SERVER = {**postgres.DURABLE, "shared_buffers": "512MB", "max_wal_size": "4GB"}


def databases(
    kind: str, afterwards: ExitStack, names: Sequence[str], kept: Path | None = None
) -> list[tuple[str, bool]]:
    """Return the addresses of databases, "sqlite" or "postgresql", each with whether it was there before.

    Without a folder `kept`, they are new, and `afterwards` removes them.
    """
    if kind == "sqlite":
        folder = kept or temporary_folder(afterwards, in_memory=False)
        files = [folder / f"{name}.sqlite" for name in names]
        return [(f"sqlite:///{file}", file.exists()) for file in files]
    server = afterwards.enter_context(postgres.restartable(SERVER, data=kept / kind if kept else None))
    known = server.databases()
    return [
        (server.url_of(name), True) if name in known else (server.create_database(name), False)
        for name in names
    ]
