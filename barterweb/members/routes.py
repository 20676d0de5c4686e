"""Views of members: the directory, joining, signing in, roles, and a company's own page."""

import re

from flask import Blueprint, abort, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.actors import Actor
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.members.errors import InvitationOver, MemberError
from barterweb.members.facts import TERMS_DATE, Hat
from barterweb.members.forms import (
    LEGAL_FORMS,
    NO_ACCESS,
    ROLE_NAMES,
    WRONG_SIGN_IN,
    AnswerForm,
    ApplicationForm,
    CompanyForm,
    DirectoryForm,
    DirectoryPage,
    HatForm,
    InviteForm,
    PasswordForm,
    SignInForm,
    explain,
)
from barterweb.members.policy import is_local_path
from barterweb.web import sessions
from barterweb.web.access import allowed, current_actor, public, signed_in, signed_in_actor
from barterweb.web.copies import kept_for_visitors
from barterweb.web.fragments import page_or_fragment, see_other
from barterweb.web.navigation import menu_of

bp = Blueprint("members", __name__)

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


# ------------------------------------------------------------------------------------------- the directory


@bp.get("/entreprises")
@public
@kept_for_visitors
def directory_GET() -> ResponseReturnValue:
    """Search the companies of the network."""
    form = DirectoryForm(queries.clusters(), queries.departments(), request.args)
    typed = request.args.get("page", "1")
    if _PAGE_NUMBER.fullmatch(typed) is None:
        abort(404)
    search, number = form.search(), int(typed)
    companies, total = queries.directory(search, number)
    results = DirectoryPage(companies, number, total, search)
    if number > results.pages:
        abort(404)
    return page_or_fragment("members/directory.html", "members/_directory.html", form=form, results=results)


# ------------------------------------------------------------------------------------------------- joining


@bp.get("/adhesion")
@public
def apply_GET() -> ResponseReturnValue:
    """Show the application form, with the id of what it will create."""
    form = ApplicationForm(queries.clusters(), formdata=None, application_id=new_id("adh"))
    return _application(form, 200)


@bp.post("/adhesion")
@public
def apply_POST() -> ResponseReturnValue:
    """Write down the application."""
    form = ApplicationForm(queries.clusters())
    if form.validate_on_submit():
        try:
            service.register_company(**form.application())
            return see_other(url_for("members.applied_GET", application_id=form.application_id.data))
        except MemberError as error:
            form.show(error)
    return _application(form, 422)


@bp.get("/adhesion/<id('adh'):application_id>/recue")
@public
def applied_GET(application_id: str) -> ResponseReturnValue:
    """Tell the applicant where the application stands, and let them answer a question."""
    application = queries.application(application_id)
    return render_template("members/applied.html", application=application, form=AnswerForm(formdata=None))


@bp.post("/adhesion/<id('adh'):application_id>/recue")
@public
def applied_POST(application_id: str) -> ResponseReturnValue:
    """Take the applicant's answer to staff."""
    application = queries.application(application_id)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            service.answer_question(application_id=application_id, answer=form.answer.data)
            flash("Votre réponse est transmise à votre pôle.", "ok")
            return see_other(url_for("members.applied_GET", application_id=application_id))
        except MemberError as error:
            form.refuse(explain(error))
    return render_template("members/applied.html", application=application, form=form), 422


def _application(form: ApplicationForm, status: int) -> ResponseReturnValue:
    page = render_template("members/apply.html", form=form, legal_forms=LEGAL_FORMS, terms_date=TERMS_DATE)
    return page, status


# ------------------------------------------------------------------------------------- signing in and roles


@bp.get("/connexion")
@public
def sign_in_GET() -> ResponseReturnValue:
    """Show the sign-in page; somebody signed in goes to their own first page."""
    actor = signed_in_actor()
    if actor is not None:
        return see_other(_home_of(actor.kind))
    return _sign_in(SignInForm(formdata=None, suite=request.args.get("suite")), 200)


@bp.post("/connexion")
@public
def sign_in_POST() -> ResponseReturnValue:
    """Check the password and begin a session."""
    form = SignInForm()
    if form.validate_on_submit():
        subject = service.check_password(email=form.email.data, password=form.password.data)
        actor = queries.actor_for(subject.person_id, subject.stamp, None) if subject else None
        if subject and actor:
            sessions.sign_in(subject.person_id, subject.stamp)
            return see_other(_local(form.suite.data) or _home_of(actor.kind))
        form.refuse(NO_ACCESS if subject else WRONG_SIGN_IN)
    return _sign_in(form, 422)


@bp.post("/deconnexion")
@signed_in
def sign_out_POST() -> ResponseReturnValue:
    """End the session."""
    sessions.sign_out()
    return see_other(url_for("pages.home_GET"))


@bp.get("/roles")
@signed_in
def roles_GET() -> ResponseReturnValue:
    """Show what the person can act as."""
    hats = queries.hats_of(current_actor().person_id)
    return render_template("members/roles.html", hats=hats, role_names=ROLE_NAMES)


