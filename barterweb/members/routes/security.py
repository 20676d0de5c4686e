"""Views of one's own access: sessions, devices, events, password, second factor, passkeys."""

from typing import Any

from flask import Response, abort, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import NotFound, TooMany
from barterweb.members import queries, service
from barterweb.members.forms import (
    NOT_YOURS,
    WRONG_PASSKEY,
    WRONG_SETUP_CODE,
    ChangePasswordForm,
    NewPasskeyForm,
    PasswordAgainForm,
    SetupForm,
)
from barterweb.members.models import Person
from barterweb.members.routes import entering
from barterweb.members.routes.blueprint import bp
from barterweb.members.routes.passkey_questions import ask_for_new, passkeys_possible, question_asked
from barterweb.security import queries as guards
from barterweb.security import service as guard_service
from barterweb.security.errors import CodeRefused, PasskeyRefused
from barterweb.web import sessions
from barterweb.web.access import (
    before_second_factor,
    current_actor,
    current_session,
    must_prove_more,
    signed_in,
)
from barterweb.web.fields import Form
from barterweb.web.fragments import see_other

_SECRET = "totp"  # noqa: S105  the name under which it is kept, not a secret


@bp.get("/securite")
@signed_in
@before_second_factor
def security_GET() -> ResponseReturnValue:
    """Show one's sessions, devices, factors and what happened to one's access."""
    signed = current_session()
    person_id = signed.actor.person_id
    return entering.kept_private(
        render_template(
            "members/security.html",
            must_prove_more=must_prove_more(signed),
            asked_at_sign_in=entering.asks_second_factor(),
            factors=guards.factors_of(person_id),
            passkeys=guards.passkeys_of(person_id),
            passkeys_possible=passkeys_possible(),
            sessions=guards.sessions_of(person_id),
            this_session=signed.session_id,
            devices=guards.devices_of(person_id),
            events=queries.events_of_access(person_id),
        )
    )


@bp.post("/securite/sessions/<id('ses'):session_id>/fin")
@signed_in
@before_second_factor
def end_session_POST(session_id: str) -> ResponseReturnValue:
    """End one of one's sessions."""
    service.end_session(person_id=current_actor().person_id, session_id=session_id)
    flash("La session est fermée.", "ok")
    return see_other(url_for("members.security_GET"))


@bp.post("/securite/sessions/autres")
@signed_in
@before_second_factor
def end_other_sessions_POST() -> ResponseReturnValue:
    """End all of one's sessions but this one."""
    signed = current_session()
    service.end_other_sessions(person_id=signed.actor.person_id, session_id=signed.session_id)
    flash("Toutes vos autres sessions sont fermées.", "ok")
    return see_other(url_for("members.security_GET"))


# ------------------------------------------------------------------------------------------------ the password


@bp.get("/securite/mot-de-passe")
@signed_in
def change_password_GET() -> ResponseReturnValue:
    """Show the form to change the password."""
    return _change_password(_password_form(formdata=None), 200)


@bp.post("/securite/mot-de-passe")
@signed_in
def change_password_POST() -> ResponseReturnValue:
    """Change the password, if the present one is right; all other sessions end."""
    signed, form = current_session(), _password_form()
    _refuse_for_demo_people()
    try:
        if form.validate_on_submit() and _knows_password(form, form.present.data):
            service.change_password(
                person_id=signed.actor.person_id,
                session_id=signed.session_id,
                password_hash=service.hash_password(form.password.data),
            )
            flash("Votre mot de passe est changé, et vos autres sessions sont fermées.", "ok")
            return see_other(url_for("members.security_GET"))
    except TooMany as error:
        return entering.too_many("members/change_password.html", error, form=form, fixed=_is_demo_person())
    return _change_password(form, 422)


# ------------------------------------------------------------------------------------------- the authenticator


@bp.get("/securite/application")
@signed_in
@before_second_factor
def totp_GET() -> ResponseReturnValue:
    """Show the QR code of a fresh secret; it is kept by the cookie until its first code comes back."""
    if guards.factors_of(current_actor().person_id).totp:
        return see_other(url_for("members.security_GET"))
    sessions.keep(_SECRET, guard_service.new_totp_secret())
    return _totp(SetupForm(formdata=None), 200)


@bp.post("/securite/application")
@signed_in
@before_second_factor
def totp_POST() -> ResponseReturnValue:
    """Set the authenticator up and show the recovery codes, once."""
    form = SetupForm()
    if not sessions.kept(_SECRET) or guards.factors_of(current_actor().person_id).totp:
        return see_other(url_for("members.totp_GET"))
    try:
        if form.validate_on_submit() and _knows_password(form, form.password.data):
            return _set_up_totp(form.code.data)
    except TooMany as error:
        return entering.too_many("members/totp.html", error, **_totp_page(form))
    except CodeRefused:
        form.refuse(WRONG_SETUP_CODE)
    return _totp(form, 422)


@bp.get("/securite/application/retrait")
@signed_in
def remove_totp_GET() -> ResponseReturnValue:
    """Ask for the password before the authenticator is taken away."""
    return _password_again(PasswordAgainForm(formdata=None), "remove_totp", 200)


@bp.post("/securite/application/retrait")
@signed_in
def remove_totp_POST() -> ResponseReturnValue:
    """Take the authenticator away."""
    form = PasswordAgainForm()
    try:
        if form.validate_on_submit() and _knows_password(form, form.password.data):
            service.remove_totp(person_id=current_actor().person_id)
            flash("L’application d’authentification et ses codes de secours sont retirés.", "ok")
            return see_other(url_for("members.security_GET"))
    except TooMany as error:
        return entering.too_many("members/password_again.html", error, form=form, purpose="remove_totp")
    return _password_again(form, "remove_totp", 422)


