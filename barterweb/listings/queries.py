"""Reading listings: one with what the actor may see of it, cards for lists, a company's own list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, literal, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.counts import BOUND, count_kept, count_up_to, unindexed
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.ids import valid_id
from barterweb.listings import search
from barterweb.listings.facts import KINDS, Card, Means, OnlineCounts, OwnListing, OwnListings, Suggestion
from barterweb.listings.models import Listing
from barterweb.listings.policy import may_edit, may_enter_for, may_read
from barterweb.members.models import Company, company_clusters
from barterweb.money import vat_of

OWN_PAGE_SIZE = 30
MOST_COMPANIES = 100
"""Companies among which staff choose whose listing they enter; for another one they begin on its page."""
SIMILAR = 4
SUGGESTED_FROM = 2
"""How many of a company's latest offers, and needs, suggestions are made from; each costs a search."""
SUGGESTED_EACH = 1


def listing_for(listing_id: str, actor: Actor | None) -> Listing:
    """Return a listing with its company, if the actor (None: a visitor) may see it; else raises `NotFound`."""
    listing = session.scalar(_with_company(select(Listing)).where(Listing.id == listing_id))
    if listing is None or not may_read(listing, actor):
        raise NotFound
    return listing


def listing_to_edit(listing_id: str, actor: Actor) -> Listing:
    """Return a listing with its company, if the actor may change it; else raises `NotFound`."""
    listing = listing_for(listing_id, actor)
    if not may_edit(listing, actor):
        raise NotFound
    return listing


def company_to_list_for(company_id: str, actor: Actor) -> Company:
    """Return a company with its clusters, if the actor may write its listings; else raises `NotFound`."""
    company = session.scalar(
        select(Company).where(Company.id == company_id).options(selectinload(Company.clusters))
    )
    if company is None or not may_enter_for(company, actor):
        raise NotFound
    return company


def companies_to_list_for(actor: Actor, chosen: str) -> Sequence[Row[str, str]]:
    """Return id and name of the companies for which the actor may put something online, by name: the first
    `MOST_COMPANIES`, and the one that is chosen already.
    """
    open_to = select(Company.id, Company.name).where(
        _written_by(actor), unindexed(Company.status).in_(("active", "standby"))
    )
    first = open_to.order_by(Company.search_text, Company.id).limit(MOST_COMPANIES)
    found = session.execute(first).all()
    if valid_id(chosen, "cmp") and chosen not in {row.id for row in found}:
        return [*session.execute(open_to.where(Company.id == chosen)).all(), *found]
    return found


def cards(listing_ids: Sequence[str]) -> list[Card]:
    """Return the cards of these listings in the order given, without those that are no longer online; one query."""
    these = _cards(status=unindexed(Listing.status)).where(Listing.id.in_(listing_ids))
    found = {row.id: row for row in session.execute(these)}
    return [Card(*found[listing_id]) for listing_id in listing_ids if listing_id in found]


def latest_online(limit: int) -> list[Card]:
    """Return the listings published last."""
    newest_first = _cards().order_by(Listing.published_at.desc(), Listing.id.desc())
    return [Card(*row) for row in session.execute(newest_first.limit(limit))]


def latest_of_cluster(cluster_id: str, kind: str | None, limit: int) -> list[Card]:
    """Return the listings published last by companies of a cluster, of one kind or (None) of both."""
    ours = (company_clusters.c.company_id == Listing.company_id, company_clusters.c.cluster_id == cluster_id)
    query = _cards().where(select(literal(1)).where(*ours).exists())
    if kind is not None:
        query = query.where(Listing.kind == kind)
    newest_first = query.order_by(Listing.published_at.desc(), Listing.id.desc())
    return [Card(*row) for row in session.execute(newest_first.limit(limit))]


def online_of_company(company_id: str) -> list[Card]:
    """Return a company's listings that are online: offers first, then by title."""
    query = _cards(status=unindexed(Listing.status)).where(Listing.company_id == company_id)
    return [
        Card(*row) for row in session.execute(query.order_by(Listing.kind.desc(), Listing.title, Listing.id))
    ]


def online_counts() -> OnlineCounts:
    """Return how many offers and needs are online; a large network's as of some minutes ago."""
    online = select(Listing.id).join(Company).where(_online())
    offers, needs = (count_kept(f"{kind}s online", online.where(Listing.kind == kind)) for kind in KINDS)
    return OnlineCounts(offers, needs)


