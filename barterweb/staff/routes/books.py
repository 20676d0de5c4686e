"""The books: the journal, all accounts, the statement of each."""

import re

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barterweb import clock, ledger
from barterweb.documents.forms import PeriodForm, presets
from barterweb.errors import NotFound
from barterweb.staff import facts, queries
from barterweb.staff.routes.blueprint import bp
from barterweb.staff.routes.periods import period_of, period_typed
from barterweb.web.access import allowed
from barterweb.web.fields import clean
from barterweb.web.fragments import page_or_fragment
from barterweb.web.paging import asked_page

JOURNAL_PAGE_SIZE = 20
ACCOUNTS_PAGE_SIZE = 50
_ACCOUNT_ID = re.compile(r"[a-z0-9_]{1,40}")


@bp.get("/operateur/journal")
@allowed("operator")
def journal_GET() -> ResponseReturnValue:
    """Show transfers with their entries, the newest first, of a period or of all times."""
    form = PeriodForm(request.args if period_typed() else MultiDict())
    valid = not period_typed() or form.validate()
    start, end = (form.du.data, form.au.data) if valid else (None, None)
    asked = asked_page(JOURNAL_PAGE_SIZE)
    pages = asked.of(ledger.journal_size(start=start, end=end))
    lines = ledger.journal(limit=asked.size, offset=asked.offset, start=start, end=end) if valid else []
    return page_or_fragment(
        "staff/journal.html",
        "staff/_journal.html",
        status=200 if valid else 422,
        form=form,
        lines=lines,
        pages=pages,
    )


@bp.get("/operateur/comptes")
@allowed("operator")
def accounts_GET() -> ResponseReturnValue:
    """Show all accounts by kind, whether everything sums to zero, and those of companies or of some that words find."""
    by_kind = ledger.totals_by_kind()
    kinds = {totals.kind: totals for totals in by_kind}
    words, asked = clean(request.args.get("mots", "")).strip(), asked_page(ACCOUNTS_PAGE_SIZE)
    accounts, total = queries.accounts_of_companies(words, kinds.get("member"), asked.size, asked.offset)
    return page_or_fragment(
        "staff/accounts.html",
        "staff/_accounts.html",
        totals=ledger.totals(by_kind),
        kinds=kinds,
        own=ledger.accounts_of_kinds(kinds.keys() - {"member"}, limit=ACCOUNTS_PAGE_SIZE),
        accounts=accounts,
        pages=asked.of(total),
        words=words,
    )


@bp.get("/operateur/comptes/<account_id>")
@allowed("operator")
def account_GET(account_id: str) -> ResponseReturnValue:
    """Show the statement of any account for a period."""
    if _ACCOUNT_ID.fullmatch(account_id) is None:
        raise NotFound
    try:
        account = ledger.account_view(account_id)
    except ledger.UnknownAccount as error:
        raise NotFound from error
    form = period_of(facts.months_to(clock.today(), 3))
    valid = form.validate()
    statement = ledger.statement_page(account_id, form.du.data, form.au.data) if valid else None
    return page_or_fragment(
        "staff/account.html",
        "staff/_account.html",
        status=200 if valid else 422,
        account=account,
        form=form,
        statement=statement,
        presets=presets(clock.today()),
    )