@bp.get("/securite/codes")
@signed_in
def recovery_codes_GET() -> ResponseReturnValue:
    """Ask for the password before recovery codes are replaced."""
    return _password_again(PasswordAgainForm(formdata=None), "recovery_codes", 200)


@bp.post("/securite/codes")
@signed_in
def recovery_codes_POST() -> ResponseReturnValue:
    """Replace the recovery codes and show the new ones, once."""
    form, person_id = PasswordAgainForm(), current_actor().person_id
    if not guards.factors_of(person_id).totp:
        abort(404)
    try:
        if form.validate_on_submit() and _knows_password(form, form.password.data):
            return _recovery_codes(service.renew_recovery_codes(person_id=person_id))
    except TooMany as error:
        return entering.too_many("members/password_again.html", error, form=form, purpose="recovery_codes")
    return _password_again(form, "recovery_codes", 422)


# ------------------------------------------------------------------------------------------------ the passkeys


@bp.get("/securite/cles")
@signed_in
@before_second_factor
def passkey_GET() -> ResponseReturnValue:
    """Show the form that makes a passkey in this browser."""
    return _passkey(NewPasskeyForm(formdata=None), 200)


@bp.post("/securite/cles")
@signed_in
@before_second_factor
def passkey_POST() -> ResponseReturnValue:
    """Keep the passkey just made."""
    form = NewPasskeyForm()
    try:
        if form.validate_on_submit() and _knows_password(form, form.password.data):
            _keep_passkey(form)
            flash("Cette clé ouvre désormais votre accès.", "ok")
            return see_other(url_for("members.security_GET"))
    except TooMany as error:
        return entering.too_many("members/passkey.html", error, form=form, question=_question())
    except PasskeyRefused:
        form.refuse(WRONG_PASSKEY)
    return _passkey(form, 422)


@bp.get("/securite/cles/<id('key'):passkey_id>/retrait")
@signed_in
def remove_passkey_GET(passkey_id: str) -> ResponseReturnValue:
    """Ask for the password before a passkey is taken away."""
    _own_passkey(passkey_id)
    return _password_again(PasswordAgainForm(formdata=None), "remove_passkey", 200)


@bp.post("/securite/cles/<id('key'):passkey_id>/retrait")
@signed_in
def remove_passkey_POST(passkey_id: str) -> ResponseReturnValue:
    """Take a passkey away."""
    form = PasswordAgainForm()
    _own_passkey(passkey_id)
    try:
        if form.validate_on_submit() and _knows_password(form, form.password.data):
            service.remove_passkey(person_id=current_actor().person_id, passkey_id=passkey_id)
            flash("La clé est retirée.", "ok")
            return see_other(url_for("members.security_GET"))
    except TooMany as error:
        return entering.too_many("members/password_again.html", error, form=form, purpose="remove_passkey")
    return _password_again(form, "remove_passkey", 422)


def _own_passkey(passkey_id: str) -> None:
    if passkey_id not in {key.id for key in guards.passkeys_of(current_actor().person_id)}:
        raise NotFound


def _keep_passkey(form: NewPasskeyForm) -> None:
    signed = current_session()
    service.add_passkey(
        site=entering.site(),
        person_id=signed.actor.person_id,
        session_id=signed.session_id,
        challenge=question_asked(),
        answer=form.answer.data,
        name=form.name.data,
    )


def _set_up_totp(code: str) -> Response:
    signed = current_session()
    codes = service.set_up_totp(
        person_id=signed.actor.person_id,
        session_id=signed.session_id,
        secret=sessions.kept(_SECRET),
        code=code,
    )
    sessions.drop(_SECRET)
    return _recovery_codes(codes)


def _password_form(**options: Any) -> ChangePasswordForm:
    person = _person()
    return ChangePasswordForm(email=person.email, name=person.name, **options)


def _person() -> Person:
    return queries.person(current_actor().person_id)


def _knows_password(form: Form, password: str) -> bool:
    known = service.confirm_password(person_id=current_actor().person_id, password=password)
    if not known:
        form.refuse(NOT_YOURS)
    return known


def _is_demo_person() -> bool:
    """Tell whether this is one of the people everybody may be, whose password is on the sign-in page."""
    demo = current_app.config["SETTINGS"].demo
    return demo and _person().email in {person.email for person in current_app.config["DEMO_PEOPLE"]}


def _refuse_for_demo_people() -> None:
    if _is_demo_person():
        abort(403)


def _change_password(form: ChangePasswordForm, status: int) -> Response:
    page = render_template("members/change_password.html", form=form, fixed=_is_demo_person())
    return entering.kept_private(page, status)


def _totp(form: SetupForm, status: int) -> Response:
    return entering.kept_private(render_template("members/totp.html", **_totp_page(form)), status)


def _totp_page(form: SetupForm) -> dict[str, Any]:
    secret = sessions.kept(_SECRET)
    code = guard_service.qr_code(guard_service.totp_uri(secret, _person().email))
    return {"form": form, "secret": secret, "qr_code": code}


def _recovery_codes(codes: list[str]) -> Response:
    return entering.kept_private(render_template("members/recovery_codes.html", codes=codes))


def _password_again(form: PasswordAgainForm, purpose: str, status: int) -> Response:
    page = render_template("members/password_again.html", form=form, purpose=purpose)
    return entering.kept_private(page, status)


def _passkey(form: NewPasskeyForm, status: int) -> Response:
    page = render_template("members/passkey.html", form=form, question=_question())
    return entering.kept_private(page, status)


def _question() -> str | None:
    person = _person()
    return ask_for_new(person.id, person.email, person.name)
