"""Making the files of documents, outside of any transaction: each is rendered once, archived, and served ever after."""

import logging

from barterweb import clock
from barterweb.db import session, transaction
from barterweb.documents import pdf
from barterweb.documents.archive import Archive
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing, RenderingFailed
from barterweb.documents.facts import InvoiceFacts, StatementFacts
from barterweb.documents.models import Document, DocumentFile
from barterweb.documents.queries import file_of, waiting_documents

_log = logging.getLogger(__name__)


def render_document(document_id: str, archive: Archive) -> DocumentFile:
    """Make the file of a document, archive it and return its record; a document that has one keeps it.

    Runs outside transactions. Raises `RenderingFailed`: the facts are safe and rendering can be asked again.
    """
    existing = file_of(document_id)
    if existing is not None:
        return existing
    document = session.get_one(Document, document_id)
    kind, text = document.kind, document.facts
    session.rollback()
    if kind == "statement":
        data = pdf.render_statement(StatementFacts.from_json(text))
    else:
        facts = InvoiceFacts.from_json(text)
        data = pdf.render_invoice(facts, _pictures(facts, archive))
    sha256 = archive.save(data)
    return _record_file(document_id, sha256, len(data))


def render_waiting(archive: Archive, limit: int = 100) -> int:
    """Job: make the files of documents that have none yet, the oldest first. Returns how many were made."""
    made = 0
    for document_id in waiting_documents(limit):
        try:
            render_document(document_id, archive)
        except RenderingFailed as failure:
            _log.warning("document %s not rendered: %s", document_id, failure.reason)
        else:
            made += 1
    return made


def _pictures(facts: InvoiceFacts, archive: Archive) -> dict[str, bytes]:
    """The seller's logo; an invoice is not kept back by a picture that is lost or altered."""
    sha256 = facts.seller.logo_sha256
    if sha256 is None:
        return {}
    try:
        return {sha256: archive.read(sha256)}
    except (ArchiveFileMissing, ArchiveFileAltered):
        _log.exception("logo %s of %s left out of an invoice", sha256, facts.seller.siren)
        return {}


@transaction
def _record_file(document_id: str, sha256: str, size: int) -> DocumentFile:
    existing = session.get(DocumentFile, document_id)
    if existing is not None:  # rendered by somebody else meanwhile: the first file is the document's
        return existing
    file = DocumentFile(document_id=document_id, sha256=sha256, size=size, rendered_at=clock.now())
    session.add(file)
    session.flush()
    return file
