"""Searches that people keep: saved, renamed, paused, removed, and looked at once a day for what is new.

All active searches of a person are looked at in one transaction, so that a day makes one letter. A listing is told once a
search, never to a person of its company nor to whoever typed it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from barterweb import clock
from barterweb.actors import MEMBER_KINDS, Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.listings import search
from barterweb.listings.errors import ListingIdTaken, SearchesFull
from barterweb.listings.models import Listing, SavedSearch, ToldListing
from barterweb.listings.queries import cards
from barterweb.listings.search import Filters
from barterweb.members import queries as members
from barterweb.members.models import Person
from barterweb.notifications import service as notifications
from barterweb.notifications.facts import NEW_LISTINGS
from barterweb.outbox import service as outbox

SAVERS = (*MEMBER_KINDS, "staff")
"""The hats under which one may keep a search."""

MOST = 20
"""Searches a person."""

NEWEST = 100
"""So many of the newest matches are looked at a day: who is told of a hundred will not miss the next."""

_OVERLAP = timedelta(hours=1)
"""A listing is online a little after the moment it is published at: a look goes back this far before the last one."""

_NOT_KEPT = {"page", "per_page", "sort"}


@transaction
def save_search(*, actor: Actor, search_id: str, name: str, filters: Filters) -> None:
    """Keep a search for the actor, told about from now on. The id comes with the form: sent twice, it is one.

    Raises `SearchesFull`, `ListingIdTaken` when the id is somebody else's.
    """
    session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update())
    known = session.get(SavedSearch, search_id)
    if known is not None:
        if known.person_id != actor.person_id:
            raise ListingIdTaken(search_id)
        return
    mine = select(func.count()).select_from(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    if (session.scalar(mine) or 0) >= MOST:
        raise SearchesFull(MOST)
    now = clock.now()
    session.add(
        SavedSearch(
            id=search_id,
            person_id=actor.person_id,
            company_id=actor.company_id,
            name=name,
            filters=_kept(filters),
            created_at=now,
            looked_at=now,
        )
    )


@transaction
def rename_search(*, actor: Actor, search_id: str, name: str) -> None:
    """Give a search of the actor another name. Raises `NotFound`."""
    search_for(search_id, actor).name = name


@transaction
def pause_search(*, actor: Actor, search_id: str) -> None:
    """Tell nothing of a search until it is resumed. Raises `NotFound`."""
    found = search_for(search_id, actor)
    found.paused_at = found.paused_at or clock.now()


@transaction
def resume_search(*, actor: Actor, search_id: str) -> None:
    """Tell again of what is published from now on. Raises `NotFound`."""
    found = search_for(search_id, actor)
    if found.paused_at is not None:
        found.paused_at, found.looked_at = None, clock.now()


@transaction
def remove_search(*, actor: Actor, search_id: str) -> None:
    """Forget a search and what it told of. Raises `NotFound`."""
    _delete([search_for(search_id, actor).id])


def forget_person(person_id: str) -> None:
    """Forget all searches of a person, within the caller's transaction."""
    require_transaction()
    _delete(session.scalars(select(SavedSearch.id).where(SavedSearch.person_id == person_id)).all())


def searches_of(actor: Actor) -> Sequence[SavedSearch]:
    """Return the searches the actor keeps, under any hat, the latest first."""
    mine = select(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    return session.scalars(mine.order_by(SavedSearch.created_at.desc(), SavedSearch.id.desc())).all()


def search_for(search_id: str, actor: Actor) -> SavedSearch:
    """Return a search of the actor; anybody else's raises `NotFound`."""
    found = session.get(SavedSearch, search_id)
    if found is None or found.person_id != actor.person_id:
        raise NotFound
    return found


def filters_of(saved: SavedSearch) -> Filters:
    """Return what a saved search asks for, the newest first."""
    asked: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in saved.filters.items()
    }
    return Filters(**asked, sort="recentes")


