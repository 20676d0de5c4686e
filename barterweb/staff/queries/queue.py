"""The work queue: one statement a kind of line, each with its most urgent rows and how many there are, up to a bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.counts import Count, first_of
from barterweb.db import session
from barterweb.documents.models import Document, InvoiceContest
from barterweb.ledger import AccountView
from barterweb.listings.models import Listing
from barterweb.members import queries as members
from barterweb.members.models import Application, Company, Membership
from barterweb.members.policy import PUBLIC_STATUSES
from barterweb.staff import facts
from barterweb.staff.facts import (
    COUNTED,
    SHOWN,
    AccountLine,
    ContestLine,
    Lines,
    ListingLine,
    MemberLine,
    TradeLine,
)
from barterweb.staff.queries.scope import in_scope
from barterweb.standing import queries as standing
from barterweb.standing.models import CreditRequest
from barterweb.standing.queries import Dues
from barterweb.trades.models import Trade, TradeEvent, TradeVersion

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


def queue_of(actor: Actor, *, most: int = SHOWN, bound: int = COUNTED) -> Queue:
    """Return the actor's queue, `most` lines of each kind: a cluster's for its staff, everything for the operator.

    Sixteen queries at most, whatever waits. Lines are looked for in the order of an index, and not beyond `bound`.
    """
    today, now = clock.today(), clock.now()
    late = now - timedelta(days=facts.CONFIRMATION_LATE_DAYS)
    unanswered = now - timedelta(days=facts.NEED_UNANSWERED_DAYS)
    ours, owed = in_scope(actor, Company.id), in_scope(actor, Membership.company_id)
    asked = in_scope(actor, CreditRequest.company_id)
    look = _Look(actor, most, bound)
    limits, idle = look.accounts(ours, today - timedelta(days=facts.IDLE_CREDIT_DAYS))
    return Queue(
        applications=Lines(*members.open_applications(actor, limit=most, bound=bound)),
        disputes=look.trades("disputed", now),
        contests=look.contests(),
        credit=Lines(*standing.waiting_requests(asked, limit=most, bound=bound)),
        deliveries=look.trades("delivered", late),
        limits=limits,
        needs=look.listings(Listing.published_at, *_unanswered_since(unanswered)),
        unpaid=Lines(*standing.overdue_memberships(owed, limit=most, bound=bound)),
        without_offer=look.members(
            Company.joined_on,
            Company.status == "active",
            func.coalesce(Company.offers_until, date.min) < today,
        ),
        idle=idle,
        without_trade=look.members(
            Company.joined_on,
            Company.status.in_(PUBLIC_STATUSES),
            Company.joined_on <= today - timedelta(days=facts.JOINED_WITHOUT_TRADE_DAYS),
            Company.traded_since.is_(None),
        ),
        ending=look.listings(
            Listing.expires_on, Listing.expires_on <= today + timedelta(days=facts.LISTING_ENDS_DAYS)
        ),
        memberships=look.members(
            Company.member_until,
            Company.status.in_(PUBLIC_STATUSES),
            Company.member_until <= today + timedelta(days=facts.MEMBERSHIP_DUE_DAYS),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks for the lines of one actor, `most` of a kind, counted up to `bound`."""

    actor: Actor
    most: int
    bound: int

    def trades(self, state: str, before: datetime) -> Lines[TradeLine]:
        """Trades that came into `state` before a moment; the event that brought them there has its name, or froze them."""
        found, count = first_of(
            select(Trade.id)
            .where(Trade.state == state, Trade.updated_at <= before)
            .where(or_(in_scope(self.actor, Trade.buyer_id), in_scope(self.actor, Trade.seller_id)))
            .order_by(Trade.updated_at, Trade.id),
            self.bound,
        )
        came = (
            select(func.max(TradeEvent.at))
            .where(TradeEvent.trade_id == Trade.id, TradeEvent.kind.in_((state, "frozen")))
            .scalar_subquery()
        )
        since = func.coalesce(came, Trade.updated_at, type_=Trade.updated_at.type).label("since")
        buyer, seller = aliased(Company), aliased(Company)
        query = (
            select(Trade.id, Trade.title, buyer.name, seller.name, TradeVersion.barter_cents, since, count)
            .join(found, found.c.id == Trade.id)
            .join(buyer, buyer.id == Trade.buyer_id)
            .join(seller, seller.id == Trade.seller_id)
            .join(
                TradeVersion,
                and_(TradeVersion.trade_id == Trade.id, TradeVersion.number == Trade.version),
            )
        )
        return self._lines(query.order_by(since, Trade.id), TradeLine)

    def contests(self) -> Lines[ContestLine]:
        """Invoices drawn up under the mandate that their sellers contest."""
        order = (InvoiceContest.contested_at, InvoiceContest.document_id)
        found, count = first_of(
            select(InvoiceContest.document_id)
            .where(InvoiceContest.outcome == "open", in_scope(self.actor, InvoiceContest.company_id))
            .order_by(*order),
            self.bound,
        )
        query = (
            select(
                InvoiceContest.document_id,
                Document.number,
                Company.name,
                InvoiceContest.contested_at,
                count,
            )
            .join(found, found.c.document_id == InvoiceContest.document_id)
            .join(Document, Document.id == InvoiceContest.document_id)
            .join(Company, Company.id == InvoiceContest.company_id)
        )
        return self._lines(query.order_by(*order), ContestLine)

    def accounts(
        self, ours: ColumnElement[bool], since: date
    ) -> tuple[Lines[AccountLine], Lines[AccountLine]]:
        """Accounts near a limit, and accounts with credit that lie idle since a day; their companies are asked once."""
        near, near_total = ledger.accounts_near_limits(
            _accounts(ours),
            floor_bp=facts.NEAR_FLOOR_BP,
            cap_bp=facts.NEAR_CEILING_BP,
            limit=self.most,
            bound=self.bound,
        )
        idle, idle_total = ledger.idle_accounts(
            _accounts(ours),
            above_cents=facts.IDLE_CREDIT_CENTS,
            since=since,
            limit=self.most,
            bound=self.bound,
        )
        names = _company_of([*near, *(lying.account for lying in idle)])
        return (
            Lines([AccountLine(*names[account.id], account) for account in near], near_total),
            Lines(
                [AccountLine(*names[lying.account.id], lying.account, lying.since) for lying in idle],
                idle_total,
            ),
        )

    def listings(
        self, order: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
    ) -> Lines[ListingLine]:
        """Listings online, in an order."""
        found, count = first_of(
            select(Listing.id)
            .where(Listing.status == "online", Listing.expires_on >= clock.today(), *conditions)
            .where(_is_public(Listing.company_id), in_scope(self.actor, Listing.company_id))
            .order_by(order, Listing.id),
            self.bound,
        )
        query = (
            select(
                Listing.id,
                Listing.kind,
                Listing.title,
                Company.id,
                Company.name,
                Listing.published_at,
                Listing.expires_on,
                count,
            )
            .join(found, found.c.id == Listing.id)
            .join(Company, Company.id == Listing.company_id)
        )
        return self._lines(query.order_by(order, Listing.id), ListingLine)

    def members(
        self, day: InstrumentedAttribute[date | None], *conditions: ColumnElement[bool]
    ) -> Lines[MemberLine]:
        """Companies the actor answers for, in the order of a day that their row holds."""
        ours = in_scope(self.actor, Company.id)
        ordered = select(Company.id).where(ours, *conditions).order_by(day, Company.id)
        found, count = first_of(ordered, self.bound)
        query = select(Company.id, Company.name, day, count).join(found, found.c.id == Company.id)
        return self._lines(query.order_by(day, Company.id), MemberLine)

    def _lines(self, query: Select[*tuple[Any, ...]], make: Callable[..., Line]) -> Lines[Line]:
        """Run a query whose last column is how many rows there are."""
        rows = session.execute(query.limit(self.most)).all()
        return Lines([make(*row[:-1]) for row in rows], Count.of(rows[0][-1] if rows else 0, self.bound))


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


def _is_public(company_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return select(Company.id).where(Company.id == company_id, Company.status.in_(PUBLIC_STATUSES)).exists()
