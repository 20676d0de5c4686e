"""The accountant's desk: every account on one page, and several taken at once."""

from typing import Any

from flask import current_app, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barterweb import clock
from barterweb.documents import queries, service
from barterweb.documents.archive import Archive, archive_of
from barterweb.documents.forms import PeriodForm, last_month, presets
from barterweb.documents.routes.accounts import attachment
from barterweb.documents.routes.periods import opened_on
from barterweb.documents.routes.serving import READERS, bp
from barterweb.ids import valid_id
from barterweb.web.access import allowed, current_actor, may_write
from barterweb.web.filters import day_short
from barterweb.web.fragments import page_or_fragment

MOST_COMPANIES = 200


@bp.get("/comptes")
@allowed(*READERS)
def accounts_GET() -> ResponseReturnValue:
    """Show every account the person may read, and what is new there; straight to it for members, who have one."""
    actor = current_actor()
    lines = queries.desk_lines(actor)
    if len(lines) == 1 and actor.kind != "accountant":
        return redirect(url_for("documents.account_GET", company_id=lines[0].company.id), 303)
    return _desk(lines, _period(), 200)


@bp.get("/comptes/dossier")
@allowed(*READERS)
@may_write
def bundle_page_GET() -> ResponseReturnValue:
    """Prepare the files of some companies for a period: show how far it is, then offer the archive."""
    actor, chosen, form = current_actor(), _chosen(), _period()
    companies = queries.companies_for(chosen, actor) if chosen else []
    form.opened_on = opened_on(companies) if companies else None
    if not form.validate() or not chosen:
        if not chosen:
            form.refuse("Cochez au moins une entreprise.")
        return _desk(queries.desk_lines(actor), form, 422)
    what = {"names": [company.name for company in companies], "start": form.du.data, "end": form.au.data}
    progress = service.prepare_bundle(
        actor=actor, company_ids=chosen, start=what["start"], end=what["end"], archive=_archive()
    )
    address = {"e": chosen, "du": day_short(what["start"]), "au": day_short(what["end"])}
    pages = ("documents/bundle.html", "documents/_bundle.html")
    response = page_or_fragment(*pages, **what, progress=progress, address=address)
    if not progress.ready:
        response.headers["Refresh"] = "1"
    return response


@bp.get("/comptes/dossier.zip")
@allowed(*READERS)
@may_write
def bundle_GET() -> ResponseReturnValue:
    """Give the archive of some companies and a period, written as it is sent; back to the page while it is not ready."""
    actor, chosen, form = current_actor(), _chosen(), _period()
    typed = {name: request.args[name] for name in ("du", "au") if name in request.args}
    address: dict[str, Any] = {"e": chosen, **typed}
    if chosen:
        form.opened_on = opened_on(queries.companies_for(chosen, actor))
    if not form.validate() or not chosen:
        return redirect(url_for("documents.bundle_page_GET", **address), 303)
    start, end = form.du.data, form.au.data
    what = {"actor": actor, "company_ids": chosen, "start": start, "end": end}
    if not service.prepare_bundle(**what, archive=_archive()).ready:
        return redirect(url_for("documents.bundle_page_GET", **address), 303)
    name = f"barter-{start}-{end}.zip"
    service.record_export(**what, kind="zip", name=name)
    return attachment(
        stream_with_context(service.bundle(**what, archive=_archive())), name, "application/zip"
    )


def _desk(lines: list[queries.DeskLine], form: PeriodForm, status: int) -> ResponseReturnValue:
    covered = [line.covered.until for line in lines if line.covered]
    everywhere = min(covered) if covered and len(covered) == len(lines) else None
    page = render_template(
        "documents/accounts.html",
        lines=lines,
        form=form,
        chosen=_chosen() or [line.company.id for line in lines],
        presets=presets(clock.today(), covered_until=everywhere),
    )
    return page, status


def _chosen() -> list[str]:
    """The companies of the address, each once; what is no company's id is left out."""
    asked = dict.fromkeys(request.args.getlist("e"))
    return [company_id for company_id in asked if valid_id(company_id, "cmp")][:MOST_COMPANIES]


def _period() -> PeriodForm:
    """The period of the address; last month when none is named."""
    if {"du", "au"} & set(request.args):
        return PeriodForm(request.args)
    month = last_month(clock.today())
    return PeriodForm(MultiDict({"du": day_short(month.start), "au": day_short(month.end)}))


def _archive() -> Archive:
    return archive_of(current_app.config["SETTINGS"])
