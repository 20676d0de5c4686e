"""Pages of saved searches: saving one, the list a person keeps, renaming, pausing and removing."""

from typing import Any

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb import ids
from barterweb.listings import forms, saved
from barterweb.listings.errors import ListingError
from barterweb.listings.forms import SearchForm
from barterweb.listings.models import SavedSearch
from barterweb.listings.routes.listings import bp
from barterweb.listings.search import Filters
from barterweb.members import queries as members
from barterweb.web.access import allowed, current_actor
from barterweb.web.fields import Form
from barterweb.web.fragments import see_other


@bp.get("/mes-recherches")
@allowed(*saved.SAVERS)
def searches_GET() -> ResponseReturnValue:
    """List the searches one keeps."""
    clusters = members.clusters()
    kept = [
        (found, forms.name_of(saved.filters_of(found), clusters))
        for found in saved.searches_of(current_actor())
    ]
    return render_template("listings/searches.html", kept=kept, most=saved.MOST)


@bp.get("/mes-recherches/nouvelle")
@allowed(*saved.SAVERS)
def new_search_GET() -> ResponseReturnValue:
    """Offer to keep the search of this address, under a name made of it."""
    name = forms.name_of(_asked(), members.clusters())
    return _page(SearchForm(formdata=None, search_id=ids.new_id("rec"), name=name))


@bp.post("/mes-recherches/nouvelle")
@allowed(*saved.SAVERS)
def new_search_POST() -> ResponseReturnValue:
    """Keep the search of this address."""
    form = SearchForm()
    if form.validate_on_submit():
        try:
            saved.save_search(
                actor=current_actor(), search_id=form.search_id.data, name=form.name.data, filters=_asked()
            )
            flash(
                "Recherche enregistrée. Les nouvelles annonces vous seront signalées, une fois par jour au plus.",
                "ok",
            )
            return see_other(url_for("listings.searches_GET"))
        except ListingError as error:
            form.refuse(forms.explain(error))
    return _page(form, 422)


@bp.get("/mes-recherches/<id('rec'):search_id>")
@allowed(*saved.SAVERS)
def search_GET(search_id: str) -> ResponseReturnValue:
    """Lead to the results of a saved search, the newest first."""
    values: dict[str, Any] = {**forms.parameters(saved.filters_of(_mine(search_id)))}
    return see_other(url_for("listings.index_GET", **values))


@bp.get("/mes-recherches/<id('rec'):search_id>/nom")
@allowed(*saved.SAVERS)
def rename_search_GET(search_id: str) -> ResponseReturnValue:
    """Show the name of a saved search in a form."""
    found = _mine(search_id)
    return _page(SearchForm(formdata=None, search_id=found.id, name=found.name), renamed=found.name)


@bp.post("/mes-recherches/<id('rec'):search_id>/nom")
@allowed(*saved.SAVERS)
def rename_search_POST(search_id: str) -> ResponseReturnValue:
    """Give a saved search another name."""
    found, form = _mine(search_id), SearchForm()
    if form.validate_on_submit():
        saved.rename_search(actor=current_actor(), search_id=search_id, name=form.name.data)
        flash("Recherche renommée.", "ok")
        return see_other(url_for("listings.searches_GET"))
    return _page(form, 422, renamed=found.name)


@bp.post("/mes-recherches/<id('rec'):search_id>/pause")
@allowed(*saved.SAVERS)
def pause_search_POST(search_id: str) -> ResponseReturnValue:
    """Be told nothing of a search for now."""
    if Form().validate_on_submit():
        saved.pause_search(actor=current_actor(), search_id=search_id)
        flash("Recherche en pause\u00a0: elle est gardée, et ne vous signale plus rien.", "ok")
    return see_other(url_for("listings.searches_GET"))


@bp.post("/mes-recherches/<id('rec'):search_id>/reprise")
@allowed(*saved.SAVERS)
def resume_search_POST(search_id: str) -> ResponseReturnValue:
    """Be told of a search again."""
    if Form().validate_on_submit():
        saved.resume_search(actor=current_actor(), search_id=search_id)
        flash("Recherche reprise\u00a0: ce qui paraît à partir de maintenant vous sera signalé.", "ok")
    return see_other(url_for("listings.searches_GET"))


@bp.post("/mes-recherches/<id('rec'):search_id>/retrait")
@allowed(*saved.SAVERS)
def remove_search_POST(search_id: str) -> ResponseReturnValue:
    """Keep a search no longer."""
    if Form().validate_on_submit():
        saved.remove_search(actor=current_actor(), search_id=search_id)
        flash("Recherche retirée.", "ok")
    return see_other(url_for("listings.searches_GET"))


def _asked() -> Filters:
    return forms.read_search(request.args, members.clusters(), page=1).filters


def _mine(search_id: str) -> SavedSearch:
    return saved.search_for(search_id, current_actor())


def _page(form: SearchForm, status: int = 200, *, renamed: str = "") -> ResponseReturnValue:
    return make_response(render_template("listings/search_form.html", form=form, renamed=renamed), status)
