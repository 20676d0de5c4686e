"""Views of companies: the directory, and a company's own page."""

import re
from collections.abc import Sequence

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb.actors import Actor
from barterweb.errors import TooMany
from barterweb.members import queries, service
from barterweb.members.errors import MemberError
from barterweb.members.forms import (
    LEGAL_FORMS,
    OWN_STATUS_SET,
    ROLE_NAMES,
    STATUSES,
    CapForm,
    CompanyForm,
    DirectoryForm,
    DirectoryPage,
    InviteForm,
    MandateForm,
    ProfileForm,
    StatusForm,
    explain,
)
from barterweb.members.models import Company, Role
from barterweb.members.routes.blueprint import bp
from barterweb.security.facts import INVITATIONS
from barterweb.web.access import allowed, current_actor, public
from barterweb.web.copies import kept_for_visitors
from barterweb.web.filters import waiting
from barterweb.web.fragments import page_or_fragment, see_other

MANDATE_REVOKED = (
    "Mandat retiré\u00a0: vous établissez vos factures vous-même. Les anciennes restent valables."
)
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@bp.get("/entreprises")
@public
@kept_for_visitors
def directory_GET() -> ResponseReturnValue:
    """Search the companies of the network."""
    form = DirectoryForm(queries.clusters(), queries.departments(), queries.sections(), request.args)
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
    if not form.validate_on_submit():
        return _own_company(actor, invite_form=form), 422
    try:
        service.count_try(INVITATIONS, actor.member_company_id)
    except TooMany as error:
        wait = waiting(error.seconds)
        form.refuse(f"Trop d’invitations en un jour\u00a0: rien n’est parti. Recommencez dans {wait}.")
        return _own_company(actor, invite_form=form), 429, {"Retry-After": str(error.seconds)}
    service.invite_person(actor=actor, invitee=form.invitee())
    flash(f"L’accès est ouvert. Un courriel part vers {form.email.data}.", "ok")
    return see_other(url_for("members.own_company_GET"))


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


@bp.post("/mon-entreprise/acces/<id('per'):person_id>/plafond")
@allowed("administrator")
def spending_cap_POST(person_id: str) -> ResponseReturnValue:
    """Set or lift the cap of a trader."""
    form = CapForm()
    if form.validate_on_submit():
        service.set_spending_cap(actor=current_actor(), person_id=person_id, cap=form.credits())
        flash("Le plafond est enregistré.", "ok")
        return see_other(url_for("members.own_company_GET"))
    return _own_company(current_actor(), cap_form=form), 422


@bp.post("/mon-entreprise/plafond")
@allowed("administrator")
def purchase_cap_POST() -> ResponseReturnValue:
    """Set or lift the cap above which any purchase needs an administrator."""
    form = CapForm()
    if form.validate_on_submit():
        service.set_purchase_cap(actor=current_actor(), cap=form.credits())
        flash("Le plafond de l’entreprise est enregistré.", "ok")
        return see_other(url_for("members.own_company_GET"))
    return _own_company(current_actor(), cap_form=form), 422


@bp.post("/mon-entreprise/statut")
@allowed("administrator")
def own_status_POST() -> ResponseReturnValue:
    """Stop selling for a while, or sell again."""
    actor, form = current_actor(), StatusForm()
    if form.validate_on_submit():
        service.set_company_status(
            actor=actor, company_id=actor.member_company_id, status=form.status.data, reason=""
        )
        flash(OWN_STATUS_SET[form.status.data], "ok")
    return see_other(url_for("members.own_company_GET"))


@bp.post("/mon-entreprise/mandat")
@allowed("administrator")
def mandate_POST() -> ResponseReturnValue:
    """Give the invoicing mandate, or take it back."""
    actor, form = current_actor(), MandateForm()
    if form.validate_on_submit() and form.given.data == "oui":
        service.give_mandate(actor=actor)
        flash("Mandat donné\u00a0: vos prochaines factures sont établies en votre nom.", "ok")
    elif form.validate_on_submit():
        service.revoke_mandate(actor=actor)
        flash(MANDATE_REVOKED, "ok")
    return see_other(url_for("members.accepted_texts_GET"))


@bp.get("/mon-entreprise/fiche")
@allowed("administrator")
def profile_GET() -> ResponseReturnValue:
    """Show what the directory says of the company, to change it."""
    company = queries.company(current_actor().member_company_id)
    return _profile(company, ProfileForm(company, formdata=None))


@bp.post("/mon-entreprise/fiche")
@allowed("administrator")
def profile_POST() -> ResponseReturnValue:
    """Change what the directory says of the company."""
    actor = current_actor()
    company = queries.company(actor.member_company_id)
    form = ProfileForm(company)
    if form.validate_on_submit():
        service.edit_profile(actor=actor, profile=form.profile())
        flash("La page de l’entreprise est enregistrée.", "ok")
        return see_other(url_for("members.profile_GET"))
    return _profile(company, form), 422


@bp.get("/mon-entreprise/textes")
@allowed("administrator")
def accepted_texts_GET() -> ResponseReturnValue:
    """Show what the company agreed to, and its invoicing mandate."""
    company = queries.company(current_actor().member_company_id)
    acceptances = queries.acceptances_of(company.id)
    return render_template("members/accepted_texts.html", company=company, acceptances=acceptances)


@bp.get("/mon-entreprise/textes/<sha256>")
@allowed("administrator")
def accepted_text_GET(sha256: str) -> ResponseReturnValue:
    """Show a text the company agreed to, word for word."""
    acceptance = queries.acceptance_of(current_actor().member_company_id, sha256)
    return render_template("members/accepted_text.html", acceptance=acceptance)


def _has_accountant(accesses: Sequence[Role]) -> bool:
    return any(role.kind == "accountant" for role in accesses)


def _profile(company: Company, form: ProfileForm) -> str:
    return render_template("members/profile.html", company=company, form=form)


def _own_company(
    actor: Actor,
    *,
    form: CompanyForm | None = None,
    invite_form: InviteForm | None = None,
    cap_form: CapForm | None = None,
) -> str:
    company = queries.company(actor.member_company_id)
    accesses = queries.accesses_to_company(company.id)
    return render_template(
        "members/own_company.html",
        company=company,
        form=form or CompanyForm(company, formdata=None),
        invite_form=invite_form or InviteForm(formdata=None),
        cap_form=cap_form or CapForm(formdata=None),
        accesses=accesses,
        downloads=queries.downloads_by_accountants(company.id) if _has_accountant(accesses) else {},
        events=queries.events_of_company(company.id),
        role_names=ROLE_NAMES,
        legal_forms=LEGAL_FORMS,
        statuses=STATUSES,
    )
