"""The structured invoice inside an archived file: the very bytes that were issued."""

import io

from pypdf import PdfReader

from barterweb.documents.facturx.content import FILE_NAME


def xml_inside(pdf: bytes) -> bytes:
    """Return the XML embedded in a Factur-X file; raise LookupError if there is none, as in a draft."""
    return PdfReader(io.BytesIO(pdf)).attachments[FILE_NAME][0]
