"""The archive in the database: for those who back up one thing only. Each file is a row named by its SHA-256."""

import hashlib

from barterweb import clock
from barterweb.db import session, transaction
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing
from barterweb.documents.models import ArchivedFile


class DatabaseArchive:
    """Files as rows; needs an application context, and like every archive is written to outside of transactions."""

    def save(self, data: bytes) -> str:
        """Store `data` and return its SHA-256; the same bytes again change nothing. Raises `ArchiveFileAltered`."""
        sha256 = hashlib.sha256(data).hexdigest()
        if session.get(ArchivedFile, sha256) is None:
            _insert(sha256, data)
        else:
            self.read(sha256)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the bytes, hashed again on the way out. Raises `ArchiveFileMissing`, `ArchiveFileAltered`."""
        file = session.get(ArchivedFile, sha256, populate_existing=True)
        if file is None:
            raise ArchiveFileMissing(sha256)
        found = hashlib.sha256(file.data).hexdigest()
        if found != sha256:
            raise ArchiveFileAltered(sha256, found)
        return file.data


@transaction
def _insert(sha256: str, data: bytes) -> None:
    if session.get(ArchivedFile, sha256) is None:
        session.add(ArchivedFile(sha256=sha256, data=data, stored_at=clock.now()))
