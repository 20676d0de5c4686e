"""Accounts and their statements on screen, as PDF and CSV."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barterweb import clock, ledger
from barterweb.documents import queries, service
from barterweb.documents.exports import statement_csv
from barterweb.documents.forms import PeriodForm, presets
from barterweb.documents.routes.serving import READERS, bp, log_download, serve_pdf
from barterweb.members.models import Company
from barterweb.web.access import allowed, current_actor, may_write
from barterweb.web.filters import day_short
from barterweb.web.fragments import page_or_fragment


@bp.get("/comptes")
@allowed(*READERS)
def accounts_GET() -> ResponseReturnValue:
    """Show every account the person may read; straight to it when there is only one."""
    accounts = queries.accounts_for(current_actor())
    if len(accounts) == 1:
        return redirect(url_for("documents.account_GET", company_id=accounts[0].company.id), 303)
    return render_template("documents/accounts.html", accounts=accounts, presets=presets(clock.today()))


@bp.get("/comptes/<id('cmp'):company_id>")
@allowed(*READERS)
def account_GET(company_id: str) -> ResponseReturnValue:
    """Show the account and its statement for a period."""
    company = queries.company_for(company_id, current_actor())
    form = _period()
    valid = form.validate()
    facts = queries.statement_facts(company, form.du.data, form.au.data) if valid else None
    return page_or_fragment(
        "documents/account.html",
        "documents/_statement.html",
        status=200 if valid else 422,
        company=company,
        account=ledger.account_view(company.account_id or ""),
        form=form,
        facts=facts,
        presets=presets(clock.today()),
    )


@bp.get("/comptes/<id('cmp'):company_id>/releve.pdf")
@allowed(*READERS)
@may_write
def statement_pdf_GET(company_id: str) -> ResponseReturnValue:
    """Give the statement of a period as PDF: the same bytes for the same period."""
    actor = current_actor()
    company = queries.company_for(company_id, actor)
    form = _period()
    if not form.validate():
        return _bad_period(company, form)
    document_id = service.statement_document(
        actor=actor, company_id=company_id, start=form.du.data, end=form.au.data
    )
    name = f"releve-barter-{company.siren}-{form.du.data}-{form.au.data}"
    return serve_pdf(document_id, company_id, name)


@bp.get("/comptes/<id('cmp'):company_id>/releve.csv")
@allowed(*READERS)
@may_write
def statement_csv_GET(company_id: str) -> ResponseReturnValue:
    """Give the statement of a period as CSV."""
    company = queries.company_for(company_id, current_actor())
    form = _period()
    if not form.validate():
        return _bad_period(company, form)
    name = f"releve-barter-{company.siren}-{form.du.data}-{form.au.data}.csv"
    response = make_response(statement_csv(queries.statement_facts(company, form.du.data, form.au.data)))
    log_download(company_id, company_id, name)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _period() -> PeriodForm:
    """The period of the address; the year so far when none is named."""
    this_year = presets(clock.today())[3]
    typed = request.args if {"du", "au"} & set(request.args) else None
    if typed is None:
        typed = MultiDict({"du": day_short(this_year.start), "au": day_short(this_year.end)})
    return PeriodForm(typed)


def _bad_period(company: Company, form: PeriodForm) -> Response:
    page = render_template(
        "documents/account.html",
        company=company,
        account=ledger.account_view(company.account_id or ""),
        form=form,
        facts=None,
        presets=presets(clock.today()),
    )
    return make_response(page, 422)