@bp.post("/roles")
@signed_in
def roles_POST() -> ResponseReturnValue:
    """Act under another of the person's roles."""
    form = HatForm()
    hat = _hat_chosen(form.role_id.data) if form.validate_on_submit() else None
    if hat is None:
        raise NotFound
    sessions.wear(hat.role_id)
    return see_other(_home_of(hat.kind))


def _hat_chosen(role_id: str) -> Hat | None:
    hats = queries.hats_of(current_actor().person_id)
    return next((hat for hat in hats if hat.role_id == role_id), None)


def _home_of(kind: str) -> str:
    """Return the first page of a hat's menu."""
    return menu_of(kind)[0].href


def _local(wanted: str | None) -> str:
    """Return the address wanted after signing in if it is one of ours, else nothing."""
    return wanted if wanted and is_local_path(wanted) else ""


def _sign_in(form: SignInForm, status: int) -> ResponseReturnValue:
    form.suite.data = _local(form.suite.data)
    people = current_app.config.get("DEMO_PEOPLE", ()) if current_app.config["SETTINGS"].demo else ()
    return render_template("members/sign_in.html", form=form, demo_people=people), status


# --------------------------------------------------------------------------------------------- invitations


@bp.get("/invitation/<token>")
@public
def invitation_GET(token: str) -> ResponseReturnValue:
    """Let somebody invited choose a password."""
    invitation = queries.invitation_for(token)
    if invitation is None:
        return _invitation_over()
    person = invitation.person
    return _invitation(PasswordForm(email=person.email, name=person.name, formdata=None), person.email, 200)


@bp.post("/invitation/<token>")
@public
def invitation_POST(token: str) -> ResponseReturnValue:
    """Set the password and begin a session."""
    invitation = queries.invitation_for(token)
    if invitation is None:
        return _invitation_over()
    person = invitation.person
    form = PasswordForm(email=person.email, name=person.name)
    if not form.validate_on_submit():
        return _invitation(form, person.email, 422)
    try:
        subject = service.accept_invitation(
            token=token, password_hash=service.hash_password(form.password.data)
        )
    except InvitationOver:
        return _invitation_over()
    sessions.sign_in(subject.person_id, subject.stamp)
    actor = queries.actor_for(subject.person_id, subject.stamp, None)
    return see_other(_home_of(actor.kind) if actor else url_for("pages.home_GET"))


def _invitation(form: PasswordForm, email: str, status: int) -> ResponseReturnValue:
    response = make_response(render_template("members/invitation.html", form=form, email=email), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _invitation_over() -> ResponseReturnValue:
    return render_template("members/invitation_over.html"), 404


# ------------------------------------------------------------------------------------- the company's own page


@bp.get("/mon-entreprise")
@allowed("administrator")
def own_company_GET() -> ResponseReturnValue:
    """Show the company's details, people and events to its administrators."""
    return _own_company(current_actor())


@bp.post("/mon-entreprise")
@allowed("administrator")
def own_company_POST() -> ResponseReturnValue:
    """Change the company's details."""
    actor = current_actor()
    form = CompanyForm(queries.company(actor.member_company_id))
    if form.validate_on_submit():
        service.edit_company(actor=actor, changes=form.changes())
        flash("La fiche de l’entreprise est enregistrée.", "ok")
        return see_other(url_for("members.own_company_GET"))
    return _own_company(actor, form=form), 422


@bp.post("/mon-entreprise/acces")
@allowed("administrator")
def invite_POST() -> ResponseReturnValue:
    """Open the company to a colleague or an accountant."""
    actor = current_actor()
    form = InviteForm()
    if form.validate_on_submit():
        service.invite_person(actor=actor, invitee=form.invitee())
        flash(f"L’accès est ouvert. Un courriel part vers {form.email.data}.", "ok")
        return see_other(url_for("members.own_company_GET"))
    return _own_company(actor, invite_form=form), 422


@bp.post("/mon-entreprise/acces/<id('rol'):role_id>/revocation")
@allowed("administrator")
def revoke_POST(role_id: str) -> ResponseReturnValue:
    """Take an access away."""
    try:
        service.revoke_role(actor=current_actor(), role_id=role_id)
        flash("L’accès est retiré.", "ok")
    except MemberError as error:
        flash(explain(error), "bad")
    return see_other(url_for("members.own_company_GET"))


def _own_company(
    actor: Actor, *, form: CompanyForm | None = None, invite_form: InviteForm | None = None
) -> str:
    company = queries.company(actor.member_company_id)
    return render_template(
        "members/own_company.html",
        company=company,
        form=form or CompanyForm(company, formdata=None),
        invite_form=invite_form or InviteForm(formdata=None),
        accesses=queries.accesses_to_company(company.id),
        events=queries.events_of_company(company.id),
        role_names=ROLE_NAMES,
        legal_forms=LEGAL_FORMS,
    )
