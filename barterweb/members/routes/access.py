"""Views of access: signing in and out, roles, invitations."""

from flask import current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import NotFound
from barterweb.members import queries, service
from barterweb.members.errors import InvitationOver
from barterweb.members.facts import Hat
from barterweb.members.forms import (
    NO_ACCESS,
    ROLE_NAMES,
    WRONG_SIGN_IN,
    HatForm,
    PasswordForm,
    SignInForm,
)
from barterweb.members.policy import is_local_path
from barterweb.members.routes.blueprint import bp
from barterweb.web import sessions
from barterweb.web.access import current_actor, public, signed_in, signed_in_actor
from barterweb.web.fragments import see_other
from barterweb.web.navigation import menu_of


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
