"""The operator's books: memberships, requests for credit, claims, and the terms of each region."""

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.errors import Conflict, NotFound
from barterweb.ids import new_id
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.money import Credits
from barterweb.standing import queries, service
from barterweb.standing.errors import StandingError
from barterweb.standing.forms import (
    PAYERS,
    ClearingForm,
    CreditDecisionForm,
    PaymentForm,
    ReasonForm,
    TermsForm,
    explain,
    terms_form,
)
from barterweb.standing.routes.blueprint import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.navigation import after_decision
from barterweb.web.paging import asked_page

PAGE_SIZE = 20


@bp.get("/operateur/adhesions")
@allowed("operator")
def memberships_GET() -> ResponseReturnValue:
    """List the years of membership: to pay, overdue, waived, paid."""
    chosen = request.args.get("liste", "a-regler")
    if chosen not in queries.MEMBERSHIP_LISTS:
        raise NotFound
    asked = asked_page(PAGE_SIZE)
    rows, total = queries.memberships(chosen, limit=PAGE_SIZE, offset=asked.offset)
    pages = asked.of(total)
    return page_or_fragment(
        "standing/memberships.html",
        "standing/_memberships.html",
        rows=rows,
        pages=pages,
        chosen=chosen,
        counts=queries.membership_counts(),
    )


@bp.get("/operateur/adhesions/<id('adm'):membership_id>")
@allowed("operator")
def payment_GET(membership_id: str) -> ResponseReturnValue:
    """Show a year of membership, to record the transfer that paid it or to undo a mistake."""
    form = PaymentForm(formdata=None, paid_on=clock.today())
    return _payment(membership_id, form, ReasonForm(formdata=None))


@bp.post("/operateur/adhesions/<id('adm'):membership_id>")
@allowed("operator")
def payment_POST(membership_id: str) -> ResponseReturnValue:
    """Record the transfer."""
    form = PaymentForm()
    if form.validate_on_submit():
        try:
            service.record_membership_payment(
                actor=current_actor(),
                membership_id=membership_id,
                paid_on=form.paid_on.data,
                reference=form.reference.data,
            )
            flash("Règlement enregistré\u00a0: l’entreprise en est avertie.", "ok")
            return see_other(after_decision(url_for("standing.memberships_GET")))
        except StandingError as error:
            form.refuse(explain(error))
    return _payment(membership_id, form, ReasonForm(formdata=None), 422)


@bp.post("/operateur/adhesions/<id('adm'):membership_id>/annulation")
@allowed("operator")
def undo_payment_POST(membership_id: str) -> ResponseReturnValue:
    """Undo a payment recorded by mistake."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            service.take_back_membership_payment(
                actor=current_actor(), membership_id=membership_id, reason=form.reason.data
            )
            flash("Règlement annulé\u00a0: l’adhésion est de nouveau à régler.", "ok")
            return see_other(url_for("standing.payment_GET", membership_id=membership_id))
        except StandingError as error:
            form.refuse(explain(error))
    return _payment(membership_id, PaymentForm(formdata=None), form, 422)


@bp.get("/operateur/credit")
@allowed("operator")
def requests_GET() -> ResponseReturnValue:
    """List the requests for credit, and each region's reserve."""
    asked = asked_page(PAGE_SIZE)
    waiting, total = queries.waiting_requests(limit=PAGE_SIZE, offset=asked.offset)
    return render_template(
        "standing/requests.html",
        waiting=waiting,
        pages=asked.of(total),
        decided=queries.decided_requests(),
        reserves=queries.reserves(),
    )


@bp.get("/operateur/credit/<id('dcr'):request_id>")
@allowed("operator")
def request_GET(request_id: str) -> ResponseReturnValue:
    """Show a request with the company's figures, to decide on it."""
    asked = queries.credit_request(request_id)
    return _request(request_id, CreditDecisionForm(formdata=None, granted=asked.wanted_cents))


@bp.post("/operateur/credit/<id('dcr'):request_id>")
@allowed("operator")
def request_POST(request_id: str) -> ResponseReturnValue:
    """Grant a line or refuse it, as the button says."""
    form = CreditDecisionForm()
    queries.credit_request(request_id)
    if not form.validate_on_submit():
        return _request(request_id, form, 422)
    try:
        flash(_decide(request_id, form), "ok")
    except Conflict:
        return _request(request_id, CreditDecisionForm(formdata=None), 409, too_late=True)
    return see_other(after_decision(url_for("standing.request_GET", request_id=request_id)))


