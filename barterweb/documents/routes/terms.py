"""What the operator decides about invoices."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.documents import queries, service
from barterweb.documents.forms import InvoicingTermsForm, form_of
from barterweb.documents.routes.serving import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other


@bp.get("/operateur/facturation")
@allowed("operator")
def terms_GET() -> ResponseReturnValue:
    """Show the invoicing terms in force, to be changed from a day on."""
    return _page(form_of(queries.invoicing_terms(clock.today())))


@bp.post("/operateur/facturation")
@allowed("operator")
def terms_POST() -> ResponseReturnValue:
    """Set the invoicing terms from a day on."""
    form = InvoicingTermsForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    service.set_invoicing_terms(actor=current_actor(), starts_on=form.starts_on.data, terms=form.terms())
    flash("Réglages enregistrés\u00a0: ils valent pour les factures émises à partir de ce jour.", "ok")
    return see_other(url_for("documents.terms_GET"))


def _page(form: InvoicingTermsForm, status: int = 200) -> Response:
    return page_or_fragment("documents/terms.html", "documents/_terms.html", status=status, form=form)
