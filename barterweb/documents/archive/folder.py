"""The archive in a folder, the default: each file is named by the SHA-256 of its bytes."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FolderArchive:
    """A content-addressed store under `folder`, spread over 256 subfolders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, data: bytes) -> str:
        """Store `data` durably and return its SHA-256 in hexadecimal; storing the same bytes again changes nothing.

        Raises `ArchiveFileAltered` if a file of that name holds other bytes: evidence is not written over.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.exists():
            self.read(sha256)
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o440)
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # The file is durable only once the names that lead to it are.
        for folder in (path.parent, self._folder, self._folder.parent):
            _sync_folder(folder)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the bytes stored under `sha256`, hashed again on the way out.

        Raises `ArchiveFileMissing` if there are none and `ArchiveFileAltered` if they are no longer the same.
        """
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise ArchiveFileMissing(sha256) from None
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise ArchiveFileAltered(sha256, found)
        return data

    def _path(self, sha256: str) -> Path:
        if _SHA256.fullmatch(sha256) is None:  # never a path of somebody's making
            raise ArchiveFileMissing(sha256)
        return self._folder / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
