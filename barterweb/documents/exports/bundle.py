"""A zip archive written as it is sent, with an index of what it holds: its size costs no memory."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from barterweb.documents.exports.tables import csv_text

INDEX = "index.csv"
_STORED = (".pdf", ".xlsx")


_WORDS = {
    "statement": "Relevé de compte",
    "table": "Relevé de compte, pour tableur",
    "bank": "Opérations, au format d’une banque",
    "check": "Opérations, à vérifier avec hledger",
    "entries": "Écritures au format FEC (à importer)",
    "invoice": "Facture",
    "credit_note": "Avoir",
    "corrective": "Facture rectificative",
}
_ABSENT = {
    "not_ready": "fichier pas encore prêt\u00a0: à reprendre sur le site",
    "not_served": "fichier archivé introuvable ou modifié\u00a0: non servi, l’exploitant le restaure d’une sauvegarde",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive: `kind` says what it is, `detail` more of it; without data, `absent` says why."""

    name: str
    kind: str
    data: bytes | None
    detail: str = ""
    absent: str = ""

    @property
    def words(self) -> str:
        """What the index says of it."""
        said = (_WORDS[self.kind], self.detail, _ABSENT.get(self.absent, ""))
        return ", ".join(filter(None, said))


def zipped(members: Iterable[Member], *, made_on: date) -> Iterator[bytes]:
    """Yield the archive, one piece a member, and last its index: name, what it is, size, SHA-256."""
    pipe = _Pipe()
    index = io.StringIO()
    write = csv.writer(index, delimiter=";", lineterminator="\r\n").writerow
    write(("Fichier", "Contenu", "Octets", "SHA-256"))
    with zipfile.ZipFile(pipe, "w") as archive:
        for member in members:
            data = member.data
            sha256 = "" if data is None else hashlib.sha256(data).hexdigest()
            write((csv_text(member.name), csv_text(member.words), "" if data is None else len(data), sha256))
            if data is not None:
                archive.writestr(_info(member.name, made_on), data)
                yield pipe.taken()
        archive.writestr(_info(INDEX, made_on), index.getvalue().encode("utf-8-sig"))
    yield pipe.taken()


def _info(name: str, made_on: date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (made_on.year, made_on.month, made_on.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


class _Pipe(io.RawIOBase):
    """What a zip is written to: it only goes forward and gives away what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data
