"""Invoices a company sent and received: the list, the page of each, its files, and what its seller can do."""

from flask import Response, abort, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.documents import policy, queries, service
from barterweb.documents.archive import archive_of
from barterweb.documents.errors import InvoiceError
from barterweb.documents.facturx.extraction import xml_inside
from barterweb.documents.forms import (
    CorrectionForm,
    IssueForm,
    OwnInvoiceForm,
    correction_of,
    explain,
    missing_words,
)
from barterweb.documents.models import NUMBERED_KINDS, Document
from barterweb.documents.routes.serving import READERS, bp, serve_archived, serve_pdf
from barterweb.web.access import allowed, current_actor, may_write
from barterweb.web.fields import Form
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.paging import Pages, page_number

_FILE_NAMES = {
    "invoice": "facture",
    "credit_note": "avoir",
    "corrective": "facture-rectificative",
    "draft": "projet",
}


@bp.get("/comptes/<id('cmp'):company_id>/factures")
@allowed(*READERS)
def invoices_GET(company_id: str) -> ResponseReturnValue:
    """List the invoices a company sent and received."""
    company = queries.company_for(company_id, current_actor())
    page = queries.invoices_of(company_id, page_number(request.args))
    pages = Pages(page.number, page.pages, page.total)
    return page_or_fragment(
        "documents/invoices.html", "documents/_invoices.html", company=company, page=page, pages=pages
    )


@bp.get("/documents/factures/<id('doc'):document_id>")
@allowed(*READERS, "operator")
def invoice_GET(document_id: str) -> ResponseReturnValue:
    """Show an invoice, its files, what followed it, and what can be done."""
    return _page(document_id)


@bp.get("/documents/factures/<id('doc'):document_id>.pdf")
@allowed(*READERS, "operator")
@may_write
def invoice_pdf_GET(document_id: str) -> ResponseReturnValue:
    """Give an invoice as PDF: the bytes archived when it was issued."""
    actor = current_actor()
    document = queries.document_for(document_id, actor)
    return serve_pdf(document_id, _owner(document, actor), _name(document))


@bp.get("/documents/factures/<id('doc'):document_id>.xml")
@allowed(*READERS, "operator")
@may_write
def invoice_xml_GET(document_id: str) -> ResponseReturnValue:
    """Give the structured invoice (CII) that the archived PDF carries."""
    actor = current_actor()
    document = queries.document_for(document_id, actor)
    if document.kind not in NUMBERED_KINDS:
        abort(404)
    service.render_document(document_id, archive_of(current_app.config["SETTINGS"]))
    file, owner = queries.file_of(document_id), _owner(document, actor)
    assert file is not None
    name = f"{_name(document)}.xml"
    return serve_archived(
        file.sha256, owner, document_id, name, media_type="application/xml", taken_from=xml_inside
    )


@bp.get("/documents/factures/<id('doc'):document_id>/originale.pdf")
@allowed(*READERS, "operator")
@may_write
def own_invoice_pdf_GET(document_id: str) -> ResponseReturnValue:
    """Give the file of the invoice a seller without mandate issued itself."""
    actor = current_actor()
    document = queries.document_for(document_id, actor)
    own = queries.own_invoices([document_id]).get(document_id)
    if own is None or own.sha256 is None:
        abort(404)
    name = f"facture-{own.number.replace('/', '-')}.pdf"
    return serve_archived(own.sha256, _owner(document, actor), document_id, name)


@bp.post("/documents/factures/<id('doc'):document_id>/emission")
@allowed(*MEMBER_KINDS, "operator")
def issue_POST(document_id: str) -> ResponseReturnValue:
    """Issue the invoice of a draft that waited for a mandate or for missing data."""
    form, actor = IssueForm(), current_actor()
    queries.document_for(document_id, actor)
    if form.validate_on_submit():
        try:
            issued = service.issue_waiting_invoice(
                actor=actor, document_id=document_id, exemption=form.exemption.data
            )
        except InvoiceError as error:
            form.refuse(explain(error))
        else:
            flash("Facture émise\u00a0: elle a son numéro et l’acheteur peut la lire.", "ok")
            return see_other(url_for("documents.invoice_GET", document_id=issued))
    return _page(document_id, 422, issue_form=form)


@bp.post("/documents/factures/<id('doc'):document_id>/numero")
@allowed(*MEMBER_KINDS)
def own_invoice_POST(document_id: str) -> ResponseReturnValue:
    """Write down the number, the day and the file of the invoice the seller issued itself."""
    form, actor = OwnInvoiceForm(), current_actor()
    if not policy.may_record_own(queries.document_for(document_id, actor), actor):
        abort(404)
    if form.validate_on_submit():
        archive = archive_of(current_app.config["SETTINGS"])
        try:
            service.record_own_invoice(actor=actor, document_id=document_id, own=form.own(), archive=archive)
        except InvoiceError as error:
            form.refuse(explain(error))
        else:
            flash("Facture enregistrée\u00a0: l’acheteur en voit le numéro et le fichier.", "ok")
            return see_other(url_for("documents.invoice_GET", document_id=document_id))
    return _page(document_id, 422, own_form=form)


@bp.get("/documents/factures/<id('doc'):document_id>/rectification")
@allowed(*MEMBER_KINDS, "operator")
def correct_GET(document_id: str) -> ResponseReturnValue:
    """Show the form of a corrective invoice."""
    return _correction(document_id, None)


@bp.post("/documents/factures/<id('doc'):document_id>/rectification")
@allowed(*MEMBER_KINDS, "operator")
def correct_POST(document_id: str) -> ResponseReturnValue:
    """Issue a corrective invoice."""
    form, actor = CorrectionForm(), current_actor()
    queries.document_for(document_id, actor)
    if form.validate_on_submit():
        try:
            corrected = service.correct_invoice(
                actor=actor,
                document_id=document_id,
                order_reference=form.order_reference.data,
                delivery_address=form.delivery_address(),
            )
        except InvoiceError as error:
            form.refuse(explain(error))
        else:
            flash("Facture rectificative émise\u00a0: elle remplace la précédente.", "ok")
            return see_other(url_for("documents.invoice_GET", document_id=corrected))
    return _correction(document_id, form, 422)


def _correction(document_id: str, form: Form | None, status: int = 200) -> Response:
    view = queries.invoice_view(document_id, current_actor())
    if not policy.may_correct(view.document, current_actor()):
        abort(404)
    return page_or_fragment(
        "documents/correct.html",
        "documents/_correct.html",
        status=status,
        view=view,
        form=form or correction_of(view.facts),
    )


def _page(
    document_id: str, status: int = 200, *, issue_form: Form | None = None, own_form: Form | None = None
) -> Response:
    actor = current_actor()
    view = queries.invoice_view(document_id, actor)
    return page_or_fragment(
        "documents/invoice.html",
        "documents/_invoice.html",
        status=status,
        view=view,
        missing=missing_words(view.missing),
        may_issue=policy.may_issue(view.document, actor),
        may_correct=policy.may_correct(view.document, actor),
        may_record_own=policy.may_record_own(view.document, actor),
        issue_form=issue_form or IssueForm(formdata=None),
        own_form=own_form or OwnInvoiceForm(formdata=None),
    )


def _owner(document: Document, actor: Actor) -> str:
    """The company for which this actor reads the document: its own side, the seller's first."""
    sides = [side for side in (document.company_id, document.other_company_id) if side]
    return next((side for side in sides if side in actor.company_ids), sides[0])


def _name(document: Document) -> str:
    return f"{_FILE_NAMES[document.kind]}-{document.number or document.id}"
