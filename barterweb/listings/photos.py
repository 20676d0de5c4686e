"""Photos of a listing: four at most, in an order the company chooses, each with words for who cannot see it.

The bytes lie in the archive of documents; a photo that is removed is no longer shown to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.listings.errors import ListingIdTaken, PhotosFull
from barterweb.listings.models import Listing, ListingPhoto
from barterweb.listings.queries import listing_for, listing_to_edit
from barterweb.members.service import record_event

MOST = 4


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that lies in the archive under `sha256`; its size in pixels."""

    sha256: str
    width: int
    height: int


@transaction
def add_photo(*, actor: Actor, listing_id: str, photo_id: str, alt: str, full: Kept, small: Kept) -> None:
    """Add a photo behind the others. The id comes with the form: the same photo sent twice is one.

    Raises `NotFound` for who may not change the listing, `PhotosFull`, `ListingIdTaken`.
    """
    listing = _locked(listing_id, actor)
    known = session.get(ListingPhoto, photo_id)
    if known is not None:
        if known.listing_id != listing_id:
            raise ListingIdTaken(photo_id)
        return
    photos = photos_of(listing_id)
    if len(photos) >= MOST:
        raise PhotosFull(MOST)
    session.add(
        ListingPhoto(
            id=photo_id,
            listing_id=listing_id,
            position=photos[-1].position + 1 if photos else 1,
            alt=alt,
            sha256=full.sha256,
            width=full.width,
            height=full.height,
            small_sha256=small.sha256,
            small_width=small.width,
            small_height=small.height,
            added_at=clock.now(),
        )
    )
    _log_if_on_behalf(actor, listing)


@transaction
def move_photo_earlier(*, actor: Actor, listing_id: str, photo_id: str) -> None:
    """Exchange a photo with the one before it; nothing happens to the first. Raises `NotFound`."""
    _locked(listing_id, actor)
    photo = _photo(listing_id, photo_id)
    before = [other for other in photos_of(listing_id) if other.position < photo.position]
    if before:
        photo.position, before[-1].position = before[-1].position, photo.position


@transaction
def remove_photo(*, actor: Actor, listing_id: str, photo_id: str) -> None:
    """Show a photo no longer. Raises `NotFound`."""
    listing = _locked(listing_id, actor)
    session.delete(_photo(listing_id, photo_id))
    _log_if_on_behalf(actor, listing)


def photos_of(listing_id: str) -> Sequence[ListingPhoto]:
    """Return the photos of a listing in their order."""
    query = select(ListingPhoto).where(ListingPhoto.listing_id == listing_id)
    return session.scalars(query.order_by(ListingPhoto.position, ListingPhoto.id)).all()


def photo_for(listing_id: str, photo_id: str, actor: Actor | None) -> ListingPhoto:
    """Return a photo of a listing that the actor (None: a visitor) may see; raises `NotFound`."""
    listing_for(listing_id, actor)
    return _photo(listing_id, photo_id)


def _photo(listing_id: str, photo_id: str) -> ListingPhoto:
    photo = session.get(ListingPhoto, photo_id)
    if photo is None or photo.listing_id != listing_id:
        raise NotFound
    return photo


def _locked(listing_id: str, actor: Actor) -> Listing:
    """Load and authorise a listing, its row locked, so that two photos sent at once are counted."""
    session.execute(select(Listing.id).where(Listing.id == listing_id).with_for_update())
    return listing_to_edit(listing_id, actor)


def _log_if_on_behalf(actor: Actor, listing: Listing) -> None:
    if not actor.is_member:
        record_event(
            actor=actor,
            kind="listing_edited",
            company_id=listing.company_id,
            subject=listing.id,
            detail=listing.title,
        )
