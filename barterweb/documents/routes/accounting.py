"""How a company's entries are written: its account plan, its financial year; and that year in figures."""

from datetime import date

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.documents import exports, pdf, queries, service
from barterweb.documents.errors import RenderingFailed
from barterweb.documents.facts.calendar import financial_year
from barterweb.documents.forms import AccountingForm
from barterweb.documents.routes.accounts import attachment
from barterweb.documents.routes.serving import READERS, bp, not_ready
from barterweb.members.models import Company
from barterweb.web.access import allowed, current_actor, may_write
from barterweb.web.fragments import see_other


@bp.get("/comptes/<id('cmp'):company_id>/plan-comptable")
@allowed(*READERS)
def accounting_GET(company_id: str) -> ResponseReturnValue:
    """Show the account plan; the company's administrators may change it."""
    company = queries.company_for(company_id, current_actor())
    year_end_month, plan = queries.accounting_of(company_id)
    form = AccountingForm(formdata=None, obj=plan, year_end_month=year_end_month)
    return _accounting(company, form, 200)


@bp.post("/comptes/<id('cmp'):company_id>/plan-comptable")
@allowed("administrator")
def accounting_POST(company_id: str) -> ResponseReturnValue:
    """Change the account plan."""
    actor = current_actor()
    company = queries.company_for(company_id, actor)
    form = AccountingForm()
    if not form.validate_on_submit():
        return _accounting(company, form, 422)
    service.set_accounting(
        actor=actor, company_id=company_id, year_end_month=form.year_end_month.data, plan=form.plan()
    )
    flash("Le plan comptable est enregistré. Les prochains fichiers le suivront.", "ok")
    return see_other(url_for("documents.accounting_GET", company_id=company_id))


@bp.get("/comptes/<id('cmp'):company_id>/exercice")
@allowed(*READERS)
def year_GET(company_id: str) -> ResponseReturnValue:
    """Show the financial year that ends in a calendar year, in figures."""
    company = queries.company_for(company_id, current_actor())
    start, end = _year(company_id)
    summary = queries.year_facts(company, start, end)
    return render_template("documents/year.html", company=company, summary=summary, year=end.year)


@bp.get("/comptes/<id('cmp'):company_id>/exercice.pdf")
@allowed(*READERS)
@may_write
def year_pdf_GET(company_id: str) -> ResponseReturnValue:
    """Give the same as PDF, made when it is asked for: figures of a day, which no archive holds."""
    company = queries.company_for(company_id, current_actor())
    start, end = _year(company_id)
    try:
        data = pdf.render_year(queries.year_facts(company, start, end))
    except RenderingFailed:
        return not_ready()
    name = f"recapitulatif-barter-{company.siren}-{end}.pdf"
    service.record_export(
        actor=current_actor(), company_ids=[company_id], kind="year", start=start, end=end, name=name
    )
    return attachment([data], name, "application/pdf")


@bp.get("/comptes/<id('cmp'):company_id>/exercice.csv")
@allowed(*READERS)
@may_write
def year_csv_GET(company_id: str) -> ResponseReturnValue:
    """Give the same as CSV."""
    company = queries.company_for(company_id, current_actor())
    start, end = _year(company_id)
    summary = queries.year_facts(company, start, end)
    name = f"recapitulatif-barter-{company.siren}-{end}.csv"
    service.record_export(
        actor=current_actor(), company_ids=[company_id], kind="year", start=start, end=end, name=name
    )
    return attachment([exports.year_csv(summary)], name, "text/csv; charset=utf-8")


def _year(company_id: str) -> tuple[date, date]:
    """The days of the financial year that ends in the year `fin` of the address, the current one when none is named.

    There is no page for years that have not begun or are out of reach.
    """
    end_month, _ = queries.accounting_of(company_id)
    current = financial_year(clock.today(), end_month)
    typed = request.args.get("fin", str(current[1].year))
    if not (
        typed.isascii() and typed.isdigit() and len(typed) == 4 and 2000 <= int(typed) <= current[1].year
    ):
        abort(404)
    return financial_year(date(int(typed), end_month, 1), end_month)


def _accounting(company: Company, form: AccountingForm, status: int) -> ResponseReturnValue:
    return render_template("documents/accounting.html", company=company, form=form), status