def _decide(request_id: str, form: CreditDecisionForm) -> str:
    actor, reason = current_actor(), form.reason.data
    if form.decision.data == "grant":
        service.grant_credit(
            actor=actor, request_id=request_id, granted=Credits(form.granted.data), reason=reason
        )
        return "Ligne accordée\u00a0: elle vaut dès maintenant, et l’entreprise est prévenue."
    service.refuse_credit(actor=actor, request_id=request_id, reason=reason)
    return "Demande refusée\u00a0: le motif est écrit à l’entreprise."


@bp.get("/operateur/creances")
@allowed("operator")
def claims_GET() -> ResponseReturnValue:
    """List what companies that left or failed owe, and each region's reserve."""
    asked = asked_page(PAGE_SIZE)
    rows, total = queries.claims(limit=PAGE_SIZE, offset=asked.offset)
    return render_template(
        "standing/claims.html", claims=rows, pages=asked.of(total), reserves=queries.reserves()
    )


@bp.get("/operateur/creances/<id('cre'):claim_id>")
@allowed("operator")
def claim_GET(claim_id: str) -> ResponseReturnValue:
    """Show a claim, to record a payment or a write-off."""
    owed = queries.claim(claim_id).open_cents
    form = ClearingForm(formdata=None, clearing_id=new_id("rgl"), amount=owed, cleared_on=clock.today())
    return _claim(claim_id, form)


@bp.post("/operateur/creances/<id('cre'):claim_id>")
@allowed("operator")
def claim_POST(claim_id: str) -> ResponseReturnValue:
    """Record a payment or a write-off of a claim."""
    form = ClearingForm()
    if form.validate_on_submit():
        try:
            _clear(claim_id, form)
            flash("C’est enregistré\u00a0: le compte est crédité d’autant, sur la réserve.", "ok")
            return see_other(url_for("standing.claim_GET", claim_id=claim_id))
        except StandingError as error:
            form.refuse(explain(error))
    return _claim(claim_id, form), 422


def _clear(claim_id: str, form: ClearingForm) -> None:
    same = {"actor": current_actor(), "claim_id": claim_id, "clearing_id": form.clearing_id.data}
    amount, words = Credits(form.amount.data), form.reference.data
    if form.how.data == "paid":
        service.record_claim_payment(**same, amount=amount, paid_on=form.cleared_on.data, reference=words)
    else:
        service.write_off_claim(**same, amount=amount, reason=words)


@bp.get("/operateur/territoires")
@allowed("operator")
def regions_GET() -> ResponseReturnValue:
    """Show the fees and limits of each region, past, present and to come, to set those of a day to come."""
    return _regions()


@bp.post("/operateur/territoires/<id('reg'):region_id>")
@allowed("operator")
def region_POST(region_id: str) -> ResponseReturnValue:
    """Set a region's fees and limits from a day to come."""
    form = TermsForm()
    if region_id not in {region.id for region in members.regions()}:
        raise NotFound
    if form.validate_on_submit():
        member_service.set_region_terms(
            region_id=region_id, starts_on=form.starts_on.data, terms=form.settings(), actor=current_actor()
        )
        flash("Conditions enregistrées\u00a0: elles vaudront à partir de ce jour.", "ok")
        return see_other(url_for("standing.regions_GET"))
    return _regions(region_id, form), 422


def _regions(region_id: str | None = None, typed: TermsForm | None = None) -> str:
    today = clock.today()
    rows = []
    for region in members.regions():
        in_force = members.terms_in_force(region.id, today)
        form = typed if typed and region.id == region_id else terms_form(in_force)
        for field in form:  # several forms share the page
            field.id = f"{field.name}-{region.code.lower()}"
        rows.append((region, in_force, members.terms_of_region(region.id), form))
    return render_template("standing/regions.html", rows=rows, payers=PAYERS, today=today, typed=typed)


def _payment(
    membership_id: str, form: PaymentForm, undo: ReasonForm, status: int = 200
) -> ResponseReturnValue:
    dues = queries.membership(membership_id)
    return render_template("standing/payment.html", dues=dues, form=form, undo=undo), status


def _request(
    request_id: str, form: CreditDecisionForm, status: int = 200, *, too_late: bool = False
) -> Response:
    asked = queries.credit_request(request_id)
    return page_or_fragment(
        "standing/request.html",
        "standing/_request.html",
        status=status,
        asked=asked,
        history=queries.credit_history(asked.company),
        form=form,
        too_late=too_late,
    )


def _claim(claim_id: str, form: ClearingForm) -> str:
    return render_template("standing/claim.html", claim=queries.claim(claim_id), form=form)
