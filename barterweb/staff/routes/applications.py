"""Applications: to decide on, or to see what became of them."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue

from barterweb.actors import STAFF_KINDS
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.members.errors import ApplicationDecided
from barterweb.members.forms import SIZES, VAT_REGIMES
from barterweb.staff import policy, queries, service
from barterweb.staff.forms import DecisionForm
from barterweb.staff.routes.blueprint import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other


@bp.get("/pole/candidatures/<id('adh'):application_id>")
@allowed(*STAFF_KINDS)
def application_GET(application_id: str) -> ResponseReturnValue:
    """Show an application, to decide on it or to see what became of it."""
    return _application(application_id, DecisionForm(formdata=None))


@bp.post("/pole/candidatures/<id('adh'):application_id>")
@allowed(*STAFF_KINDS)
def application_POST(application_id: str) -> ResponseReturnValue:
    """Admit the company, ask it something or refuse it, as the button says."""
    members.application_for(application_id, current_actor())
    form = DecisionForm()
    if not form.validate_on_submit():
        return _application(application_id, form, 422)
    try:
        flash(_decide(application_id, form), "ok")
    except ApplicationDecided:
        return _application(application_id, DecisionForm(formdata=None), 409, too_late=True)
    return see_other(url_for("staff.application_GET", application_id=application_id))


def _decide(application_id: str, form: DecisionForm) -> str:
    """Carry out the decision and return the sentence that says so."""
    actor, message = current_actor(), form.message.data
    if form.decision.data == "approve":
        category = form.listing_category()
        service.approve_application(actor=actor, application_id=application_id, category=category)
        return "Entreprise admise\u00a0: son compte est ouvert et l’invitation est écrite."
    if form.decision.data == "ask":
        member_service.ask_applicant(actor=actor, application_id=application_id, question=message)
        return "Question posée\u00a0: la candidature reviendra dans la file avec la réponse."
    member_service.refuse_application(actor=actor, application_id=application_id, reason=message)
    return "Candidature refusée\u00a0: le motif est écrit à l’entreprise."


def _application(
    application_id: str, form: DecisionForm, status: int = 200, *, too_late: bool = False
) -> Response:
    actor = current_actor()
    application = members.application_for(application_id, actor)
    return page_or_fragment(
        "staff/application.html",
        "staff/_application.html",
        status=status,
        application=application,
        namesakes=queries.namesakes_of(application.company),
        outcome=queries.outcome_of(application),
        open=policy.may_decide_application(application, actor),
        form=form,
        too_late=too_late,
        sizes=SIZES,
        vat_regimes=VAT_REGIMES,
    )
