"""What every page of documents shares: who may read, archived bytes, and the log of what accountants take."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from barterweb.actors import MEMBER_KINDS
from barterweb.documents import service
from barterweb.documents.archive import archive_of
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing, RenderingFailed
from barterweb.documents.facturx.extraction import xml_inside
from barterweb.web.access import current_actor

bp = Blueprint("documents", __name__)

READERS = (*MEMBER_KINDS, "accountant")
_log = logging.getLogger(__name__)


def serve_pdf(document_id: str, company_id: str, name: str) -> Response:
    """Serve a document's archived bytes, made now if nobody has asked before."""
    return _serve_document(document_id, company_id, f"{name}.pdf")


def serve_xml(document_id: str, company_id: str, name: str) -> Response:
    """Serve the structured invoice that the archived PDF carries."""
    return _serve_document(
        document_id, company_id, f"{name}.xml", media_type="application/xml", taken_from=xml_inside
    )


def not_ready() -> Response:
    """Say that the file could not be made right now, and when to ask again."""
    return make_response(render_template("documents/not_ready.html"), 503, {"Retry-After": "10"})


def _serve_document(document_id: str, company_id: str, name: str, **how: Any) -> Response:
    try:
        file = service.render_document(document_id, archive_of(current_app.config["SETTINGS"]))
    except RenderingFailed:
        return not_ready()
    return serve_archived(file.sha256, company_id, document_id, name, **how)


def serve_archived(
    sha256: str,
    company_id: str,
    subject: str,
    name: str,
    *,
    media_type: str = "application/pdf",
    disposition: str = "inline",
    taken_from: Callable[[bytes], bytes] = bytes,
) -> Response:
    """Serve bytes of the archive under `name`, or what `taken_from` finds in them, with their hash as ETag and in ranges.

    What is missing or altered is told and logged, never served.
    """
    log_download(company_id, subject, name)
    if request.if_none_match.contains(sha256):
        return _headed(Response(status=304), sha256)
    try:
        data = taken_from(archive_of(current_app.config["SETTINGS"]).read(sha256))
    except (ArchiveFileMissing, ArchiveFileAltered) as error:
        _log.exception("archived file of %s not served", subject)
        altered = isinstance(error, ArchiveFileAltered)
        return make_response(
            render_template("documents/not_served.html", altered=altered, subject=subject), 503
        )
    response = _headed(make_response(data), sha256)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    with suppress(
        RequestedRangeNotSatisfiable
    ):  # a range that makes no sense may be ignored (RFC 9110, 14.2)
        response.make_conditional(request, accept_ranges=True, complete_length=len(data))
    return response


def log_download(company_id: str, subject: str, detail: str) -> None:
    """Tell the company what its accountant took."""
    actor = current_actor()
    if actor.kind == "accountant":
        service.log_download(actor=actor, company_id=company_id, subject=subject, detail=detail)


def _headed(response: Response, sha256: str) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256)
    return response
