"""The period of an address, the same on every page and in every file of an account."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Response, request
from werkzeug.datastructures import MultiDict

from barterweb import clock, ledger
from barterweb.documents import queries
from barterweb.documents.forms import Period, PeriodForm, presets, recent
from barterweb.members.models import Company
from barterweb.web.access import current_actor
from barterweb.web.filters import day_short
from barterweb.web.fragments import page_or_fragment


def presets_of(company: Company) -> list[Period]:
    """Return the usual periods of a company, and what the reader has not taken yet."""
    actor = current_actor()
    covered = queries.covered_by(actor.person_id, [company.id]).get(company.id)
    return presets(
        clock.today(),
        year_end_month=queries.accounting_of(company.id)[0],
        covered_until=covered.until if covered else None,
    )


def period_of(company: Company) -> PeriodForm:
    """Return the period of the address, to be validated; the three last months when none is named."""
    typed = request.args if {"du", "au"} & set(request.args) else None
    if typed is None:
        months = recent(clock.today())
        typed = MultiDict({"du": day_short(months.start), "au": day_short(months.end)})
    form = PeriodForm(typed)
    form.opened_on = opened_on([company])
    return form


def account_page(company: Company, form: PeriodForm, *, valid: bool) -> Response:
    """Show the account and the statement of a period, or why the period was refused."""
    facts, earlier = None, None
    if valid:
        start, end = form.du.data, form.au.data
        first = ledger.first_day_of_page(company.account_id or "", start, end)
        facts = queries.statement_facts(company, first, end)
        earlier = Period("", start, first - timedelta(days=1)) if first > start else None
    return page_or_fragment(
        "documents/account.html",
        "documents/_statement.html",
        status=200 if valid else 422,
        company=company,
        account=ledger.account_view(company.account_id or ""),
        form=form,
        facts=facts,
        earlier=earlier,
        months=queries.monthly_statements(company.id),
        presets=[
            period for period in presets_of(company) if form.opened_on is None or period.end >= form.opened_on
        ],
    )


def opened_on(companies: Sequence[Company]) -> date:
    """Return the day the first of these companies' accounts was opened."""
    views = ledger.account_views([company.account_id or "" for company in companies])
    return min(clock.date_of(view.opened_at) for view in views)
