"""One writer of SQLite after the other, in about the order they came, across threads and processes.

SQLite alone lets writers sleep ever longer between attempts, so that under load one that came early may wait for seconds
behind others that came late. Here each takes a lock on a file beside the database before it begins; those who wait look
again every millisecond or so, all with the same chance. The operating system frees the lock of a process that dies.
"""

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOK_AGAIN_SECONDS = 0.001


class QueueTimeout(Exception):
    """The turn did not come in time."""


@contextmanager
def turn(path: str, timeout_seconds: float) -> Iterator[None]:
    """Wait for the turn to write, at most so long, and keep it within the block; raises `QueueTimeout`."""
    queue = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + timeout_seconds
        while not _taken(queue):
            if time.monotonic() > deadline:
                raise QueueTimeout(path)
            time.sleep(LOOK_AGAIN_SECONDS * random.uniform(0.5, 1.5))
        yield
    finally:
        os.close(queue)


def _taken(queue: int) -> bool:
    try:
        fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
