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
from barterweb.staff.queries.scope import in_scope
from barterweb.standing import queries as standing
from barterweb.standing.models import CreditRequest
from barterweb.standing.queries import Dues
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
    credit: Lines[CreditRequest]
    deliveries: Lines[TradeLine]
    limits: Lines[AccountLine]
    needs: Lines[ListingLine]
    unpaid: Lines[Dues]
    without_offer: Lines[MemberLine]
    idle: Lines[AccountLine]
    without_trade: Lines[MemberLine]
    ending: Lines[ListingLine]
    memberships: Lines[MemberLine]


def queue_of(actor: Actor, *, most: int = SHOWN) -> Queue:
    """Return the actor's queue, `most` lines of each kind: a cluster's for its staff, everything for the operator.

    Sixteen queries at most, whatever waits.
    """
    today, now = clock.today(), clock.now()
    late = now - timedelta(days=facts.CONFIRMATION_LATE_DAYS)
    unanswered = now - timedelta(days=facts.NEED_UNANSWERED_DAYS)
    ours = in_scope(actor, Company.id)
    members_since = today - timedelta(days=facts.JOINED_WITHOUT_TRADE_DAYS)
    limits, idle = _account_lines(ours, today - timedelta(days=facts.IDLE_CREDIT_DAYS), most)
    return Queue(
        applications=Lines(*members.open_applications(actor, limit=most)),
        disputes=_trades(actor, "disputed", now, most),
        contests=_contests(actor, most),
        credit=Lines(*standing.waiting_requests(in_scope(actor, CreditRequest.company_id), limit=most)),
        deliveries=_trades(actor, "delivered", late, most),
        limits=limits,
        needs=_listings(actor, Listing.published_at, most, *_unanswered_since(unanswered)),
        unpaid=Lines(*standing.overdue_memberships(ours, limit=most)),
        without_offer=_members(most, ours, Company.status == "active", ~_has_offer(today)),
        idle=idle,
        without_trade=_members(
            most,
            ours,
            Company.status.in_(PUBLIC_STATUSES),
            Company.joined_on <= members_since,
            ~_has_trade(),
        ),
        ending=_listings(
            actor,
            Listing.expires_on,
            most,
            Listing.expires_on <= today + timedelta(days=facts.LISTING_ENDS_DAYS),
        ),
        memberships=_memberships_due(ours, today + timedelta(days=facts.MEMBERSHIP_DUE_DAYS), most),
    )


def _trades(actor: Actor, state: str, before: datetime, most: int) -> Lines[TradeLine]:
    """Trades that came into `state` before a moment; the event that brought them there has its name, or froze them."""
    since = (
        select(func.max(TradeEvent.at))
        .where(TradeEvent.trade_id == Trade.id, TradeEvent.kind.in_((state, "frozen")))
        .scalar_subquery()
    )
    came = (
        select(Trade.id, since.label("since"))
        .where(Trade.state == state)
        .where(or_(in_scope(actor, Trade.buyer_id), in_scope(actor, Trade.seller_id)))
        .subquery()
    )
    first = (
        select(came.c.id, came.c.since, func.count().over().label("total"))
        .where(came.c.since <= before)
        .order_by(came.c.since, came.c.id)
        .limit(most)
        .subquery()
    )
    buyer, seller = aliased(Company), aliased(Company)
    query = (
        select(
            Trade.id,
            Trade.title,
            buyer.name,
            seller.name,
            TradeVersion.barter_cents,
            first.c.since,
            first.c.total,
        )
        .join(first, first.c.id == Trade.id)
        .join(buyer, buyer.id == Trade.buyer_id)
        .join(seller, seller.id == Trade.seller_id)
        .join(TradeVersion, and_(TradeVersion.trade_id == Trade.id, TradeVersion.number == Trade.version))
    )
    return _lines(query.order_by(first.c.since, Trade.id), TradeLine)


def _contests(actor: Actor, most: int) -> Lines[ContestLine]:
    """Invoices drawn up under the mandate that their sellers contest."""
    query = (
        select(
            InvoiceContest.document_id,
            Document.number,
            Company.name,
            InvoiceContest.contested_at,
            func.count().over(),
        )
        .join(Document, Document.id == InvoiceContest.document_id)
        .join(Company, Company.id == InvoiceContest.company_id)
        .where(InvoiceContest.outcome == "open", in_scope(actor, InvoiceContest.company_id))
    )
    query = query.order_by(InvoiceContest.contested_at, InvoiceContest.document_id).limit(most)
    return _lines(query, ContestLine)


