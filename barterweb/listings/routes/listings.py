"""Pages of listings: search and its feed, one listing, and the list a company keeps."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barterweb import clock
from barterweb.actors import MEMBER_KINDS, STAFF_KINDS, Actor
from barterweb.listings import forms, photos, policy, queries, search, service
from barterweb.listings.errors import ListingChanged, ListingError
from barterweb.listings.facts import CATEGORIES, UNITS
from barterweb.listings.forms import Asked, ListingForm
from barterweb.listings.models import Listing
from barterweb.listings.search import Filters, Results
from barterweb.members import queries as members
from barterweb.members.models import Cluster
from barterweb.web.access import allowed, current_actor, public, signed_in_actor
from barterweb.web.copies import kept_for_visitors, kept_part
from barterweb.web.filters import day
from barterweb.web.fragments import is_fragment_request, page_or_fragment, rendered, see_other
from barterweb.web.navigation import after_decision
from barterweb.web.paging import Pages, page_number

bp = Blueprint("listings", __name__)

WRITERS = (*MEMBER_KINDS, *STAFF_KINDS)


# ------------------------------------------------------------------------------------------------------ search


@bp.get("/annonces")
@public
@kept_for_visitors
def index_GET() -> ResponseReturnValue:
    """Search listings; HTMX asks for the results and the counts beside the filters only."""
    actor = signed_in_actor()
    fragment = is_fragment_request()
    parts = kept_part(_fragment if fragment else _whole, fragment, actor.kind if actor else None)
    return page_or_fragment("listings/index.html", "listings/kept.html", **parts)


def _whole() -> dict[str, Any]:
    """Render what a search shows in its page, whoever reads it."""
    context = _searched()
    return {
        "title": rendered("listings/_title.html", **context),
        "feed": context["address"](context["filters"], "listings.feed_GET"),
        "oembed": _oembed(context["filters"]),
        "main": rendered("listings/search.html", **context),
    }


def _fragment() -> dict[str, Any]:
    """Render what changes of it in the browser."""
    return {"fragment": rendered("listings/found.html", **_searched())}


def _searched() -> dict[str, Any]:
    """Answer the search of this address."""
    clusters = members.clusters()
    asked = forms.read_search(request.args, clusters, page_number(request.args))
    results = search.find(asked.filters)
    pages = _pages(asked.filters.page, results.total, forms.PAGE_SIZE)
    if asked.filters.page > pages.pages:
        asked, pages = _at_the_end(asked, pages)
        results = search.find(asked.filters)
    return {"pages": pages, "clusters": clusters, **_found(asked, results, clusters)}


@bp.get("/annonces.atom")
@public
@kept_for_visitors
def feed_GET() -> ResponseReturnValue:
    """Give the newest listings of a search to a feed reader."""
    asked = forms.read_search(request.args, members.clusters(), page=1)
    cards = queries.cards(search.newest(asked.filters))
    base = current_app.config["SETTINGS"].public_url
    feed = render_template(
        "listings/feed.xml",
        cards=cards,
        categories=CATEGORIES,
        filters=asked.filters,
        address=_address,
        base=base,
    )
    response = Response(feed, mimetype="application/atom+xml")
    # The answer to a signed-in browser renews its session cookie: no shared cache may keep that.
    response.headers["Cache-Control"] = "no-store" if signed_in_actor() else "public, max-age=300"
    response.add_etag()
    return response.make_conditional(request)


# ------------------------------------------------------------------------------------------------- one listing


@bp.get("/annonces/<id('lst'):listing_id>")
@public
@kept_for_visitors
def show_GET(listing_id: str) -> ResponseReturnValue:
    """Show a listing, what resembles it, and what the reader can do."""
    actor = signed_in_actor()
    listing = queries.listing_for(listing_id, actor)
    return render_template(
        "listings/show.html",
        listing=listing,
        category=CATEGORIES.get(listing.category),
        photos=photos.photos_of(listing.id),
        similar=queries.similar(listing),
        means=queries.means_of(actor, listing) if actor else None,
        actions=policy.actions_of(listing, actor, clock.today()),
        online=policy.is_online(listing, clock.today()),
    )


# ------------------------------------------------------------------------------------------ the list one keeps


@bp.get("/mes-annonces")
@allowed(*WRITERS)
def mine_GET() -> ResponseReturnValue:
    """List what the company (for staff: their companies) has published or prepared."""
    number = page_number(request.args)
    own = queries.page_of_own(current_actor(), number)
    pages = _pages(number, own.total, queries.OWN_PAGE_SIZE)
    return render_template(
        "listings/mine.html",
        own=own.listings,
        pages=pages,
        today=clock.today(),
        may_be_renewed=policy.may_be_renewed,
    )


@bp.get("/mes-annonces/nouvelle")
@allowed(*WRITERS)
def new_GET() -> ResponseReturnValue:
    """Show an empty form; ``type`` and ``titre`` prefill it, ``entreprise`` chooses for staff."""
    form = _new_form(current_actor())
    form.begin(request.args)
    return _form_page(form)


@bp.post("/mes-annonces/nouvelle")
@allowed(*WRITERS)
def new_POST() -> ResponseReturnValue:
    """Publish a listing or keep it as a draft."""
    actor = current_actor()
    form = _new_form(actor)
    if form.validate_on_submit():
        listing_id = str(form.listing_id.data)
        company_id = actor.company_id or form.company_id.data
        try:
            service.publish_listing(
                actor=actor,
                listing_id=listing_id,
                company_id=company_id,
                content=form.content(),
                draft=form.offline.data,
            )
            return _saved(listing_id, actor)
        except ListingError as error:
            form.refuse(forms.explain(error))
    return _form_page(form, status=422)


@bp.get("/mes-annonces/<id('lst'):listing_id>/modification")
@allowed(*WRITERS)
def edit_GET(listing_id: str) -> ResponseReturnValue:
    """Show a listing in the form."""
    listing = queries.listing_to_edit(listing_id, current_actor())
    return _form_page(_edit_form(listing, first=True), listing)


@bp.post("/mes-annonces/<id('lst'):listing_id>/modification")
@allowed(*WRITERS)
def edit_POST(listing_id: str) -> ResponseReturnValue:
    """Save what was changed; the main button puts a listing online that is not."""
    actor = current_actor()
    listing = queries.listing_to_edit(listing_id, actor)
    form = _edit_form(listing)
    status = 422
    if form.validate_on_submit():
        try:
            service.edit_listing(
                actor=actor,
                listing_id=listing_id,
                content=form.content(),
                seen_at=forms.seen_moment(form.seen_at.data),
                publish=not form.offline.data,
            )
            return _saved(listing_id, actor)
        except ListingError as error:
            status = _refuse(form, error)
    return _form_page(form, queries.listing_to_edit(listing_id, actor), status=status)


@bp.post("/mes-annonces/<id('lst'):listing_id>/retrait")
@allowed(*WRITERS)
def withdraw_POST(listing_id: str) -> ResponseReturnValue:
    """Take a listing offline."""
    service.withdraw_listing(actor=current_actor(), listing_id=listing_id)
    flash("L’annonce est retirée\u00a0: plus personne ne la trouve. Vos échanges en cours continuent.", "ok")
    return see_other(url_for("listings.mine_GET"))


@bp.post("/mes-annonces/<id('lst'):listing_id>/remise-en-ligne")
@allowed(*WRITERS)
def republish_POST(listing_id: str) -> ResponseReturnValue:
    """Put a listing online again, or prolong it; one that lacks something comes back as a form."""
    actor = current_actor()
    try:
        service.republish_listing(actor=actor, listing_id=listing_id)
        return _saved(listing_id, actor)
    except ListingError as error:
        listing = queries.listing_to_edit(listing_id, actor)
        form = _edit_form(listing, first=True)
        return _form_page(form, listing, status=_refuse(form, error))


# ------------------------------------------------------------------------------------------------------- pieces


def _pages(number: int, total: int, size: int) -> Pages:
    return Pages(number, max(1, -(-total // size)), total)


def _at_the_end(asked: Asked, pages: Pages) -> tuple[Asked, Pages]:
    """Go to the last page instead of one behind it: results come and go, links to them stay."""
    sentence = f"La page {pages.number} n’existe pas ou plus\u00a0: voici la dernière."
    last = replace(asked.filters, page=pages.pages)
    return Asked(last, (*asked.ignored, sentence)), replace(pages, number=pages.pages)


def _found(asked: Asked, results: Results, clusters: Sequence[Cluster]) -> dict[str, Any]:
    """Collect what the results and the counts beside the filters show."""
    filters = asked.filters
    holding_all = set(results.ids[: max(0, results.matching - filters.offset)])
    cards = queries.cards(results.ids)
    return {
        "filters": filters,
        "ignored": asked.ignored,
        "results": results,
        "matching": [card for card in cards if card.id in holding_all],
        "close": [card for card in cards if card.id not in holding_all],
        "sentence": forms.count_sentence(results.total, results.total_capped, filters.kinds),
        "chips": [
            {"label": label, "remove_url": _address(left)} for label, left in forms.chips(filters, clusters)
        ],
        "wider": None if results.total else _wider(filters, clusters),
        "exact_url": _address(replace(filters, exact=True)),
        "address": _address,
        "categories": CATEGORIES,
        "sorts": forms.SORT_LABELS,
        "typed_amount": forms.typed_amount,
    }


def _wider(filters: Filters, clusters: Sequence[Cluster]) -> dict[str, Any] | None:
    """Name the one filter whose removal helps most, with the address that does without it."""
    found = search.drop_one(filters)
    if found is None:
        return None
    name, total = found
    left = forms.without(filters, name)
    kept = {label for label, _ in forms.chips(left, clusters)}
    dropped = [label for label, _ in forms.chips(filters, clusters) if label not in kept]
    return {"label": ", ".join(dropped), "total": total, "url": _address(left)}


def _address(filters: Filters, endpoint: str = "listings.index_GET") -> str:
    """Return the address of a search, from its first page."""
    values: dict[str, Any] = {**forms.parameters(filters)}
    return url_for(endpoint, **values)


def _oembed(filters: Filters) -> str | None:
    """Return where a site learns how to embed this list, when it is one that a cluster's framed page shows."""
    if replace(filters, kinds=(), cluster="") != Filters(per_page=filters.per_page) or not filters.cluster:
        return None
    site = current_app.config["SETTINGS"].public_url
    kind = filters.kinds[0] if filters.kinds else None
    page = url_for("embeds.listings_GET", slug=filters.cluster, type=kind)
    return str(site + url_for("embeds.oembed_GET", url=site + page))