def similar(listing: Listing) -> list[Card]:
    """Return a few online listings of other companies that resemble this one: same kind and category, words of its title."""
    return _resembling(listing, listing.kind)[:SIMILAR]


def latest_own(company_id: str) -> Sequence[Listing]:
    """Return the company's listings online, the latest first; at most `OWN_PAGE_SIZE`."""
    return session.scalars(
        select(Listing)
        .join(Listing.company)
        .where(Listing.company_id == company_id, _online())
        .order_by(Listing.published_at.desc(), Listing.id)
        .limit(OWN_PAGE_SIZE)
    ).all()


def suggestions_for(own: Sequence[Listing]) -> list[Suggestion]:
    """Return what others offer for a company's latest needs, and need of its latest offers; each listing once."""
    suggested: dict[str, Suggestion] = {}
    for own_kind, wanted in (("need", "offer"), ("offer", "need")):
        for listing in [row for row in own if row.kind == own_kind][:SUGGESTED_FROM]:
            for card in _resembling(listing, wanted)[:SUGGESTED_EACH]:
                suggested.setdefault(card.id, Suggestion(card, listing.title))
    return list(suggested.values())


def _resembling(listing: Listing, kind: str) -> list[Card]:
    """Return online listings of this kind, of other companies, of the same category and with words of its title."""
    categories = (listing.category,) if listing.category else ()
    asked = search.Filters(words=listing.title, kinds=(kind,), categories=categories, per_page=4 * SIMILAR)
    return [card for card in cards(search.resembling(asked)) if card.company_id != listing.company_id]


def means_of(actor: Actor, listing: Listing) -> Means | None:
    """Return what the account of the actor's company allows; None for those who act for no company."""
    if not actor.is_member:
        return None
    account_id = session.scalar(select(Company.account_id).where(Company.id == actor.member_company_id))
    if account_id is None:
        return None
    account = ledger.account_view(account_id)
    price = listing.price_cents
    unit_cents = None if price is None else price + vat_of(price, listing.vat_rate_bp)
    return Means(account.available_cents, account.room_cents, unit_cents)


def page_of_own(actor: Actor, number: int) -> OwnListings:
    """Return a page (from 1) of the listings the actor may write for, in any state, last changed first."""
    mine = select(Listing).join(Company).where(_written_by(actor))
    total = count_up_to(mine, number * OWN_PAGE_SIZE + BOUND)
    rows = session.execute(
        mine.with_only_columns(
            Listing.id,
            Listing.kind,
            Listing.status,
            Listing.title,
            Listing.unit,
            Listing.price_cents,
            Company.name,
            Listing.updated_at,
            Listing.expires_on,
        )
        .order_by(Listing.updated_at.desc(), Listing.id.desc())
        .limit(OWN_PAGE_SIZE)
        .offset((number - 1) * OWN_PAGE_SIZE)
    )
    return OwnListings(tuple(OwnListing(*row) for row in rows), total)


def _with_company(query: Select[Listing]) -> Select[Listing]:
    company = contains_eager(Listing.company)
    return query.join(Listing.company).options(company, company.selectinload(Company.clusters))


def _cards(status: ColumnElement[str] | None = None) -> Select[*tuple[Any, ...]]:
    """Select what a `Card` shows, in its order, of listings online."""
    return (
        select(
            Listing.id,
            Listing.kind,
            Listing.title,
            Listing.category,
            Listing.unit,
            Listing.price_cents,
            Listing.city,
            Listing.company_id,
            Company.name,
            Listing.published_at,
            Listing.updated_at,
            Listing.expires_on,
        )
        .join(Company)
        .where(_online(status))
    )


def _online(status: ColumnElement[str] | None = None) -> ColumnElement[bool]:
    """The SQL of `policy.is_online` and `policy.company_may_publish`, by a status looked up unless told otherwise."""
    trading = or_(Company.status == "active", and_(Company.status == "standby", Listing.kind == "need"))
    found = Listing.status if status is None else status
    return and_(found == "online", unindexed(Listing.expires_on) >= clock.today(), trading)


def _written_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL of `policy.may_enter_for`."""
    if actor.is_member:
        return Company.id == actor.member_company_id
    if actor.kind == "staff":
        ours = company_clusters.c.cluster_id == actor.cluster_id
        return select(literal(1)).where(company_clusters.c.company_id == Company.id, ours).exists()
    if actor.kind == "operator":
        return Company.id.is_not(None)
    return Company.id.is_(None)
