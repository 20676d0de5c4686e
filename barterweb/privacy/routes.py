"""Views of one's own data: a copy, and erasure."""

import json

from flask import Blueprint, Response, abort, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.members import queries as members
from barterweb.members import service as member_service
from barterweb.members.forms import NOT_YOURS
from barterweb.privacy import service
from barterweb.privacy.errors import LastAdministrator
from barterweb.privacy.facts import RULES
from barterweb.privacy.forms import ErasureForm, explain
from barterweb.web import sessions
from barterweb.web.access import current_actor, signed_in
from barterweb.web.fragments import see_other

bp = Blueprint("privacy", __name__)


@bp.get("/mes-donnees")
@signed_in
def own_data_GET() -> ResponseReturnValue:
    """Offer a copy of one's data, and their erasure."""
    return _page(ErasureForm(formdata=None), 200)


@bp.post("/mes-donnees/copie")
@signed_in
def copy_POST() -> ResponseReturnValue:
    """Give a copy of everything that names the person, as a JSON file."""
    data = service.copy_own_data(person_id=current_actor().person_id)
    text = json.dumps(data, ensure_ascii=False, indent=2)
    name = f"mes-donnees-{clock.today().isoformat()}.json"
    return Response(
        text,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@bp.post("/mes-donnees/effacement")
@signed_in
def erase_POST() -> ResponseReturnValue:
    """Erase the person for ever, if they know their password and have understood."""
    person_id, form = current_actor().person_id, ErasureForm()
    _refuse_for_demo_people(person_id)
    if form.validate_on_submit():
        try:
            if member_service.confirm_password(person_id=person_id, password=form.password.data):
                service.erase_person(person_id=person_id)
                sessions.end()
                flash("Votre accès est fermé et vos données sont effacées.", "ok")
                return see_other(url_for("pages.home_GET"))
            form.refuse(NOT_YOURS)
        except LastAdministrator as error:
            form.refuse(explain(error))
    return _page(form, 422)


def _page(form: ErasureForm, status: int) -> ResponseReturnValue:
    return render_template("privacy/own_data.html", form=form, rules=RULES), status


def _refuse_for_demo_people(person_id: str) -> None:
    """The people everybody may be in the demonstration stay."""
    if current_app.config["SETTINGS"].demo:
        known = {person.email for person in current_app.config["DEMO_PEOPLE"]}
        if members.person(person_id).email in known:
            abort(403)
