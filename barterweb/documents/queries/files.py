"""Files of documents: made already, or waiting to be."""

from collections.abc import Sequence

from sqlalchemy import select

from barterweb.db import session
from barterweb.documents.models import Document, DocumentFile


def file_of(document_id: str) -> DocumentFile | None:
    """Return the document's file, or None while it is not rendered."""
    return session.get(DocumentFile, document_id)


def waiting_documents(limit: int) -> Sequence[str]:
    """Return the ids of issued documents that have no file yet, the oldest first."""
    query = select(Document.id).outerjoin(DocumentFile).where(DocumentFile.document_id.is_(None))
    return session.scalars(query.order_by(Document.id).limit(limit)).all()
