"""A company's own standing: its credit line, its membership, its logo, and leaving."""

from flask import current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from barterweb import ledger
from barterweb.actors import Actor
from barterweb.documents.archive import Archive, archive_of
from barterweb.documents.errors import ArchiveFileMissing
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.members.models import Company
from barterweb.money import Credits
from barterweb.standing import policy, queries, service
from barterweb.standing.errors import StandingError
from barterweb.standing.forms import CreditForm, LeaveForm, LogoForm, explain
from barterweb.standing.routes.blueprint import bp
from barterweb.web.access import allowed, current_actor, public, signed_in_actor
from barterweb.web.fields import Form
from barterweb.web.fragments import see_other

_PNG = b"\x89PNG"


@bp.get("/mon-entreprise/credit")
@allowed("administrator")
def credit_GET() -> ResponseReturnValue:
    """Show the credit line, its history, and the form to ask for another."""
    return _credit(CreditForm(formdata=None, request_id=new_id("dcr")))


@bp.post("/mon-entreprise/credit")
@allowed("administrator")
def credit_POST() -> ResponseReturnValue:
    """Ask for another credit line."""
    form = CreditForm()
    if form.validate_on_submit():
        try:
            service.ask_credit(
                actor=current_actor(),
                request_id=form.request_id.data,
                wanted=Credits(form.wanted.data),
                turnover=Credits(form.turnover.data),
                sells=form.sells.data,
            )
            flash("Demande envoyée\u00a0: l’exploitant répond par courriel, avec ses raisons.", "ok")
            return see_other(url_for("standing.credit_GET"))
        except StandingError as error:
            form.refuse(explain(error))
    return _credit(form), 422


@bp.post("/mon-entreprise/credit/<id('dcr'):request_id>/retrait")
@allowed("administrator")
def withdraw_credit_POST(request_id: str) -> ResponseReturnValue:
    """Take the request back."""
    if Form().validate_on_submit():
        try:
            service.withdraw_credit_request(actor=current_actor(), request_id=request_id)
            flash("Demande retirée.", "ok")
        except StandingError as error:
            flash(explain(error), "warn")
    return see_other(url_for("standing.credit_GET"))


@bp.get("/mon-entreprise/adhesion")
@allowed("administrator")
def membership_GET() -> ResponseReturnValue:
    """Show the years of membership and how they stand."""
    company = _own(current_actor())
    return render_template("standing/membership.html", company=company, years=queries.years_of(company.id))


@bp.get("/mon-entreprise/depart")
@allowed("administrator")
def leave_GET() -> ResponseReturnValue:
    """Say what leaving means, with the company's own figures."""
    return _leave(LeaveForm(formdata=None))


@bp.post("/mon-entreprise/depart")
@allowed("administrator")
def leave_POST() -> ResponseReturnValue:
    """Leave the network."""
    actor, form = current_actor(), LeaveForm()
    if form.validate_on_submit():
        try:
            service.leave_network(actor=actor, company_id=actor.member_company_id, reason=form.reason.data)
            flash("Départ enregistré. Ce qui est réservé va à son terme.", "ok")
            return see_other(url_for("members.own_company_GET"))
        except StandingError as error:
            form.refuse(explain(error))
    return _leave(form), 422


@bp.post("/mon-entreprise/logo")
@allowed("administrator")
def logo_POST() -> ResponseReturnValue:
    """Archive a logo, drawn anew, and show it."""
    form = LogoForm()
    if not form.validate_on_submit():
        flash(" ".join(sentence for errors in form.errors.values() for sentence in errors), "bad")
        return see_other(url_for("members.profile_GET"))
    sha256 = _archive().save(form.picture().data)
    member_service.set_logo(actor=current_actor(), sha256=sha256)
    flash("Logo enregistré.", "ok")
    return see_other(url_for("members.profile_GET"))


@bp.post("/mon-entreprise/logo/retrait")
@allowed("administrator")
def remove_logo_POST() -> ResponseReturnValue:
    """Show no logo any more."""
    if Form().validate_on_submit():
        member_service.set_logo(actor=current_actor(), sha256=None)
        flash("Logo retiré.", "ok")
    return see_other(url_for("members.profile_GET"))


@bp.get("/entreprises/<id('cmp'):company_id>/logo")
@public
def logo_GET(company_id: str) -> ResponseReturnValue:
    """Give the logo of a company of the directory, or of one's own."""
    company = members.company(company_id)
    if not policy.may_see_logo(company, signed_in_actor()) or company.logo_sha256 is None:
        raise NotFound
    try:
        data = _archive().read(company.logo_sha256)
    except ArchiveFileMissing as error:
        raise NotFound from error
    response = Response(data, mimetype="image/png" if data.startswith(_PNG) else "image/jpeg")
    if signed_in_actor() is None:
        response.headers["Cache-Control"] = "public, max-age=3600"
    response.set_etag(company.logo_sha256)
    return response


def _credit(form: CreditForm) -> str:
    actor = current_actor()
    company = _own(actor)
    return render_template(
        "standing/credit.html",
        company=company,
        history=queries.credit_history(company),
        may_ask=policy.may_ask_credit(company, actor),
        form=form,
    )


def _leave(form: LeaveForm) -> str:
    company = _own(current_actor())
    account = ledger.account_view(company.account_id or "")
    may_leave = company.status in policy.MEMBER_STATUSES
    return render_template(
        "standing/leave.html",
        company=company,
        account=account,
        claims=queries.claims_of(company.id),
        may_leave=may_leave,
        form=form,
    )


def _own(actor: Actor) -> Company:
    return members.company(actor.member_company_id)


def _archive() -> Archive:
    return archive_of(current_app.config["SETTINGS"])
