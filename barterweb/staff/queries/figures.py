"""The figures, counted by the database: nothing here names a company."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.counts import kept_if_many
from barterweb.db import session
from barterweb.listings.models import Listing
from barterweb.members.models import Application, Cluster, Company, company_clusters
from barterweb.members.policy import PUBLIC_STATUSES
from barterweb.money import BASIS_POINTS
from barterweb.staff.facts import (
    MANY_TRADES,
    ClusterFigures,
    CompanyCounts,
    Figures,
    MonthFigures,
    Period,
    TradeTotals,
)
from barterweb.staff.queries.scope import companies_of
from barterweb.trades.models import Trade, TradeVersion

DAY_SECONDS = 86_400
MEMBER_STATUSES = ("active", "standby", "suspended")


def figures_of(actor: Actor, period: Period) -> Figures:
    """Return the figures of what the actor answers for.

    A trade counts when one of its two companies is in scope, so one between two regions counts in both. Where the network
    settled more than `MANY_TRADES` in the period, each process counts once a day, and the figures say when.
    """
    name = ("figures", actor.kind, actor.cluster_id, actor.region_id, period, clock.today())
    settled = select(Trade.id).where(Trade.state == "settled", *_within(period))
    return kept_if_many(
        name, settled, lambda: _figures_of(actor, period), bound=MANY_TRADES, seconds=DAY_SECONDS
    )


def _figures_of(actor: Actor, period: Period) -> Figures:
    """Count in thirteen queries, whatever the size of the network."""
    companies = companies_of(actor)
    settled = _settled(companies, period)
    online = _listings_online(companies)
    return Figures(
        period=period,
        companies=_company_counts(companies, settled, period),
        offers=online.get("offer", 0),
        needs=online.get("need", 0),
        totals=_totals(settled),
        months=_months(settled, period),
        clusters=_clusters(actor, settled, period),
        supply_cents=ledger.supply_cents(select(Company.account_id).where(Company.id.in_(companies))),
        year_cents=_year_cents(companies),
        counted_at=clock.now(),
    )


def _settled(companies: Select[str], period: Period) -> CTE:
    """Trades settled in the period, with what was really settled: a decision on a dispute settles a share.

    Disputes are settled in whole percents, which the Barter part settled gives back; so the other parts follow from it
    without a product that could leave the range of integers.
    """
    full = TradeVersion.barter_cents
    percent = (Trade.settled_barter_cents * 100 + full // 2) // full
    commission = (
        TradeVersion.net_cents * percent // 100 * Trade.commission_rate_bp + BASIS_POINTS // 2
    ) // BASIS_POINTS
    return (
        select(
            Trade.id,
            Trade.buyer_id,
            Trade.seller_id,
            Trade.settled_at,
            Trade.settled_barter_cents.label("barter_cents"),
            (TradeVersion.euro_cents * percent // 100).label("euro_cents"),
            case((Trade.commission_waived.is_(True), commission), else_=0).label("waived_cents"),
            case((_share_a_cluster(), 0), else_=1).label("between_clusters"),
        )
        .join(TradeVersion, and_(TradeVersion.trade_id == Trade.id, TradeVersion.number == Trade.version))
        .where(Trade.state == "settled", *_within(period))
        .where(or_(Trade.buyer_id.in_(companies), Trade.seller_id.in_(companies)))
        .cte("settled")
    )


def _share_a_cluster() -> ColumnElement[bool]:
    buyers, sellers = company_clusters.alias(), company_clusters.alias()
    return (
        select(buyers.c.cluster_id)
        .join(sellers, sellers.c.cluster_id == buyers.c.cluster_id)
        .where(buyers.c.company_id == Trade.buyer_id, sellers.c.company_id == Trade.seller_id)
        .exists()
    )


def _within(period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        Trade.settled_at >= clock.start_of(period.start),
        Trade.settled_at < clock.start_of(period.end + timedelta(days=1)),
    )


def _company_counts(companies: Select[str], settled: CTE, period: Period) -> CompanyCounts:
    sides = union_all(
        select(settled.c.buyer_id.label("company_id"), literal(1).label("bought"), literal(0).label("sold")),
        select(settled.c.seller_id, literal(0), literal(1)),
    ).subquery()
    traders = (
        select(func.max(sides.c.bought).label("bought"), func.max(sides.c.sold).label("sold"))
        .where(sides.c.company_id.in_(companies))
        .group_by(sides.c.company_id)
        .subquery()
    )
    active, both = session.execute(
        select(func.count(), func.coalesce(func.sum(traders.c.bought * traders.c.sold), 0)).select_from(
            traders
        )
    ).one()
    registered = select(func.count()).where(Company.id.in_(companies), *_registered(period))
    return CompanyCounts(session.scalar(registered) or 0, active, int(both))


def _registered(period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Company.status.in_(MEMBER_STATUSES), Company.joined_on <= period.end


def _listings_online(companies: Select[str]) -> dict[str, int]:
    query = select(Listing.kind, func.count()).join(Company, Company.id == Listing.company_id)
    query = query.where(Listing.company_id.in_(companies), *_online()).group_by(Listing.kind)
    return {row[0]: row[1] for row in session.execute(query)}


def _online() -> tuple[ColumnElement[bool], ...]:
    return (
        Listing.status == "online",
        Listing.expires_on >= clock.today(),
        Company.status.in_(PUBLIC_STATUSES),
        or_(Company.status == "active", Listing.kind == "need"),
    )


def _totals(settled: CTE) -> TradeTotals:
    names = ("barter_cents", "euro_cents", "waived_cents", "between_clusters")
    sums = [func.coalesce(func.sum(settled.c[name]), 0) for name in names]
    count, *found = session.execute(select(func.count(), *sums).select_from(settled)).one()
    return TradeTotals(count, *map(int, found))


def _months(settled: CTE, period: Period) -> list[MonthFigures]:
    """The months of the period, those without a trade included; a month begins at midnight in Paris."""
    firsts = period.months()
    later = [(settled.c.settled_at >= clock.start_of(first), number) for number, first in enumerate(firsts)][
        ::-1
    ]
    numbered = select(
        case(*later, else_=-1).label("number"), settled.c.barter_cents, settled.c.euro_cents
    ).subquery()
    rows = session.execute(
        select(
            numbered.c.number,
            func.count(),
            func.sum(numbered.c.barter_cents),
            func.sum(numbered.c.euro_cents),
        ).group_by(numbered.c.number)
    )
    found = {row[0]: (row[1], int(row[2]), int(row[3])) for row in rows}
    return [MonthFigures(first, *found.get(number, (0, 0, 0))) for number, first in enumerate(firsts)]


def _clusters(actor: Actor, settled: CTE, period: Period) -> list[ClusterFigures]:
    registered = _by_cluster(_registered(period))
    active = _by_cluster(
        (
            company_clusters.c.company_id.in_(
                union_all(select(settled.c.buyer_id), select(settled.c.seller_id))
            ),
        )
    )
    listings = _listings_by_cluster()
    trades = _trades_by_cluster(settled)
    referred = _referred_by_cluster(period)
    return [
        ClusterFigures(
            name=name,
            registered=registered.get(cluster_id, 0),
            active=active.get(cluster_id, 0),
            offers=listings.get((cluster_id, "offer"), 0),
            needs=listings.get((cluster_id, "need"), 0),
            referred=referred.get(cluster_id, (0, 0))[0],
            referred_joined=referred.get(cluster_id, (0, 0))[1],
            **dict(
                zip(("trades", "barter_cents", "euro_cents"), trades.get(cluster_id, (0, 0, 0)), strict=True)
            ),
        )
        for cluster_id, name in _clusters_of(actor)
    ]


def _clusters_of(actor: Actor) -> Sequence[Row[str, str]]:
    query = select(Cluster.id, Cluster.name).order_by(Cluster.name, Cluster.id)
    if actor.kind == "staff":
        query = query.where(Cluster.id == actor.cluster_id)
    elif actor.kind != "operator":
        query = query.where(Cluster.region_id == actor.region_id)
    return session.execute(query).all()


def _by_cluster(conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Count companies that meet the conditions; one of several clusters counts in each."""
    query = (
        select(company_clusters.c.cluster_id, func.count())
        .join(Company, Company.id == company_clusters.c.company_id)
        .where(*conditions)
        .group_by(company_clusters.c.cluster_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _referred_by_cluster(period: Period) -> dict[str, tuple[int, int]]:
    """Count applications of the period that came from a cluster's framed page, and those of them approved."""
    query = (
        select(
            Application.via_cluster_id,
            func.count(),
            func.sum(case((Application.status == "approved", 1), else_=0)),
        )
        .where(
            Application.via_cluster_id.is_not(None),
            Application.created_at >= clock.start_of(period.start),
            Application.created_at < clock.start_of(period.end + timedelta(days=1)),
        )
        .group_by(Application.via_cluster_id)
    )
    return {row[0]: (row[1], int(row[2])) for row in session.execute(query)}


def _listings_by_cluster() -> dict[tuple[str, str], int]:
    query = (
        select(company_clusters.c.cluster_id, Listing.kind, func.count())
        .join(Company, Company.id == company_clusters.c.company_id)
        .join(Listing, Listing.company_id == Company.id)
        .where(*_online())
        .group_by(company_clusters.c.cluster_id, Listing.kind)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _trades_by_cluster(settled: CTE) -> dict[str, tuple[int, int, int]]:
    """Trades in which a company of the cluster took part, once each even when both sides are of it."""
    sides = [
        select(company_clusters.c.cluster_id, settled.c.id).join(
            settled, side == company_clusters.c.company_id
        )
        for side in (settled.c.buyer_id, settled.c.seller_id)
    ]
    involved = union(*sides).subquery()
    query = (
        select(
            involved.c.cluster_id,
            func.count(),
            func.sum(settled.c.barter_cents),
            func.sum(settled.c.euro_cents),
        )
        .join(settled, settled.c.id == involved.c.id)
        .group_by(involved.c.cluster_id)
    )
    return {row[0]: (row[1], int(row[2]), int(row[3])) for row in session.execute(query)}


def _year_cents(companies: Select[str]) -> int:
    """What was settled in Barter in the 365 days to now."""
    query = select(func.coalesce(func.sum(Trade.settled_barter_cents), 0)).where(
        Trade.state == "settled",
        Trade.settled_at >= clock.now() - timedelta(days=365),
        or_(Trade.buyer_id.in_(companies), Trade.seller_id.in_(companies)),
    )
    return int(session.scalar(query) or 0)
