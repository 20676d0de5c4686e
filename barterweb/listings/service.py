"""Verbs that change listings: one transaction each, the search index in the same one."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import RetryTransaction, require_transaction, session, transaction
from barterweb.listings import search
from barterweb.listings.errors import (
    CompanyMayNotPublish,
    IncompleteListing,
    ListingChanged,
    ListingIdTaken,
    UnknownPlace,
)
from barterweb.listings.facts import CATEGORIES, LISTING_DAYS, Content
from barterweb.listings.models import Listing
from barterweb.listings.policy import company_may_publish, may_be_renewed
from barterweb.listings.queries import company_to_list_for, listing_to_edit
from barterweb.members.facts import department_of
from barterweb.members.models import Company
from barterweb.members.service import record_event

_EXPIRED_AT_ONCE = 200


@transaction
def publish_listing(
    *, actor: Actor, listing_id: str, company_id: str, content: Content, draft: bool = False
) -> None:
    """Put a listing online, or keep it as a draft.

    The id comes with the form: the same form sent twice is one listing. Raises `NotFound` (not a company the actor writes
    for) and what `create_listing_in` raises.
    """
    create_listing_in(actor=actor, listing_id=listing_id, company_id=company_id, content=content, draft=draft)


def create_listing_in(
    *, actor: Actor, listing_id: str, company_id: str, content: Content, draft: bool = False
) -> None:
    """Do `publish_listing` within the caller's transaction, as when an application is approved.

    A draft may lack its category, its description and its place. Raises `NotFound`, `CompanyMayNotPublish`,
    `IncompleteListing`, `UnknownPlace`, `ListingIdTaken`.
    """
    require_transaction()
    company = company_to_list_for(company_id, actor)
    existing = session.get(Listing, listing_id)
    if existing is not None:
        if existing.company_id != company_id:
            raise ListingIdTaken(listing_id)
        return
    now = clock.now()
    listing = Listing(
        id=listing_id,
        company=company,
        company_id=company.id,
        kind=content.kind,
        status="draft",
        entered_by_id=actor.person_id,
        created_at=now,
    )
    _write(listing, content, now)
    session.add(listing)
    if not draft:
        _put_online(listing)
    try:
        session.flush()
    except IntegrityError as error:  # the same form arrived since we looked
        raise RetryTransaction from error
    _index(listing)
    _log_if_on_behalf(actor, listing, "listing_entered")


@transaction
def edit_listing(
    *, actor: Actor, listing_id: str, content: Content, seen_at: datetime, publish: bool
) -> None:
    """Change what a listing says; with `publish`, put it online if it is not.

    A listing that is online keeps its date and its end. `seen_at` is the `updated_at` the form was made from. Raises
    `NotFound`, `ListingChanged`, `CompanyMayNotPublish`, `IncompleteListing` (drafts excepted), `UnknownPlace`.
    """
    listing = _locked(listing_id, actor)
    if listing.updated_at != seen_at:
        raise ListingChanged(listing_id, listing.updated_at)
    listing.kind = content.kind
    _write(listing, content, clock.now())
    if publish and listing.status != "online":
        _put_online(listing)
    elif listing.status == "online":
        _require_publishable(listing)
    elif listing.status != "draft":
        _require_complete(listing)
    session.flush()
    _index(listing)
    _log_if_on_behalf(actor, listing, "listing_edited")


@transaction
def withdraw_listing(*, actor: Actor, listing_id: str) -> None:
    """Take a listing offline; nothing happens to one that is. Raises `NotFound`."""
    listing = _locked(listing_id, actor)
    if listing.status != "online":
        return
    listing.status, listing.updated_at = "withdrawn", clock.now()
    session.flush()
    _index(listing)
    _log_if_on_behalf(actor, listing, "listing_withdrawn")


@transaction
def republish_listing(*, actor: Actor, listing_id: str) -> None:
    """Put a draft, withdrawn or expired listing online, or prolong one whose end is near; else nothing happens.

    A prolonged listing keeps its date of publication, so that prolonging is no way to the top of the lists. Raises
    `NotFound`, `CompanyMayNotPublish`, `IncompleteListing`.
    """
    listing = _locked(listing_id, actor)
    if not may_be_renewed(listing.status, listing.expires_on, clock.today()):
        return
    _put_online(listing)
    listing.updated_at = clock.now()
    session.flush()
    _index(listing)
    _log_if_on_behalf(actor, listing, "listing_republished")


def expire_listings() -> int:
    """Mark the listings past their end, and return how many; for the job that time runs. Doing it twice changes nothing."""
    expired = 0
    while count := _expire_some():
        expired += count
    return expired


@transaction
def _expire_some() -> int:
    query = select(Listing).where(Listing.status == "online", Listing.expires_on < clock.today())
    query = query.order_by(Listing.id).limit(_EXPIRED_AT_ONCE).with_for_update(of=Listing)
    query = query.options(selectinload(Listing.company))
    ended = session.scalars(query).all()
    for listing in ended:
        listing.status, listing.updated_at = "expired", clock.now()
    session.flush()
    for company in sorted({listing.company for listing in ended}, key=lambda company: company.id):
        _note_offers(company)
    for listing in ended:
        search.remove_listing(listing.id)
    return len(ended)


def _locked(listing_id: str, actor: Actor) -> Listing:
    """Load and authorise a listing, its row locked for the rest of the transaction."""
    session.execute(select(Listing.id).where(Listing.id == listing_id).with_for_update())
    return listing_to_edit(listing_id, actor)


def _write(listing: Listing, content: Content, now: datetime) -> None:
    department = department_of(content.postal_code)
    if department is None and content.postal_code:
        raise UnknownPlace(content.postal_code)
    listing.title = content.title
    listing.description = content.description
    listing.category = content.category
    listing.nature = content.nature
    listing.unit = content.unit
    listing.price_cents = content.price_cents
    listing.vat_rate_bp = _vat_rate(listing.company, content)
    listing.availability = content.availability
    listing.postal_code = content.postal_code
    listing.city = content.city
    listing.department = department or ""
    listing.updated_at = now


def _vat_rate(company: Company, content: Content) -> int:
    """Return the rate of the sale: none when the seller is exempt (CGI art. 293 B)."""
    return 0 if company.vat_regime == "franchise" and content.kind == "offer" else content.vat_rate_bp


def _put_online(listing: Listing) -> None:
    _require_publishable(listing)
    if listing.status != "online":
        listing.published_at = clock.now()
    listing.status = "online"
    listing.expires_on = clock.today() + timedelta(days=LISTING_DAYS)


def _require_publishable(listing: Listing) -> None:
    if not company_may_publish(listing.company, listing.kind):
        raise CompanyMayNotPublish(listing.company_id, listing.company.status, listing.kind)
    _require_complete(listing)


def _require_complete(listing: Listing) -> None:
    missing = tuple(name for name in ("category", "description", "city") if not getattr(listing, name))
    if missing:
        raise IncompleteListing(listing.id, missing)


def _index(listing: Listing) -> None:
    """Make the search index, and what the company's row says of its offers, say of the listing what its row says."""
    _note_offers(listing.company)
    if listing.status != "online" or listing.published_at is None:
        search.remove_listing(listing.id)
        return
    search.index_listing(
        listing_id=listing.id,
        title=listing.title,
        description=listing.description,
        category_label=CATEGORIES[listing.category],
        company_name=listing.company.name,
        city=listing.city,
        department=listing.department,
        published_at=listing.published_at,
    )


def _note_offers(company: Company) -> None:
    """Write until when the company offers something; its row is locked, so that what others publish is seen.

    Not against references: whoever inserts a listing of this company holds its row so already, and both would wait.
    """
    session.execute(select(Company.id).where(Company.id == company.id).with_for_update(key_share=True))
    online = select(func.max(Listing.expires_on)).where(
        Listing.company_id == company.id, Listing.kind == "offer", Listing.status == "online"
    )
    company.offers_until = session.scalar(online)


def _log_if_on_behalf(actor: Actor, listing: Listing, kind: str) -> None:
    """Leave a trace the company can read when staff wrote for it."""
    if not actor.is_member:
        record_event(
            actor=actor, kind=kind, company_id=listing.company_id, subject=listing.id, detail=listing.title
        )
