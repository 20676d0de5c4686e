"""Invoices a company sent and received: the list, and each as PDF."""

from flask import request
from flask.typing import ResponseReturnValue

from barterweb.documents import queries
from barterweb.documents.routes.serving import READERS, bp, serve_pdf
from barterweb.web.access import allowed, current_actor, may_write
from barterweb.web.fragments import page_or_fragment
from barterweb.web.paging import Pages, page_number


@bp.get("/comptes/<id('cmp'):company_id>/factures")
@allowed(*READERS)
def invoices_GET(company_id: str) -> ResponseReturnValue:
    """List the invoices a company sent and received."""
    company = queries.company_for(company_id, current_actor())
    page = queries.invoices_of(company_id, page_number(request.args))
    pages = Pages(page.number, page.pages, page.total)
    return page_or_fragment(
        "documents/invoices.html", "documents/_invoices.html", company=company, page=page, pages=pages
    )


@bp.get("/documents/factures/<id('doc'):document_id>.pdf")
@allowed(*READERS, "operator")
@may_write
def invoice_pdf_GET(document_id: str) -> ResponseReturnValue:
    """Give an invoice as PDF: the bytes archived when it was issued."""
    actor = current_actor()
    invoice = queries.invoice_for(document_id, actor)
    owner = invoice.company_id if invoice.company_id in actor.company_ids else invoice.other_company_id
    return serve_pdf(document_id, owner or invoice.company_id, f"facture-{invoice.number}")
