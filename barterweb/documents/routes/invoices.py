"""Invoices a company sent and received: the list, the page of each, its files, and what its seller can do."""

from collections.abc import Callable
from datetime import date

from flask import Response, abort, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from barterweb import clock
from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.documents import policy, queries, service
from barterweb.documents.archive import archive_of
from barterweb.documents.errors import InvoiceError
from barterweb.documents.forms import (
    AnswerContestForm,
    ContestForm,
    CorrectionForm,
    IssueForm,
    OwnInvoiceForm,
    WithdrawContestForm,
    correction_of,
    explain,
    missing_words,
)
from barterweb.documents.models import NUMBERED_KINDS, Document
from barterweb.documents.routes.serving import READERS, bp, serve_archived, serve_pdf, serve_xml
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
_FORMS: dict[str, type[Form]] = {
    "issue_form": IssueForm,
    "own_form": OwnInvoiceForm,
    "contest_form": ContestForm,
    "withdraw_form": WithdrawContestForm,
    "answer_form": AnswerContestForm,
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
    return invoice_page(document_id)


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
    return serve_xml(document_id, _owner(document, actor), _name(document))


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
    owner = _owner(document, actor)
    return serve_archived(own.sha256, owner, document_id, name, disposition="attachment")


@bp.post("/documents/factures/<id('doc'):document_id>/emission")
@allowed(*MEMBER_KINDS, "operator")
def issue_POST(document_id: str) -> ResponseReturnValue:
    """Issue the invoice of a draft that waited for a mandate or for missing data."""
    form, actor = IssueForm(), current_actor()
    queries.document_for(document_id, actor)

    def issue() -> str:
        exemption = form.exemption.data
        return service.issue_waiting_invoice(actor=actor, document_id=document_id, exemption=exemption)

    done = attempt(form, issue, "Facture émise\u00a0: elle a son numéro et l’acheteur peut la lire.")
    return done or invoice_page(document_id, 422, issue_form=form)


@bp.post("/documents/factures/<id('doc'):document_id>/numero")
@allowed(*MEMBER_KINDS)
def own_invoice_POST(document_id: str) -> ResponseReturnValue:
    """Write down the number, the day and the file of the invoice the seller issued itself."""
    form, actor = OwnInvoiceForm(), current_actor()
    if not policy.may_record_own(queries.document_for(document_id, actor), actor):
        abort(404)

    def record() -> str:
        archive = archive_of(current_app.config["SETTINGS"])
        service.record_own_invoice(actor=actor, document_id=document_id, own=form.own(), archive=archive)
        return document_id

    done = attempt(form, record, "Facture enregistrée\u00a0: l’acheteur en voit le numéro et le fichier.")
    return done or invoice_page(document_id, 422, own_form=form)


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

    def correct() -> str:
        return service.correct_invoice(
            actor=actor,
            document_id=document_id,
            order_reference=form.order_reference.data,
            delivery_address=form.delivery_address(),
        )

    done = attempt(form, correct, "Facture rectificative émise\u00a0: elle remplace la précédente.")
    return done or _correction(document_id, form, 422)


def attempt(form: Form, verb: Callable[[], str], done: str) -> BaseResponse | None:
    """Validate, call the verb and go to the invoice it names; None when refused, the form then says why."""
    if not form.validate_on_submit():
        return None
    try:
        document_id = verb()
    except InvoiceError as error:
        form.refuse(explain(error))
        return None
    flash(done, "ok")
    return see_other(url_for("documents.invoice_GET", document_id=document_id))


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


def invoice_page(document_id: str, status: int = 200, **forms: Form) -> Response:
    """Show an invoice; `forms` are those that were refused, by the names its template knows them."""
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
        contest_over=policy.may_contest(view.document, actor)
        and clock.today() > (view.contest_until or date.max),
        may_contest=policy.may_contest(view.document, actor)
        and clock.today() <= (view.contest_until or date.min),
        may_withdraw=view.contest is not None and policy.may_withdraw_contest(view.contest, actor),
        may_answer=view.contest is not None and policy.may_answer_contest(view.contest, actor),
        **{name: forms.get(name) or form(formdata=None) for name, form in _FORMS.items()},
    )


def _owner(document: Document, actor: Actor) -> str:
    """The company for which this actor reads the document: its own side, the seller's first."""
    sides = [side for side in (document.company_id, document.other_company_id) if side]
    return next((side for side in sides if side in actor.company_ids), sides[0])


def _name(document: Document) -> str:
    return f"{_FILE_NAMES[document.kind]}-{document.number or document.id}"
