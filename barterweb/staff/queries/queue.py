"""The work queue: one statement a kind of line, each with its most urgent rows and their total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents.models import Document, InvoiceContest
from barterweb.ledger import AccountView
from barterweb.listings.models import Listing
from barterweb.members import queries as members
from barterweb.members.models import Application, Company, Membership
from barterweb.members.policy import PUBLIC_STATUSES
from barterweb.staff import facts
from barterweb.staff.facts import SHOWN, AccountLine, ContestLine, Lines, ListingLine, MemberLine, TradeLine
from barterweb.staff.queries.scope import companies_of
from barterweb.trades.models import Trade, TradeEvent, TradeVersion

AGREED_STATES = ("agreed", "delivered", "disputed", "settled")
"""A trade in one of these is more than talk."""

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for staff, by urgency."""

    applications: Lines[Application]
    disputes: Lines[TradeLine]
    contests: Lines[ContestLine]
    deliveries: Lines[TradeLine]
    limits: Lines[AccountLine]
    needs: Lines[ListingLine]
    without_offer: Lines[MemberLine]
    idle: Lines[AccountLine]
    without_trade: Lines[MemberLine]
    ending: Lines[ListingLine]
    memberships: Lines[MemberLine]


def queue_of(actor: Actor) -> Queue:
    """Return the actor's queue: a cluster's for its staff, everything for the operator. Fourteen queries, whatever waits."""
    companies, today, now = companies_of(actor), clock.today(), clock.now()
    late = now - timedelta(days=facts.CONFIRMATION_LATE_DAYS)
    return Queue(
        applications=_applications(actor),
        disputes=_trades(companies, "disputed", before=now),
        contests=_contests(companies),
        deliveries=_trades(companies, "delivered", before=late),
        limits=_near_limits(companies),
        needs=_unanswered_needs(companies, now - timedelta(days=facts.NEED_UNANSWERED_DAYS)),
        without_offer=_members(companies, Company.status == "active", ~_has_offer(today)),
        idle=_idle(companies, today - timedelta(days=facts.IDLE_CREDIT_DAYS)),
        without_trade=_members(
            companies,
            Company.status.in_(PUBLIC_STATUSES),
            Company.joined_on <= today - timedelta(days=facts.JOINED_WITHOUT_TRADE_DAYS),
            ~_has_trade(),
        ),
        ending=_ending_listings(companies, today + timedelta(days=facts.LISTING_ENDS_DAYS)),
        memberships=_memberships_due(companies, today + timedelta(days=facts.MEMBERSHIP_DUE_DAYS)),
    )


def _applications(actor: Actor) -> Lines[Application]:
    """Those that wait for staff first, then those that wait for the applicant's answer."""
    found = sorted(members.open_applications(actor), key=lambda application: application.status == "question")
    return Lines(found[:SHOWN], len(found))


def _trades(companies: Select[str], state: str, *, before: datetime) -> Lines[TradeLine]:
    """Trades that came into `state` before a moment; the event that brought them there has its name, or froze them."""
    buyer, seller = aliased(Company), aliased(Company)
    since = (
        select(func.max(TradeEvent.at))
        .where(TradeEvent.trade_id == Trade.id, TradeEvent.kind.in_((state, "frozen")))
        .scalar_subquery()
    )
    query = (
        select(Trade.id, Trade.title, buyer.name, seller.name, TradeVersion.barter_cents, since)
        .join(buyer, buyer.id == Trade.buyer_id)
        .join(seller, seller.id == Trade.seller_id)
        .join(TradeVersion, and_(TradeVersion.trade_id == Trade.id, TradeVersion.number == Trade.version))
        .where(Trade.state == state, since <= before)
        .where(or_(Trade.buyer_id.in_(companies), Trade.seller_id.in_(companies)))
    )
    return _lines(query, (since, Trade.id), TradeLine)


def _contests(companies: Select[str]) -> Lines[ContestLine]:
    """Invoices drawn up under the mandate that their sellers contest."""
    query = (
        select(InvoiceContest.document_id, Document.number, Company.name, InvoiceContest.contested_at)
        .join(Document, Document.id == InvoiceContest.document_id)
        .join(Company, Company.id == InvoiceContest.company_id)
        .where(InvoiceContest.outcome == "open", InvoiceContest.company_id.in_(companies))
    )
    return _lines(query, (InvoiceContest.contested_at, InvoiceContest.document_id), ContestLine)


