"""Views of joining: the application and its receipt."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.members.errors import MemberError
from barterweb.members.facts import TERMS_DATE
from barterweb.members.forms import (
    LEGAL_FORMS,
    AnswerForm,
    ApplicationForm,
    explain,
)
from barterweb.members.routes.blueprint import bp
from barterweb.security.facts import APPLICATIONS
from barterweb.web import sessions
from barterweb.web.access import public
from barterweb.web.fragments import see_other


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
    service.count_try(APPLICATIONS, sessions.address())
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
