"""Backups: the whole database as it was at one moment, the archived documents, and a manifest that lets both be checked.

A backup is a folder with `manifest.json`, the database and `documents/`. It is made while the site works and appears under
its name only when it is complete. The documents are copied after the database, so none that it names can be missing.
"""

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import URL, text

from barterweb import clock, db, ledger
from barterweb.operations import dumps
from barterweb.operations.errors import OperationRefused

Say = Callable[[str], None]

_ARCHIVED = (
    "SELECT sha256 FROM document_files UNION SELECT sha256 FROM own_invoices WHERE sha256 IS NOT NULL"
    " UNION SELECT logo_sha256 FROM companies WHERE logo_sha256 IS NOT NULL"
    " UNION SELECT sha256 FROM listing_photos UNION SELECT small_sha256 FROM listing_photos"
    " UNION SELECT file_sha256 FROM trade_messages WHERE file_sha256 IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where things lie on this machine: the archive of documents, and PostgreSQL's programs (None: on the PATH)."""

    documents: Path
    programs: Path | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, of which database, the hash of its file, and the facts of the copy."""

    made_at: str
    database: str
    file: str
    sha256: str
    chain_position: int
    chain_hash: str
    rows: dict[str, int]

    @property
    def facts(self) -> dumps.Facts:
        """What the restored database must show."""
        return dumps.Facts(self.chain_position, self.chain_hash, self.rows)


def back_up(folder: Path, place: Place) -> Manifest:
    """Write a backup into `folder`, which must not exist. Raises `OperationRefused`."""
    if folder.exists():
        raise OperationRefused(f"{folder} exists: a backup is never written over.")
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    making.mkdir(parents=True)
    try:
        kind = db.dialect_name()
        file = making / dumps.FILES[kind]
        facts = dumps.dump(db.engine().url, file, place.programs)
        if place.documents.exists():
            shutil.copytree(
                place.documents, making / "documents", ignore=shutil.ignore_patterns(".writing-*")
            )
        manifest = Manifest(
            clock.now().isoformat(timespec="seconds"), kind, file.name, _sha256(file) or "", **asdict(facts)
        )
        (making / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2) + "\n")
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return manifest


def restore(folder: Path, url: URL, place: Place) -> None:
    """Restore a backup into the empty database at `url`, and its documents into the archive. Raises `OperationRefused`."""
    manifest = _manifest(folder)
    if url.get_backend_name() != manifest.database:
        raise OperationRefused(
            f"This is a backup of {manifest.database}: it goes into a database of that kind."
        )
    _load(folder, manifest, url, place)
    if (folder / "documents").exists():
        shutil.copytree(folder / "documents", place.documents, dirs_exist_ok=True)


def check(folder: Path, place: Place, say: Say) -> list[str]:
    """Restore a backup into a scratch database, verify it there, and return what is wrong, in sentences."""
    manifest = _manifest(folder)
    here = db.engine().url
    if here.get_backend_name() != manifest.database:
        raise OperationRefused(
            f"This is a backup of {manifest.database}: set DATABASE_URL to one of that kind."
        )
    with dumps.scratch_database(here, folder.parent) as url:
        try:
            _load(folder, manifest, url, place)
        except OperationRefused as error:
            return [str(error)]
        say("ok    the file is the one that was backed up, and can be restored")
        with _reading(url):
            return [
                *_differences(manifest, say),
                *_findings(say),
                *_lost_documents(folder / "documents", say),
            ]


def _manifest(folder: Path) -> Manifest:
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise OperationRefused(f"{folder} is no backup: its manifest cannot be read ({error}).") from error


def _load(folder: Path, manifest: Manifest, url: URL, place: Place) -> None:
    if _sha256(folder / manifest.file) != manifest.sha256:
        raise OperationRefused(f"{manifest.file} is not the file that was backed up: its hash differs.")
    dumps.load(folder / manifest.file, url, place.programs)


def _differences(manifest: Manifest, say: Say) -> Iterator[str]:
    found, wanted = dumps.facts_of(db.session.connection()), manifest.facts
    for table, number in wanted.rows.items():
        if found.rows.get(table) != number:
            yield f"{table} has {found.rows.get(table)} rows, {number} in the manifest."
    if (found.chain_position, found.chain_hash) != (wanted.chain_position, wanted.chain_hash):
        yield f"The chain ends at {found.chain_position}, in the manifest at {wanted.chain_position}, or another hash."
    if found == wanted:
        say(
            f"ok    {sum(found.rows.values())} rows and the chain's end {found.chain_position} are the manifest's"
        )


def _findings(say: Say) -> Iterator[str]:
    verification = ledger.verify()
    for finding in verification.findings:
        yield f"{finding.check}: {finding.subject}, {finding.detail}"
    if verification.clean:
        say(f"ok    the ledger is clean ({len(verification.checks)} checks)")


def _lost_documents(documents: Path, say: Say) -> Iterator[str]:
    hashes = db.session.connection().scalars(text(_ARCHIVED)).all()
    lost = [
        digest
        for digest in hashes
        if _sha256(documents / digest[:2] / digest) != digest and not _is_in_the_database(digest)
    ]
    for digest in lost:
        yield f"The document {digest} is missing or altered."
    if not lost:
        say(f"ok    {len(hashes)} documents are there, unaltered")


def _is_in_the_database(digest: str) -> bool:
    """Tell whether the archive is the database itself and has the file, unaltered."""
    kept = text("SELECT data FROM archived_files WHERE sha256 = :digest").bindparams(digest=digest)
    data = db.session.connection().scalar(kept)
    return data is not None and hashlib.sha256(data).hexdigest() == digest


@contextmanager
def _reading(url: URL) -> Iterator[None]:
    """Make the database at `url` the one that `session` reads."""
    app = Flask(__name__)
    db.init_app(app, url.render_as_string(hide_password=False))
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine().dispose()


def _sha256(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return None
