"""Contesting an invoice drawn up under the mandate: the seller says why, takes it back; the operator answers."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from barterweb.actors import MEMBER_KINDS
from barterweb.documents import policy, queries, service
from barterweb.documents.forms import AnswerContestForm, ContestForm, WithdrawContestForm
from barterweb.documents.routes.invoices import attempt, invoice_page
from barterweb.documents.routes.serving import bp
from barterweb.web.access import allowed, current_actor


@bp.get("/operateur/contestations")
@allowed("operator")
def contests_GET() -> ResponseReturnValue:
    """List the invoices that their sellers contest, and how earlier contests ended."""
    return render_template("documents/contests.html", lines=queries.contests())


@bp.post("/documents/factures/<id('doc'):document_id>/contestation")
@allowed(*MEMBER_KINDS)
def contest_POST(document_id: str) -> ResponseReturnValue:
    """Contest an invoice."""
    form, actor = ContestForm(), current_actor()
    if not policy.may_contest(queries.document_for(document_id, actor), actor):
        abort(404)

    def contest() -> str:
        service.contest_invoice(actor=actor, document_id=document_id, reason=form.reason.data)
        return document_id

    done = attempt(form, contest, "Contestation enregistrée\u00a0: l’exploitant est prévenu.")
    return done or invoice_page(document_id, 422, contest_form=form)


@bp.post("/documents/factures/<id('doc'):document_id>/contestation/retrait")
@allowed(*MEMBER_KINDS)
def withdraw_contest_POST(document_id: str) -> ResponseReturnValue:
    """Take a contest back."""
    form, actor = WithdrawContestForm(), current_actor()
    queries.document_for(document_id, actor)

    def withdraw() -> str:
        service.withdraw_contest(actor=actor, document_id=document_id)
        return document_id

    done = attempt(form, withdraw, "Contestation retirée\u00a0: la facture reste telle qu’elle est.")
    return done or invoice_page(document_id, 422, withdraw_form=form)


@bp.post("/documents/factures/<id('doc'):document_id>/contestation/reponse")
@allowed("operator")
def answer_contest_POST(document_id: str) -> ResponseReturnValue:
    """Uphold a contested invoice."""
    form, actor = AnswerContestForm(), current_actor()
    queries.document_for(document_id, actor)

    def answer() -> str:
        service.answer_contest(actor=actor, document_id=document_id, answer=form.answer.data)
        return document_id

    done = attempt(form, answer, "Facture maintenue\u00a0: le vendeur reçoit votre réponse.")
    return done or invoice_page(document_id, 422, answer_form=form)