def _new_form(actor: Actor) -> ListingForm:
    """Make the form of a new listing: for a member's own company, for staff with the choice of one."""
    form = ListingForm()
    if actor.is_member:
        del form.company_id
        form.for_company(queries.company_to_list_for(actor.member_company_id, actor))
    else:
        chosen = str(form.company_id.data or request.args.get("entreprise", ""))
        companies = [(row.id, row.name) for row in queries.companies_to_list_for(actor, chosen)]
        form.company_id.choices = [("", "Choisissez…"), *companies]
    return form


def _edit_form(listing: Listing, *, first: bool = False) -> ListingForm:
    """Make the form of a listing, filled from its row the first time, from what was typed afterwards."""
    form = forms.form_of(listing) if first else ListingForm()
    del form.company_id
    form.for_company(listing.company)
    return form


def _form_page(
    form: ListingForm, listing: Listing | None = None, *, status: int = 200
) -> ResponseReturnValue:
    most = queries.MOST_COMPANIES
    return render_template("listings/form.html", form=form, listing=listing, units=UNITS, most=most), status


def _saved(listing_id: str, actor: Actor) -> ResponseReturnValue:
    """Say what became of the listing: on its page when it is online, else on the list of one's own."""
    listing = queries.listing_to_edit(listing_id, actor)
    if policy.is_online(listing, clock.today()) and listing.expires_on is not None:
        flash(f"L’annonce est en ligne jusqu’au {day(listing.expires_on)}.", "ok")
        return see_other(after_decision(url_for("listings.show_GET", listing_id=listing_id)))
    flash("L’annonce est enregistrée. Elle n’est pas en ligne\u00a0: publiez-la quand elle est prête.", "ok")
    return see_other(url_for("listings.mine_GET"))


def _refuse(form: ListingForm, error: ListingError) -> int:
    """Say on the form what was refused; return the status. After a conflict the form is up to date again."""
    form.refuse(forms.explain(error))
    if isinstance(error, ListingChanged):
        form.seen_at.data = error.changed_at.isoformat()
        return 409
    return 422
