"""Issued files, kept as they were issued, under the SHA-256 of their bytes: in a folder, or in the database.

Files are written once, served ever after and never rendered again (ten years: CGI, art. 289 and LPF, art. L. 102 B).
"""

from typing import Protocol

from barterweb.documents.archive.database import DatabaseArchive
from barterweb.documents.archive.folder import FolderArchive
from barterweb.settings import Settings


class Archive(Protocol):
    """Where issued bytes lie: all the rest of the house knows of it."""

    def save(self, data: bytes) -> str:
        """Store `data` durably and return its SHA-256 in hexadecimal; storing the same bytes again changes nothing.

        Raises `ArchiveFileAltered` if other bytes lie under that name: evidence is not written over.
        """

    def read(self, sha256: str) -> bytes:
        """Return the bytes stored under `sha256`, hashed again on the way out.

        Raises `ArchiveFileMissing` if there are none and `ArchiveFileAltered` if they are no longer the same.
        """


def archive_of(settings: Settings) -> Archive:
    """Return the archive the settings name."""
    return DatabaseArchive() if settings.archive == "database" else FolderArchive(settings.documents_dir)


__all__ = ["Archive", "DatabaseArchive", "FolderArchive", "archive_of"]