def tell_new_listings() -> int:
    """Tell people of what is new in their searches, each search once a day at most; return how many people were told."""
    due = session.scalars(select(SavedSearch.person_id).where(*_due()).distinct()).all()
    return sum(_look_and_tell(person_id) for person_id in due)


def _look_and_tell(person_id: str) -> bool:
    """Search first, then write: searches take longer than anybody who writes should wait."""
    began = clock.now()
    hats = members.actors_of(person_id)
    companies = {hat.company_id for hat in hats if hat.is_member}
    served = companies | {None for hat in hats if hat.kind == "staff"}
    due = session.scalars(select(SavedSearch).where(SavedSearch.person_id == person_id, *_due())).all()
    new = {saved.id: _new_listings(saved, companies) if saved.company_id in served else [] for saved in due}
    return _tell(person_id=person_id, new=new, looked_at=began)


@transaction
def _tell(*, person_id: str, new: Mapping[str, Sequence[str]], looked_at: datetime) -> bool:
    """Write what was found in the searches that are still due; tell whether there was something to tell."""
    query = select(SavedSearch).where(SavedSearch.id.in_(new), *_due()).with_for_update()
    told: list[tuple[SavedSearch, int]] = []
    for saved in session.scalars(query.order_by(SavedSearch.created_at, SavedSearch.id)).all():
        saved.looked_at = looked_at
        session.add_all(
            ToldListing(search_id=saved.id, listing_id=listing_id) for listing_id in new[saved.id]
        )
        if new[saved.id]:
            told.append((saved, len(new[saved.id])))
    if told:
        _write(person_id, told)
    return bool(told)


def _due() -> tuple[ColumnElement[bool], ...]:
    """The condition of searches that nobody has looked at today."""
    return SavedSearch.paused_at.is_(None), SavedSearch.looked_at < clock.start_of(clock.today())


def _new_listings(saved: SavedSearch, companies: Collection[str | None]) -> list[str]:
    """Return the listings online that hold every word, published since the last look, of others, and not told yet."""
    results = search.find(replace(filters_of(saved), per_page=NEWEST))
    since = max(saved.created_at, saved.looked_at - _OVERLAP)
    of_others = [
        card.id
        for card in cards(results.ids[: results.matching])
        if card.published_at > since and card.company_id not in companies
    ]
    typed = select(Listing.id).where(Listing.id.in_(of_others), Listing.entered_by_id == saved.person_id)
    told = select(ToldListing.listing_id).where(ToldListing.search_id == saved.id)
    known = {*session.scalars(typed), *session.scalars(told.where(ToldListing.listing_id.in_(of_others)))}
    return [listing_id for listing_id in of_others if listing_id not in known]


def _write(person_id: str, told: Sequence[tuple[SavedSearch, int]]) -> None:
    """Tell a person: in the application for each company's searches, and in one letter."""
    person = members.person(person_id)
    for saved, number in told:
        if saved.company_id is not None:
            notifications.notify_person(
                person_id=person_id,
                company_id=saved.company_id,
                kind=NEW_LISTINGS,
                subject_id=saved.id,
                payload={"title": saved.name, "listings": str(number)},
            )
    lines = "\n".join(f"{saved.id} {number} {saved.name}" for saved, number in told)
    outbox.queue_mail(
        to_email=person.email, to_name=person.name, kind=NEW_LISTINGS, payload={"searches": lines}
    )


def _kept(filters: Filters) -> dict[str, object]:
    """Return the fields that restrict a search, as JSON keeps them."""
    plain = Filters()
    return {
        name: value
        for name, value in asdict(filters).items()
        if name not in _NOT_KEPT and value != getattr(plain, name)
    }


def _delete(search_ids: Sequence[str]) -> None:
    session.execute(delete(ToldListing).where(ToldListing.search_id.in_(search_ids)))
    session.execute(delete(SavedSearch).where(SavedSearch.id.in_(search_ids)))
