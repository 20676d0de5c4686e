"""Views of access: signing in with one factor or two, signing out, roles."""

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import NotFound, TooMany
from barterweb.members import queries, service
from barterweb.members.facts import Hat
from barterweb.members.forms import (
    NO_ACCESS,
    ROLE_NAMES,
    WRONG_CODE,
    WRONG_PASSKEY,
    WRONG_SIGN_IN,
    CodeForm,
    HatForm,
    PasskeyForm,
    SignInForm,
)
from barterweb.members.routes import entering
from barterweb.members.routes.blueprint import bp
from barterweb.members.routes.passkey_questions import ask, question_asked
from barterweb.security import queries as guards
from barterweb.security.errors import CodeRefused, PasskeyRefused
from barterweb.web import sessions
from barterweb.web.access import (
    before_second_factor,
    current_actor,
    current_session,
    public,
    signed_in,
    signed_in_actor,
)
from barterweb.web.fragments import see_other
from barterweb.web.sessions import SecondStep


@bp.get("/connexion")
@public
def sign_in_GET() -> ResponseReturnValue:
    """Show the sign-in page; somebody signed in goes to their own first page."""
    actor = signed_in_actor()
    if actor is not None:
        return see_other(entering.home_of(actor.kind))
    return _sign_in(SignInForm(formdata=None, suite=request.args.get("suite")), 200)


@bp.post("/connexion")
@public
def sign_in_POST() -> ResponseReturnValue:
    """Check the password; begin a session, or ask for the second factor."""
    form = SignInForm()
    if form.validate_on_submit():
        typed = {"email": form.email.data, "password": form.password.data}
        try:
            subject = service.check_sign_in(**typed, visit=entering.visit())
        except TooMany as error:
            return entering.too_many("members/sign_in.html", error, **_sign_in_page(form))
        if subject and queries.actor_for(subject.person_id, subject.stamp, None):
            return _after_password(subject.person_id, subject.stamp, form.suite.data or "")
        form.refuse(NO_ACCESS if subject else WRONG_SIGN_IN)
    return _sign_in(form, 422)


@bp.post("/connexion/cle")
@public
def sign_in_passkey_POST() -> ResponseReturnValue:
    """Begin a session with a passkey alone: its person unlocked it, which makes two factors."""
    form = PasskeyForm()
    if form.validate_on_submit():
        try:
            person_id = service.pass_passkey(
                site=entering.site(),
                person_id=None,
                challenge=question_asked(),
                answer=form.answer.data,
                address=sessions.address(),
            )
            return entering.enter(person_id, strong=True, wanted=request.args.get("suite", ""))
        except PasskeyRefused:
            pass
    shown = SignInForm(formdata=None, suite=request.args.get("suite"))
    shown.refuse(WRONG_PASSKEY)
    return _sign_in(shown, 422)


@bp.get("/connexion/second-facteur")
@public
def second_step_GET() -> ResponseReturnValue:
    """Ask for the second factor of somebody whose password was right."""
    step = sessions.second_step()
    return _second_step(step, CodeForm(formdata=None), 200) if step else _start_again()


@bp.post("/connexion/second-facteur")
@public
def second_step_POST() -> ResponseReturnValue:
    """Take the code of the moment or a recovery code, and begin the session."""
    step, form = sessions.second_step(), CodeForm()
    if step is None or queries.actor_for(step.person_id, step.stamp, None) is None:
        return _start_again()
    if form.validate_on_submit():
        try:
            service.pass_code(person_id=step.person_id, code=form.code.data)
            return entering.enter(step.person_id, strong=True, wanted=step.wanted)
        except TooMany as error:
            return entering.too_many("members/second_step.html", error, **_second_step_page(step, form))
        except CodeRefused:
            form.refuse(WRONG_CODE)
    return _second_step(step, form, 422)


@bp.post("/connexion/second-facteur/cle")
@public
def second_step_passkey_POST() -> ResponseReturnValue:
    """Take a passkey as the second factor, and begin the session."""
    step, form = sessions.second_step(), PasskeyForm()
    if step is None or queries.actor_for(step.person_id, step.stamp, None) is None:
        return _start_again()
    shown = CodeForm(formdata=None)
    if form.validate_on_submit():
        try:
            service.pass_passkey(
                site=entering.site(),
                person_id=step.person_id,
                challenge=question_asked(),
                answer=form.answer.data,
                address=sessions.address(),
            )
            return entering.enter(step.person_id, strong=True, wanted=step.wanted)
        except PasskeyRefused:
            shown.refuse(WRONG_PASSKEY)
    return _second_step(step, shown, 422)


@bp.post("/deconnexion")
@signed_in
@before_second_factor
def sign_out_POST() -> ResponseReturnValue:
    """End the session."""
    signed = current_session()
    service.leave(person_id=signed.actor.person_id, session_id=signed.session_id)
    sessions.end()
    return see_other(url_for("pages.home_GET"))


@bp.get("/roles")
@signed_in
@before_second_factor
def roles_GET() -> ResponseReturnValue:
    """Show what the person can act as."""
    hats = queries.hats_of(current_actor().person_id)
    return render_template("members/roles.html", hats=hats, role_names=ROLE_NAMES)


@bp.post("/roles")
@signed_in
@before_second_factor
def roles_POST() -> ResponseReturnValue:
    """Act under another of the person's roles."""
    form = HatForm()
    hat = _hat_chosen(form.role_id.data) if form.validate_on_submit() else None
    if hat is None:
        raise NotFound
    sessions.wear(hat.role_id)
    return see_other(entering.home_of(hat.kind))


def _after_password(person_id: str, stamp: str, wanted: str) -> ResponseReturnValue:
    if entering.asks_second_factor() and guards.factors_of(person_id).any:
        sessions.await_second_step(SecondStep(person_id, stamp, entering.local(wanted)))
        return see_other(url_for("members.second_step_GET"))
    return entering.enter(person_id, strong=False, wanted=wanted)


def _start_again() -> ResponseReturnValue:
    return see_other(url_for("members.sign_in_GET"))


def _hat_chosen(role_id: str) -> Hat | None:
    hats = queries.hats_of(current_actor().person_id)
    return next((hat for hat in hats if hat.role_id == role_id), None)


def _sign_in(form: SignInForm, status: int) -> Response:
    return entering.kept_private(render_template("members/sign_in.html", **_sign_in_page(form)), status)


def _sign_in_page(form: SignInForm) -> dict[str, object]:
    form.suite.data = entering.local(form.suite.data)
    people = current_app.config.get("DEMO_PEOPLE", ()) if current_app.config["SETTINGS"].demo else ()
    return {"form": form, "demo_people": people, "question": ask(None)}


def _second_step(step: SecondStep, form: CodeForm, status: int) -> Response:
    return entering.kept_private(
        render_template("members/second_step.html", **_second_step_page(step, form)), status
    )


def _second_step_page(step: SecondStep, form: CodeForm) -> dict[str, object]:
    factors = guards.factors_of(step.person_id)
    question = ask(step.person_id) if factors.passkeys else None
    return {"form": form, "factors": factors, "question": question}
