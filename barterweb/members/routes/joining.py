"""The receipt of an application, open to whoever holds its address."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barterweb.members import queries, service
from barterweb.members.errors import MemberError
from barterweb.members.forms import AnswerForm, explain
from barterweb.members.routes.blueprint import bp
from barterweb.web.access import public
from barterweb.web.fragments import see_other


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
