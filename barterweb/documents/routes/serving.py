"""What every page of documents shares: who may read, archived bytes, and the log of what accountants take."""

from flask import Blueprint, Response, current_app, make_response, render_template, request

from barterweb.actors import MEMBER_KINDS
from barterweb.documents import service
from barterweb.documents.archive import Archive
from barterweb.documents.errors import RenderingFailed
from barterweb.web.access import current_actor

bp = Blueprint("documents", __name__)

READERS = (*MEMBER_KINDS, "accountant")


def serve_pdf(document_id: str, company_id: str, name: str) -> Response:
    """Serve a document's archived bytes, made now if nobody has asked before."""
    archive = Archive(current_app.config["SETTINGS"].documents_dir)
    try:
        file = service.render_document(document_id, archive)
    except RenderingFailed:
        return make_response(render_template("documents/not_ready.html"), 503, {"Retry-After": "10"})
    sha256 = file.sha256
    log_download(company_id, document_id, f"{name}.pdf")
    response = make_response(archive.read(sha256))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256)
    response.make_conditional(request)
    return response


def log_download(company_id: str, subject: str, detail: str) -> None:
    """Tell the company what its accountant took."""
    actor = current_actor()
    if actor.kind == "accountant":
        service.log_download(actor=actor, company_id=company_id, subject=subject, detail=detail)
