"""Empty databases to measure on: files on the disk, or a PostgreSQL server that is as durable as in production."""

from collections.abc import Sequence
from contextlib import ExitStack

from tests import postgres
from tests.folders import temporary_folder

SERVER = {**postgres.DURABLE, "shared_buffers": "512MB", "max_wal_size": "4GB"}


def empty_databases(kind: str, afterwards: ExitStack, names: Sequence[str]) -> list[str]:
    """Return the addresses of new databases, "sqlite" or "postgresql", that `afterwards` removes."""
    if kind == "sqlite":
        folder = temporary_folder(afterwards, in_memory=False)
        return [f"sqlite:///{folder}/{name}.sqlite" for name in names]
    server = afterwards.enter_context(postgres.restartable(SERVER))
    return [server.create_database(name) for name in names]
