"""One trade with its story, and the figures of the check pages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents import queries as documents
from barterweb.documents.facts import InvoiceLine
from barterweb.errors import NotFound
from barterweb.members import queries as members
from barterweb.members.models import Company, Person, company_clusters
from barterweb.money import share_bp
from barterweb.trades.facts import Commission, Figure, Sale, Terms, commission_on, left_of, near_limit
from barterweb.trades.models import Trade, TradeEvent, TradeLine, TradeRefund, TradeVersion
from barterweb.trades.states import OPEN_STATES

INTERNAL_EVENTS = ("approval_asked", "approved", "approval_refused")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a trade's story, with the name of who acted (empty when time did)."""

    kind: str
    version: int
    company_id: str | None
    person_name: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """All a check page shows to one side: the terms, the commission, and its account before and after."""

    terms: Terms
    commission: Commission
    own_commission_cents: int
    buys: bool
    own: Company
    other: Company
    figure: Figure | None


def trade_for(trade_id: str, actor: Actor) -> Trade:
    """Return the trade if this actor may see it, else raise `NotFound`.

    Its two companies' traders and administrators, their accountants, staff of their clusters, and operator staff may.
    """
    trade = session.scalar(visible(with_companies(select(Trade)), actor).where(Trade.id == trade_id))
    if trade is None:
        raise NotFound
    return trade


def own_company(actor: Actor) -> Company:
    """Return the company the actor trades for."""
    return session.get_one(Company, actor.member_company_id)


def current_version(trade: Trade) -> TradeVersion:
    """Return the version on the table, or agreed."""
    return session.get_one(TradeVersion, (trade.id, trade.version))


def amounts_of(trades: Sequence[Trade]) -> dict[str, TradeVersion]:
    """Return the current version of each trade by trade id; one query."""
    if not trades:
        return {}
    rows = session.scalars(
        select(TradeVersion)
        .join(Trade, (Trade.id == TradeVersion.trade_id) & (Trade.version == TradeVersion.number))
        .where(Trade.id.in_([trade.id for trade in trades]))
    )
    return {row.trade_id: row for row in rows}


def versions_of(trade: Trade) -> Sequence[TradeVersion]:
    """Return all versions, the latest first, with their lines."""
    query = select(TradeVersion).where(TradeVersion.trade_id == trade.id).order_by(TradeVersion.number.desc())
    return session.scalars(query.options(joinedload(TradeVersion.lines))).unique().all()


def terms_of(trade_id: str, number: int) -> Terms:
    """Return a version as plain terms."""
    version = session.get_one(TradeVersion, (trade_id, number))
    rows = session.scalars(
        select(TradeLine)
        .where(TradeLine.trade_id == trade_id, TradeLine.version == number)
        .order_by(TradeLine.position)
    )
    lines = tuple(
        InvoiceLine(
            description=row.description,
            quantity_milli=row.quantity_milli,
            unit=row.unit,
            unit_price_cents=row.unit_price_cents,
            vat_rate_bp=row.vat_rate_bp,
        )
        for row in rows
    )
    return Terms(
        lines=lines,
        settlement=version.settlement,
        delivery_on=version.delivery_on,
        delivery_place=version.delivery_place,
        message=version.message,
        euro_part_cents=version.euro_cents,
    )


def refunds_of(trade_id: str) -> Sequence[TradeRefund]:
    """Return what was given back of a trade, the oldest first."""
    query = select(TradeRefund).where(TradeRefund.trade_id == trade_id).order_by(TradeRefund.refunded_at)
    return session.scalars(query).all()


def left_to_refund(trade: Trade) -> Sale:
    """Return what of a settled trade was not given back yet."""
    refunds = [
        Sale(
            tuple(InvoiceLine.from_json(json.dumps(line)) for line in json.loads(row.lines)),
            row.barter_cents,
            row.euro_cents,
        )
        for row in refunds_of(trade.id)
    ]
    return left_of(_sale_of(trade), refunds)


def _sale_of(trade: Trade) -> Sale:
    """What was sold, as the invoice or the draft states it; as agreed for trades older than drafts."""
    facts = documents.sale_of_trade(trade.id)
    if facts is not None:
        return Sale(facts.lines, facts.paid_barter_cents, facts.due_euro_cents)
    terms = terms_of(trade.id, trade.version)
    return Sale(
        terms.lines, trade.settled_barter_cents or 0, terms.gross_cents - (trade.settled_barter_cents or 0)
    )