def _near_limits(companies: Select[str]) -> Lines[AccountLine]:
    found, total = ledger.accounts_near_limits(
        _accounts(companies), floor_bp=facts.NEAR_FLOOR_BP, cap_bp=facts.NEAR_CEILING_BP, limit=SHOWN
    )
    names = _company_of(found)
    return Lines([AccountLine(*names[account.id], account) for account in found], total)


def _idle(companies: Select[str], since: date) -> Lines[AccountLine]:
    found, total = ledger.idle_accounts(
        _accounts(companies), above_cents=facts.IDLE_CREDIT_CENTS, since=since, limit=SHOWN
    )
    names = _company_of([idle.account for idle in found])
    return Lines([AccountLine(*names[idle.account.id], idle.account, idle.since) for idle in found], total)


def _accounts(companies: Select[str]) -> Select[str | None]:
    trading = Company.status.in_(PUBLIC_STATUSES)
    return select(Company.account_id).where(Company.id.in_(companies), trading)


def _company_of(accounts: Sequence[AccountView]) -> dict[str | None, tuple[str, str]]:
    rows = session.execute(
        select(Company.account_id, Company.id, Company.name).where(
            Company.account_id.in_([account.id for account in accounts])
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _unanswered_needs(companies: Select[str], published_before: datetime) -> Lines[ListingLine]:
    answered = select(Trade.id).where(Trade.listing_id == Listing.id).exists()
    conditions = (Listing.kind == "need", Listing.published_at <= published_before, ~answered)
    return _listings(companies, Listing.published_at, *conditions)


def _ending_listings(companies: Select[str], by: date) -> Lines[ListingLine]:
    return _listings(companies, Listing.expires_on, Listing.expires_on <= by)


def _listings(
    companies: Select[str], order: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
) -> Lines[ListingLine]:
    query = (
        select(
            Listing.id,
            Listing.kind,
            Listing.title,
            Company.id,
            Company.name,
            Listing.published_at,
            Listing.expires_on,
        )
        .join(Company, Company.id == Listing.company_id)
        .where(Listing.company_id.in_(companies), Company.status.in_(PUBLIC_STATUSES))
        .where(Listing.status == "online", Listing.expires_on >= clock.today(), *conditions)
    )
    return _lines(query, (order, Listing.id), ListingLine)


def _members(companies: Select[str], *conditions: ColumnElement[bool]) -> Lines[MemberLine]:
    """Companies, those that joined first at the top."""
    query = select(Company.id, Company.name, Company.joined_on).where(Company.id.in_(companies), *conditions)
    return _lines(query, (Company.joined_on, Company.id), MemberLine)


def _memberships_due(companies: Select[str], by: date) -> Lines[MemberLine]:
    """Companies whose last year of membership ends soon, or has ended."""
    last = func.max(Membership.ends_on)
    query = (
        select(Company.id, Company.name, last)
        .join(Membership, Membership.company_id == Company.id)
        .where(Company.id.in_(companies), Company.status.in_(PUBLIC_STATUSES))
        .group_by(Company.id, Company.name)
        .having(last <= by)
    )
    return _lines(query, (last, Company.id), MemberLine)


def _has_offer(today: date) -> ColumnElement[bool]:
    online = and_(Listing.status == "online", Listing.expires_on >= today)
    return Company.id.in_(select(Listing.company_id).where(Listing.kind == "offer", online))


def _has_trade() -> ColumnElement[bool]:
    """Look for one trade of each company: EXISTS would have PostgreSQL read all trades there ever were."""
    agreed = select(Trade.id).where(Trade.state.in_(AGREED_STATES)).limit(1)
    bought = agreed.where(Trade.buyer_id == Company.id).scalar_subquery()
    sold = agreed.where(Trade.seller_id == Company.id).scalar_subquery()
    return func.coalesce(bought, sold).is_not(None)


def _lines(query: Select[*tuple[Any, ...]], order: tuple[Any, ...], make: Callable[..., Line]) -> Lines[Line]:
    """Run a query for its first rows and, in the same statement, for how many there would be."""
    rows = session.execute(query.add_columns(func.count().over()).order_by(*order).limit(SHOWN)).all()
    return Lines([make(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)
