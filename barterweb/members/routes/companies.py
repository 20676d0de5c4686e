"""Views of companies: the directory, and a company's own page."""

import re

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.actors import Actor
from barterweb.members import queries, service
from barterweb.members.errors import MemberError
from barterweb.members.forms import (
    LEGAL_FORMS,
    ROLE_NAMES,
    CompanyForm,
    DirectoryForm,
    DirectoryPage,
    InviteForm,
    explain,
)
from barterweb.members.routes.blueprint import bp
from barterweb.web.access import allowed, current_actor, public
from barterweb.web.copies import kept_for_visitors
from barterweb.web.fragments import page_or_fragment, see_other

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


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
