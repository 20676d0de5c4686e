"""Photos of a listing: showing one, adding, ordering and removing them."""

from flask import current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from barterweb import ids
from barterweb.documents.archive import Archive, archive_of
from barterweb.documents.errors import ArchiveFileMissing
from barterweb.errors import NotFound
from barterweb.images import SafeImage, safe_image
from barterweb.listings import forms, photos, queries
from barterweb.listings.errors import ListingError
from barterweb.listings.facts import THUMBNAIL_SIDE
from barterweb.listings.forms import PhotoForm
from barterweb.listings.models import Listing
from barterweb.listings.photos import Kept
from barterweb.listings.routes.listings import WRITERS, bp
from barterweb.web.access import allowed, current_actor, public, signed_in_actor
from barterweb.web.fields import Form
from barterweb.web.fragments import see_other

_PNG = b"\x89PNG"


@bp.get("/annonces/<id('lst'):listing_id>/photos/<id('pho'):photo_id>")
@public
def photo_GET(listing_id: str, photo_id: str) -> ResponseReturnValue:
    """Give a photo of a listing one may see."""
    return _picture(photos.photo_for(listing_id, photo_id, signed_in_actor()).sha256)


@bp.get("/annonces/<id('lst'):listing_id>/photos/<id('pho'):photo_id>/vignette")
@public
def thumbnail_GET(listing_id: str, photo_id: str) -> ResponseReturnValue:
    """Give the thumbnail of a photo of a listing one may see."""
    return _picture(photos.photo_for(listing_id, photo_id, signed_in_actor()).small_sha256)


@bp.get("/mes-annonces/<id('lst'):listing_id>/photos")
@allowed(*WRITERS)
def photos_GET(listing_id: str) -> ResponseReturnValue:
    """Show the photos of a listing, and the form for another."""
    listing = queries.listing_to_edit(listing_id, current_actor())
    return _page(listing, PhotoForm(formdata=None, photo_id=ids.new_id("pho")))


@bp.post("/mes-annonces/<id('lst'):listing_id>/photos")
@allowed(*WRITERS)
def photo_POST(listing_id: str) -> ResponseReturnValue:
    """Add a photo, drawn anew."""
    listing, form = queries.listing_to_edit(listing_id, current_actor()), PhotoForm()
    if form.validate_on_submit():
        try:
            _add(listing_id, form)
            flash("Photo ajoutée.", "ok")
            return see_other(url_for("listings.photos_GET", listing_id=listing_id))
        except ListingError as error:
            form.refuse(forms.explain(error))
    return _page(listing, form, 422)


@bp.post("/mes-annonces/<id('lst'):listing_id>/photos/<id('pho'):photo_id>/avant")
@allowed(*WRITERS)
def photo_earlier_POST(listing_id: str, photo_id: str) -> ResponseReturnValue:
    """Show a photo before the one that precedes it."""
    if Form().validate_on_submit():
        photos.move_photo_earlier(actor=current_actor(), listing_id=listing_id, photo_id=photo_id)
    return see_other(url_for("listings.photos_GET", listing_id=listing_id))


@bp.post("/mes-annonces/<id('lst'):listing_id>/photos/<id('pho'):photo_id>/retrait")
@allowed(*WRITERS)
def remove_photo_POST(listing_id: str, photo_id: str) -> ResponseReturnValue:
    """Remove a photo."""
    if Form().validate_on_submit():
        photos.remove_photo(actor=current_actor(), listing_id=listing_id, photo_id=photo_id)
        flash("Photo retirée.", "ok")
    return see_other(url_for("listings.photos_GET", listing_id=listing_id))


def _add(listing_id: str, form: PhotoForm) -> None:
    """Archive a picture and its thumbnail before the transaction that names them."""
    full = form.picture()
    photos.add_photo(
        actor=current_actor(),
        listing_id=listing_id,
        photo_id=form.photo_id.data,
        alt=form.alt.data,
        full=_kept(full),
        small=_kept(safe_image(full.data, widest=THUMBNAIL_SIDE, highest=THUMBNAIL_SIDE)),
    )


def _kept(picture: SafeImage) -> Kept:
    return Kept(_archive().save(picture.data), picture.width, picture.height)


def _picture(sha256: str) -> ResponseReturnValue:
    try:
        data = _archive().read(sha256)
    except ArchiveFileMissing as error:
        raise NotFound from error
    response = Response(data, mimetype="image/png" if data.startswith(_PNG) else "image/jpeg")
    if signed_in_actor() is None:
        response.headers["Cache-Control"] = "public, max-age=3600"
    response.set_etag(sha256)
    return response.make_conditional(request)


def _page(listing: Listing, form: PhotoForm, status: int = 200) -> ResponseReturnValue:
    shown = {"listing": listing, "photos": photos.photos_of(listing.id), "most": photos.MOST, "form": form}
    return make_response(render_template("listings/photos.html", **shown), status)


def _archive() -> Archive:
    return archive_of(current_app.config["SETTINGS"])