def events_of(trade: Trade, reader: Actor) -> list[Event]:
    """Return what happened, the oldest first; what a company decided within its walls, to its own people only."""
    walls = or_(TradeEvent.kind.not_in(INTERNAL_EVENTS), TradeEvent.company_id.in_(reader.company_ids))
    rows = session.execute(
        select(TradeEvent, Person.name)
        .outerjoin(Person, Person.id == TradeEvent.person_id)
        .where(TradeEvent.trade_id == trade.id, walls)
        .order_by(TradeEvent.at, TradeEvent.id)
    )
    return [Event(e.kind, e.version, e.company_id, name or "", e.note, e.at) for e, name in rows]


def commission_in_force(seller: Company, net_cents: int) -> Commission:
    """Return today's commission on a sale of `net_cents` excl. VAT, by the terms of the seller's region."""
    terms = members.terms_in_force(seller.region_id, clock.today())
    return commission_on(
        net_cents,
        rate_bp=terms.commission_rate_bp,
        payer=terms.commission_payer,
        waived=terms.commission_waived,
    )


def check_of_terms(terms: Terms, buyer: Company, seller: Company, actor: Actor) -> Check:
    """Return what the check page says before proposing these terms or agreeing to them."""
    return _check(terms, commission_in_force(seller, terms.net_cents), buyer, seller, actor, held=False)


def check_of_trade(trade: Trade, actor: Actor) -> Check:
    """Return what the check page says about the version on the table, or agreed."""
    terms = terms_of(trade.id, trade.version)
    if trade.commission_rate_bp is None or trade.commission_waived is None:
        return check_of_terms(terms, trade.buyer, trade.seller, actor)
    commission = Commission(
        trade.commission_rate_bp,
        trade.commission_waived,
        share_bp(terms.net_cents, trade.commission_rate_bp),
        trade.commission_buyer_cents,
        trade.commission_seller_cents,
    )
    return _check(terms, commission, trade.buyer, trade.seller, actor, held=trade.state in OPEN_STATES)


def _check(
    terms: Terms, commission: Commission, buyer: Company, seller: Company, actor: Actor, *, held: bool
) -> Check:
    buys = actor.company_id == buyer.id
    own, other = (buyer, seller) if buys else (seller, buyer)
    own_commission = commission.buyer_cents if buys else commission.seller_cents
    figure = None
    if actor.is_member and own.account_id:
        moved = -terms.barter_cents - own_commission if buys else terms.barter_cents - own_commission
        threshold_bp = members.terms_in_force(own.region_id, clock.today()).soft_threshold_bp
        figure = _figure(ledger.account_view(own.account_id), moved, held=held, threshold_bp=threshold_bp)
    return Check(terms, commission, own_commission, buys, own, other, figure)


def _figure(account: ledger.AccountView, moved_cents: int, *, held: bool, threshold_bp: int) -> Figure:
    """An account before and after it pays (negative) or receives; `held` when a hold has reserved or promised it."""
    before, after = account.balance_cents, account.balance_cents + moved_cents
    limit = account.credit_limit_cents or 0
    available = account.available_cents if account.available_cents is not None else 0
    paid_in_advance = held and moved_cents < 0
    available_after = available if paid_in_advance else available + moved_cents
    over = 0 if held or account.room_cents is None else max(0, moved_cents - account.room_cents)
    return Figure(
        before_cents=before,
        after_cents=after,
        available_before_cents=available,
        available_after_cents=available_after,
        missing_cents=max(0, -available_after) if moved_cents < 0 else over,
        near_limit=moved_cents < 0 and after < 0 and near_limit(limit, available_after, threshold_bp),
    )


def with_companies(query: Select[Trade]) -> Select[Trade]:
    """Load the two companies with each trade."""
    return query.options(joinedload(Trade.buyer), joinedload(Trade.seller))


def visible(query: Select[Trade], actor: Actor) -> Select[Trade]:
    """Leave only the trades that the actor may see."""
    if actor.kind == "operator":
        return query
    return query.where(_involves(actor))


def _involves(actor: Actor) -> ColumnElement[bool]:
    if actor.kind == "staff":
        companies = select(company_clusters.c.company_id).where(
            company_clusters.c.cluster_id == actor.cluster_id
        )
        return or_(Trade.buyer_id.in_(companies), Trade.seller_id.in_(companies))
    return or_(Trade.buyer_id.in_(actor.company_ids), Trade.seller_id.in_(actor.company_ids))
