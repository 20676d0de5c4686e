"""The logo on a company's invoices."""

from flask import Response, current_app, flash, make_response, url_for
from flask.typing import ResponseReturnValue

from barterweb.documents import service
from barterweb.documents.archive import archive_of
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing, InvoiceError
from barterweb.documents.forms import LogoForm, explain
from barterweb.documents.routes.serving import bp
from barterweb.errors import NotFound
from barterweb.members import queries as members
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other


@bp.get("/mon-entreprise/logo")
@allowed("administrator")
def logo_GET() -> ResponseReturnValue:
    """Show the logo and the form to change it."""
    return _page(LogoForm(formdata=None))


@bp.post("/mon-entreprise/logo")
@allowed("administrator")
def logo_POST() -> ResponseReturnValue:
    """Change the logo, or remove it."""
    form, actor = LogoForm(), current_actor()
    archive = archive_of(current_app.config["SETTINGS"])
    if form.validate_on_submit():
        try:
            service.set_logo(
                actor=actor, company_id=actor.member_company_id, data=form.picture(), archive=archive
            )
        except InvoiceError as error:
            form.refuse(explain(error))
        else:
            flash("C’est enregistré\u00a0: vos prochaines factures suivront.", "ok")
            return see_other(url_for("documents.logo_GET"))
    return _page(form, 422)


@bp.get("/mon-entreprise/logo.png")
@allowed("administrator")
def logo_png_GET() -> ResponseReturnValue:
    """Give the logo as it is printed."""
    sha256 = members.company(current_actor().member_company_id).logo_sha256
    if sha256 is None:
        raise NotFound
    try:
        response = make_response(archive_of(current_app.config["SETTINGS"]).read(sha256))
    except (ArchiveFileMissing, ArchiveFileAltered) as error:
        raise NotFound from error
    response.headers["Content-Type"] = "image/png"
    return response


def _page(form: LogoForm, status: int = 200) -> Response:
    company = members.company(current_actor().member_company_id)
    return page_or_fragment(
        "documents/logo.html", "documents/_logo.html", status=status, form=form, company=company
    )