def _account_lines(
    ours: ColumnElement[bool], since: date, most: int
) -> tuple[Lines[AccountLine], Lines[AccountLine]]:
    """Accounts near a limit, and accounts with credit that lie idle since a day; their companies are asked once."""
    near, near_total = ledger.accounts_near_limits(
        _accounts(ours), floor_bp=facts.NEAR_FLOOR_BP, cap_bp=facts.NEAR_CEILING_BP, limit=most
    )
    idle, idle_total = ledger.idle_accounts(
        _accounts(ours), above_cents=facts.IDLE_CREDIT_CENTS, since=since, limit=most
    )
    names = _company_of([*near, *(lying.account for lying in idle)])
    return (
        Lines([AccountLine(*names[account.id], account) for account in near], near_total),
        Lines(
            [AccountLine(*names[lying.account.id], lying.account, lying.since) for lying in idle], idle_total
        ),
    )


def _accounts(ours: ColumnElement[bool]) -> Select[str | None]:
    return select(Company.account_id).where(ours, Company.status.in_(PUBLIC_STATUSES))


def _company_of(accounts: Sequence[AccountView]) -> dict[str | None, tuple[str, str]]:
    rows = session.execute(
        select(Company.account_id, Company.id, Company.name).where(
            Company.account_id.in_([account.id for account in accounts])
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _unanswered_since(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    answered = select(Trade.id).where(Trade.listing_id == Listing.id).exists()
    return Listing.kind == "need", Listing.published_at <= moment, ~answered


def _listings(
    actor: Actor, order: InstrumentedAttribute[Any], most: int, *conditions: ColumnElement[bool]
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
            func.count().over(),
        )
        .join(Company, Company.id == Listing.company_id)
        .where(in_scope(actor, Listing.company_id), Company.status.in_(PUBLIC_STATUSES))
        .where(Listing.status == "online", Listing.expires_on >= clock.today(), *conditions)
    )
    return _lines(query.order_by(order, Listing.id).limit(most), ListingLine)


def _members(most: int, *conditions: ColumnElement[bool]) -> Lines[MemberLine]:
    """Companies, those that joined first at the top."""
    query = select(Company.id, Company.name, Company.joined_on, func.count().over()).where(*conditions)
    return _lines(query.order_by(Company.joined_on, Company.id).limit(most), MemberLine)


def _memberships_due(ours: ColumnElement[bool], by: date, most: int) -> Lines[MemberLine]:
    """Companies whose last year of membership ends soon, or has ended, and no other was opened."""
    later = aliased(Membership)
    opened = select(later.id).where(
        later.company_id == Membership.company_id, later.ends_on > Membership.ends_on
    )
    query = (
        select(Company.id, Company.name, Membership.ends_on, func.count().over())
        .join(Membership, Membership.company_id == Company.id)
        .where(ours, Company.status.in_(PUBLIC_STATUSES), Membership.ends_on <= by, ~opened.exists())
    )
    return _lines(query.order_by(Membership.ends_on, Company.id).limit(most), MemberLine)


def _has_offer(today: date) -> ColumnElement[bool]:
    online = and_(Listing.status == "online", Listing.expires_on >= today)
    return Company.id.in_(select(Listing.company_id).where(Listing.kind == "offer", online))


def _has_trade() -> ColumnElement[bool]:
    """Look for one trade of each company: EXISTS would have PostgreSQL read all trades there ever were."""
    agreed = select(Trade.id).where(Trade.state.in_(AGREED_STATES)).limit(1)
    bought = agreed.where(Trade.buyer_id == Company.id).scalar_subquery()
    sold = agreed.where(Trade.seller_id == Company.id).scalar_subquery()
    return func.coalesce(bought, sold).is_not(None)


def _lines(query: Select[*tuple[Any, ...]], make: Callable[..., Line]) -> Lines[Line]:
    """Run a query whose last column is how many rows there would be without its limit."""
    rows = session.execute(query).all()
    return Lines([make(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)
