"""Views of joining: who applies, one page a step, the proof of the address, and the sending."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import NotFound, TooMany
from barterweb.ids import new_id
from barterweb.joining import queries, service
from barterweb.joining.errors import DraftSent, LinkOver
from barterweb.joining.facts import STEPS, Step, after, step_of
from barterweb.joining.forms import (
    ContactForm,
    LinkForm,
    StepForm,
    WholeForm,
    explain,
    first_missing,
    is_done,
)
from barterweb.joining.models import Draft
from barterweb.joining.register import registry_for
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.members.errors import MemberError, SiretKnown
from barterweb.members.forms import LEGAL_FORMS, SIZES, VAT_REGIMES
from barterweb.security.facts import APPLICATIONS
from barterweb.web import sessions
from barterweb.web.access import public
from barterweb.web.filters import waiting
from barterweb.web.fragments import see_other
from barterweb.web.navigation import referral

bp = Blueprint("joining", __name__)


@bp.get("/adhesion")
@public
def begin_GET() -> ResponseReturnValue:
    """Say what joining takes, and ask who applies."""
    form = ContactForm(formdata=None, application_id=new_id("adh"), via=referral())
    return _page("joining/begin.html", form=form)


@bp.post("/adhesion")
@public
def begin_POST() -> ResponseReturnValue:
    """Begin a draft, or correct who applies."""
    form = ContactForm()
    if not form.validate_on_submit():
        return _page("joining/begin.html", form=form, status=422)
    try:
        member_service.count_try(APPLICATIONS, sessions.address())
    except TooMany as error:
        return _too_many(error, form)
    draft_id = form.application_id.data
    try:
        service.begin_draft(draft_id=draft_id, contact=form.contact(), via=form.via.data or "")
    except DraftSent:
        return see_other(url_for("members.applied_GET", application_id=draft_id))
    return see_other(url_for("joining.resume_GET", draft_id=draft_id))


@bp.get("/adhesion/<id('adh'):draft_id>")
@public
def resume_GET(draft_id: str) -> ResponseReturnValue:
    """Lead to the first step that is missing, or to the receipt of what was sent."""
    draft = queries.draft(draft_id)
    if draft.sent_at is not None:
        return see_other(url_for("members.applied_GET", application_id=draft_id))
    return see_other(_url_of(first_missing(draft), draft))


@bp.get("/adhesion/<id('adh'):draft_id>/contact")
@public
def contact_GET(draft_id: str) -> ResponseReturnValue:
    """Let the applicant correct who they are."""
    draft = queries.draft(draft_id)
    form = ContactForm(
        formdata=None,
        application_id=draft.id,
        contact_name=draft.contact_name,
        contact_email=draft.contact_email,
    )
    return _page("joining/begin.html", form=form, draft=draft)


@bp.get("/adhesion/<id('adh'):draft_id>/etape/<slug>")
@public
def step_GET(draft_id: str, slug: str) -> ResponseReturnValue:
    """Show one step; one that needs an earlier one leads there."""
    draft, step = _draft_at(draft_id, slug)
    missing = first_missing(draft)
    if draft.sent_at is not None or STEPS.index(step) > STEPS.index(missing):
        return see_other(url_for("joining.resume_GET", draft_id=draft_id))
    return _step(step, draft, StepForm(step, draft, members.clusters(), formdata=None))


@bp.post("/adhesion/<id('adh'):draft_id>/etape/<slug>")
@public
def step_POST(draft_id: str, slug: str) -> ResponseReturnValue:
    """Keep what the step brings and go on, or send the application from the last one."""
    draft, step = _draft_at(draft_id, slug)
    form = StepForm(step, draft, members.clusters())
    if not form.validate_on_submit():
        return _step(step, draft, form, 422)
    try:
        return _send(draft, form) if step is STEPS[-1] else _keep(step, draft, form)
    except DraftSent:
        return see_other(url_for("joining.resume_GET", draft_id=draft_id))
    except MemberError as error:
        form.refuse(explain(error))
        return _step(step, draft, form, 422)


@bp.post("/adhesion/<id('adh'):draft_id>/adresse")
@public
def link_POST(draft_id: str) -> ResponseReturnValue:
    """Send the link that proves the address once more."""
    member_service.count_try(APPLICATIONS, sessions.address())
    if LinkForm().validate_on_submit():
        service.send_link_again(draft_id=draft_id)
        flash("Un nouveau lien est parti. Le précédent ne vaut plus.", "ok")
    return see_other(url_for("joining.resume_GET", draft_id=draft_id))


@bp.get("/adhesion/<id('adh'):draft_id>/adresse/<token>")
@public
def verify_GET(draft_id: str, token: str) -> ResponseReturnValue:
    """Show the button that proves the address: readers of mail that follow links must not press it."""
    draft = queries.draft_for_link(draft_id, token)
    return _page("joining/verify.html", draft=draft, form=LinkForm(), status=200 if draft else 404)


@bp.post("/adhesion/<id('adh'):draft_id>/adresse/<token>")
@public
def verify_POST(draft_id: str, token: str) -> ResponseReturnValue:
    """Note that the address is read by who applies."""
    if not LinkForm().validate_on_submit():
        raise NotFound
    try:
        service.verify_email(draft_id=draft_id, token=token)
    except LinkOver:
        return _page("joining/verify.html", draft=None, form=LinkForm(), status=404)
    flash("Votre adresse est confirmée.", "ok")
    return see_other(url_for("joining.resume_GET", draft_id=draft_id))


def _too_many(error: TooMany, form: ContactForm) -> Response:
    wait = waiting(error.seconds)
    form.refuse(
        f"Trop de candidatures depuis cette adresse\u00a0: rien n’est perdu. Recommencez dans {wait}."
    )
    response = _page("joining/begin.html", form=form, status=429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _draft_at(draft_id: str, slug: str) -> tuple[Draft, Step]:
    step = step_of(slug)
    if step is None:
        raise NotFound
    return queries.draft(draft_id), step


def _keep(step: Step, draft: Draft, form: StepForm) -> ResponseReturnValue:
    """Keep the answers; a new SIRET is looked up, outside of any transaction."""
    answers, register = form.answers(), None
    if step.slug == "siret":
        if members.siret_is_known(answers["siret"]):
            raise SiretKnown(answers["siret"])
        if answers["siret"] != draft.answers.get("siret"):
            answer = registry_for(current_app.config["SETTINGS"].register_url).look_up(answers["siret"])
            register = {"outcome": answer.outcome, **(answer.found.answers() if answer.found else {})}
    draft_id, done = draft.id, is_done(step, draft)
    service.keep_answers(draft_id=draft_id, answers=answers, register=register)
    kept = queries.draft(draft_id)
    return see_other(_url_of(first_missing(kept) if done else after(step), kept))


def _send(draft: Draft, form: StepForm) -> ResponseReturnValue:
    whole = WholeForm(draft, members.clusters(), mandate=form.mandate.data)
    draft_id, verified_at, via = draft.id, draft.email_verified_at, draft.answers.get("via", "")
    if first_missing(draft) is not STEPS[-1]:
        return see_other(url_for("joining.resume_GET", draft_id=draft_id))
    member_service.register_company(**whole.application(), email_verified_at=verified_at, via=via)
    service.note_sent(draft_id=draft_id)
    return see_other(url_for("members.applied_GET", application_id=draft_id))


def _url_of(step: Step, draft: Draft) -> str:
    return url_for("joining.step_GET", draft_id=draft.id, slug=step.slug)


def _step(step: Step, draft: Draft, form: StepForm, status: int = 200) -> Response:
    clusters = {cluster.id: cluster.name for cluster in members.clusters()}
    return _page(
        "joining/step.html",
        form=form,
        draft=draft,
        step=step,
        status=status,
        steps=[(one, is_done(one, draft), _url_of(one, draft)) for one in STEPS],
        number=STEPS.index(step) + 1,
        clusters_named=[clusters[one] for one in draft.answers.get("clusters", ()) if one in clusters],
        legal_forms=LEGAL_FORMS,
        sizes=SIZES,
        vat_regimes=VAT_REGIMES,
        texts=[member_service.current_text(kind) for kind in ("terms", "mandate")],
    )


def _page(template: str, *, status: int = 200, **context: Any) -> Response:
    """Show a page that only who has its address should read: nothing of it is kept by the browser."""
    response = make_response(render_template(template, **context), status)
    response.headers["Cache-Control"] = "no-store"
    return response
