"""Accounts and their statements on screen and as files: one address a period, whatever the form."""

from collections.abc import Callable, Iterable

from flask import Response
from flask.typing import ResponseReturnValue

from barterweb.documents import exports, queries, service
from barterweb.documents.facts import StatementFacts
from barterweb.documents.routes.periods import account_page, period_of
from barterweb.documents.routes.serving import READERS, bp, serve_pdf
from barterweb.web.access import allowed, current_actor, may_write

FILES: dict[str, tuple[str, Callable[[StatementFacts], Iterable[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", lambda facts: [exports.statement_csv(facts)]),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda facts: [exports.statement_xlsx(facts)],
    ),
    "ofx": ("application/x-ofx", exports.ofx),
    "qif": ("application/qif", exports.qif),
    "journal": ("text/plain; charset=utf-8", exports.hledger),
}
"""Type and writer of each form of a statement, by the ending of its address."""


@bp.get("/comptes/<id('cmp'):company_id>")
@allowed(*READERS)
def account_GET(company_id: str) -> ResponseReturnValue:
    """Show the account and its statement for a period."""
    company = queries.company_for(company_id, current_actor())
    form = period_of(company)
    return account_page(company, form, valid=form.validate())


@bp.get("/comptes/<id('cmp'):company_id>/releve.pdf")
@allowed(*READERS)
@may_write
def statement_pdf_GET(company_id: str) -> ResponseReturnValue:
    """Give the statement of a period as PDF: the same bytes for the same period."""
    actor = current_actor()
    company = queries.company_for(company_id, actor)
    form = period_of(company)
    if not form.validate():
        return account_page(company, form, valid=False)
    start, end, siren = form.du.data, form.au.data, company.siren
    document_id = service.statement_document(actor=actor, company_id=company_id, start=start, end=end)
    name = f"releve-barter-{siren}-{start}-{end}"
    response = serve_pdf(document_id, company_id, name)
    if response.status_code < 400:
        service.record_export(actor=actor, company_ids=[company_id], kind="pdf", start=start, end=end)
    return response


@bp.get("/comptes/<id('cmp'):company_id>/releve.csv", defaults={"form": "csv"})
@bp.get("/comptes/<id('cmp'):company_id>/releve.xlsx", defaults={"form": "xlsx"})
@bp.get("/comptes/<id('cmp'):company_id>/releve.ofx", defaults={"form": "ofx"})
@bp.get("/comptes/<id('cmp'):company_id>/releve.qif", defaults={"form": "qif"})
@bp.get("/comptes/<id('cmp'):company_id>/releve.journal", defaults={"form": "journal"})
@allowed(*READERS)
@may_write
def statement_file_GET(company_id: str, form: str) -> ResponseReturnValue:
    """Give the statement of a period as a file for a spreadsheet, for accounting software or to be checked."""
    company = queries.company_for(company_id, current_actor())
    period = period_of(company)
    if not period.validate():
        return account_page(company, period, valid=False)
    start, end = period.du.data, period.au.data
    facts = queries.statement_facts(company, start, end)
    mimetype, write = FILES[form]
    name = f"releve-barter-{company.siren}-{start}-{end}.{form}"
    service.record_export(
        actor=current_actor(), company_ids=[company_id], kind=form, start=start, end=end, name=name
    )
    return attachment(write(facts), name, mimetype)


@bp.get("/comptes/<id('cmp'):company_id>/ecritures.txt")
@allowed(*READERS)
@may_write
def entries_GET(company_id: str) -> ResponseReturnValue:
    """Give the accounting entries of a period in the form of the FEC, by the company's account plan."""
    company = queries.company_for(company_id, current_actor())
    period = period_of(company)
    if not period.validate():
        return account_page(company, period, valid=False)
    start, end = period.du.data, period.au.data
    books, (_, plan) = queries.books_of(company, start, end), queries.accounting_of(company_id)
    name = exports.fec_name(company.siren, end)
    service.record_export(
        actor=current_actor(), company_ids=[company_id], kind="fec", start=start, end=end, name=name
    )
    return attachment(exports.fec(exports.entries(books, plan)), name, "text/plain; charset=iso-8859-15")


def attachment(data: Iterable[bytes], name: str, mimetype: str) -> Response:
    """Return a file to be kept, sent as it is written."""
    response = Response(data, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
