"""What can go wrong with a document; typed attributes, no texts for users."""

from typing import Literal


class InconsistentFacts(ValueError):
    """The facts of a document contradict each other or are malformed; such a document must not be issued."""


class RenderingFailed(RuntimeError):
    """No PDF could be made. Nothing is lost: the facts are stored and rendering can be asked again.

    `reason` says why: ``busy`` (all places taken for too long), ``timeout`` or ``memory`` (beyond the limit),
    ``asset`` (the page asked for a file or an address), ``crash`` (the child died; its log says more).
    """

    def __init__(self, reason: Literal["busy", "timeout", "memory", "asset", "crash"]) -> None:
        super().__init__(reason)
        self.reason = reason


class ArchiveFileMissing(LookupError):
    """No archived file has this SHA-256."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


class ArchiveFileAltered(RuntimeError):
    """The archived file no longer has the SHA-256 it was stored under: it must not be served."""

    def __init__(self, sha256: str, found: str) -> None:
        super().__init__(f"{sha256} now hashes to {found}")
        self.sha256 = sha256
        self.found = found
