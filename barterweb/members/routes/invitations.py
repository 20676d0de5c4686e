"""Views for those who hold a link: an invitation, or the link to choose another password."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import TooMany
from barterweb.members import queries, service
from barterweb.members.errors import InvitationOver
from barterweb.members.forms import PasswordForm, ResetForm
from barterweb.members.routes import entering
from barterweb.members.routes.blueprint import bp
from barterweb.security.errors import LinkOver
from barterweb.web import sessions
from barterweb.web.access import public
from barterweb.web.fragments import see_other


@bp.get("/invitation/<token>")
@public
def invitation_GET(token: str) -> ResponseReturnValue:
    """Let somebody invited choose a password."""
    invitation = queries.invitation_for(token)
    if invitation is None:
        return _over()
    person = invitation.person
    return _choose(PasswordForm(email=person.email, name=person.name, formdata=None), person.email, 200)


@bp.post("/invitation/<token>")
@public
def invitation_POST(token: str) -> ResponseReturnValue:
    """Set the password and begin a session."""
    invitation = queries.invitation_for(token)
    if invitation is None:
        return _over()
    person = invitation.person
    form = PasswordForm(email=person.email, name=person.name)
    if not form.validate_on_submit():
        return _choose(form, person.email, 422)
    try:
        subject = service.accept_invitation(
            token=token, password_hash=service.hash_password(form.password.data)
        )
    except InvitationOver:
        return _over()
    return entering.enter(subject.person_id, strong=False)


@bp.get("/mot-de-passe")
@public
def forgotten_GET() -> ResponseReturnValue:
    """Ask for the address whose password was forgotten."""
    return render_template("members/forgotten.html", form=ResetForm(formdata=None))


@bp.post("/mot-de-passe")
@public
def forgotten_POST() -> ResponseReturnValue:
    """Note the request; the answer is the same whether anybody has the address or not."""
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("members/forgotten.html", form=form), 422
    try:
        service.ask_for_reset(email=form.email.data, address=sessions.address())
    except TooMany as error:
        return entering.too_many("members/forgotten.html", error, form=form)
    return see_other(url_for("members.forgotten_sent_GET"))


@bp.get("/mot-de-passe/demande")
@public
def forgotten_sent_GET() -> ResponseReturnValue:
    """Say what happens now."""
    return render_template("members/forgotten_sent.html")


@bp.get("/mot-de-passe/<token>")
@public
def reset_GET(token: str) -> ResponseReturnValue:
    """Let whoever holds the link of a letter choose another password."""
    person = queries.person_of_reset_link(token)
    if person is None:
        return _over()
    return _choose(PasswordForm(email=person.email, name=person.name, formdata=None), person.email, 200)


@bp.post("/mot-de-passe/<token>")
@public
def reset_POST(token: str) -> ResponseReturnValue:
    """Set the password and end every session; the person then signs in, with their second factor if they have one."""
    person = queries.person_of_reset_link(token)
    if person is None:
        return _over()
    form = PasswordForm(email=person.email, name=person.name)
    if not form.validate_on_submit():
        return _choose(form, person.email, 422)
    try:
        service.reset_password(token=token, password_hash=service.hash_password(form.password.data))
    except LinkOver:
        return _over()
    flash("Votre mot de passe est changé. Connectez-vous avec le nouveau.", "ok")
    return see_other(url_for("members.sign_in_GET"))


def _choose(form: PasswordForm, email: str, status: int) -> ResponseReturnValue:
    return entering.kept_private(render_template("members/invitation.html", form=form, email=email), status)


def _over() -> ResponseReturnValue:
    return render_template("members/invitation_over.html"), 404
