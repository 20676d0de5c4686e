"""The archive gives back exactly what was stored, or says that it cannot."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barterweb.documents.archive import FolderArchive
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing

DATA = b"%PDF-1.7 an invoice"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_what_is_stored_comes_back_under_its_sha256(archive: FolderArchive) -> None:
    assert archive.save(DATA) == SHA256
    assert archive.read(SHA256) == DATA


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_come_back(archive: FolderArchive, data: bytes) -> None:
    assert archive.read(archive.save(data)) == data


def test_storing_twice_writes_once(archive: FolderArchive, tmp_path: Path) -> None:
    archive.save(DATA)
    (before,) = files(tmp_path)
    written = before.stat().st_ino, before.stat().st_mtime_ns
    assert archive.save(DATA) == SHA256
    (after,) = files(tmp_path)
    assert (after.stat().st_ino, after.stat().st_mtime_ns) == written


def test_another_archive_over_the_same_folder_finds_the_file(archive: FolderArchive, tmp_path: Path) -> None:
    archive.save(DATA)
    assert FolderArchive(tmp_path / "archive").read(SHA256) == DATA


@pytest.mark.parametrize("sha256", [SHA256, "", "../../etc/passwd", SHA256.upper(), f"{SHA256}\n", "é" * 64])
def test_what_was_never_stored_is_missing(archive: FolderArchive, sha256: str) -> None:
    with pytest.raises(ArchiveFileMissing) as missing:
        archive.read(sha256)
    assert missing.value.sha256 == sha256


def test_no_name_leads_out_of_the_folder(archive: FolderArchive, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_bytes(DATA)
    for name in ("../secret", str(outside), f"../../{outside.name}"):
        with pytest.raises(ArchiveFileMissing):
            archive.read(name)


def test_an_altered_file_is_neither_served_nor_written_over(archive: FolderArchive, tmp_path: Path) -> None:
    archive.save(DATA)
    (path,) = files(tmp_path)
    path.chmod(0o640)
    path.write_bytes(DATA + b" ")
    for attempt in (lambda: archive.read(SHA256), lambda: archive.save(DATA)):
        with pytest.raises(ArchiveFileAltered) as altered:
            attempt()
        assert altered.value.sha256 == SHA256
        assert altered.value.found == hashlib.sha256(DATA + b" ").hexdigest()
    assert path.read_bytes() == DATA + b" "


def test_archived_files_are_read_only_and_private(archive: FolderArchive, tmp_path: Path) -> None:
    archive.save(DATA)
    (path,) = files(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o440


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_return(
    archive: FolderArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(handle: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        sync(handle)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    archive.save(DATA)
    assert steps[0].startswith("sync .writing-")
    assert steps[1:] == ["rename", f"sync {SHA256[:2]}", "sync archive", f"sync {tmp_path.name}"]


def test_a_write_that_fails_leaves_nothing_behind(
    archive: FolderArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", disk_full)
        with pytest.raises(OSError, match="No space left"):
            archive.save(DATA)
    assert files(tmp_path) == []
    assert archive.save(DATA) == SHA256
