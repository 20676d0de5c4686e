"""Lists of trades: a company's, its first page, and what the network traded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, literal, select, true, union_all

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.counts import BOUND, Count
from barterweb.db import memory, session
from barterweb.errors import NotFound
from barterweb.listings import queries as listings
from barterweb.listings.facts import Suggestion
from barterweb.trades.models import Trade, TradeVersion
from barterweb.trades.policy import must_act
from barterweb.trades.queries.one import amounts_of, own_company, visible, with_companies
from barterweb.trades.states import OPEN_STATES

PER_PAGE = 20
OPEN_SHOWN = 30
MOST_SIDES = 40
"""Companies of one actor whose trades are each read in order; those of more are sorted."""
_LATEST_FIRST = (Trade.updated_at.desc(), Trade.id)


@dataclass(frozen=True, slots=True)
class TradePage:
    """One page of a list of trades."""

    trades: Sequence[Trade]
    amounts: dict[str, TradeVersion]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a company, up to `end`: its balance then, what it sold and bought in Barter; all in cents."""

    end: date
    balance_cents: int
    sold_cents: int
    bought_cents: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A member's first page: the account, what waits, twelve months, where to buy and sell, first steps not yet taken.

    What waits are the `OPEN_SHOWN` trades under way that moved longest ago; there may be `more`.
    """

    account: ledger.AccountView
    to_do: Sequence[Trade]
    waiting: Sequence[Trade]
    more: bool
    amounts: dict[str, TradeVersion]
    months: list[Month]
    suggestions: list[Suggestion]
    has_offer: bool
    has_need: bool
    has_traded: bool


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """Settled trades of the last twelve months; volume in cents of Barter."""

    trades_settled: int
    volume_cents: int


def trades_of(actor: Actor, *, group: str, number: int) -> TradePage:
    """Return one page of the company's trades: "open", "closed" or "all", the latest movement first; raises `NotFound`."""
    offset = (number - 1) * PER_PAGE
    found = _ids_of(actor, group, offset + BOUND + 1)
    total = Count.of(session.scalar(select(func.count()).select_from(found)) or 0, offset + BOUND)
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= number <= pages:
        raise NotFound
    first = _ids_of(actor, group, offset + PER_PAGE)
    page = with_companies(select(Trade).join(first, first.c.id == Trade.id)).order_by(*_LATEST_FIRST)
    trades = session.scalars(page.limit(PER_PAGE).offset(offset)).all()
    return TradePage(trades, amounts_of(trades), number, pages, total)


def _ids_of(actor: Actor, group: str, limit: int) -> Subquery:
    """Select the latest trades of a group: of each company what it bought and what it sold, each in the order of an index.

    Those under way are few, and found by their state. Staff, and accountants of many companies, read all of theirs.
    """
    states = {"open": Trade.state.in_(OPEN_STATES), "closed": Trade.state.not_in(OPEN_STATES)}
    which = states.get(group, true())
    if not 1 <= len(actor.company_ids) <= MOST_SIDES:
        return visible(select(Trade.id), actor).where(which).order_by(*_LATEST_FIRST).limit(limit).subquery()
    others = Trade.buyer_id.not_in(actor.company_ids)  # between two of them, it was found as bought
    sides = [
        select(Trade.id).where(side, which)
        for company_id in sorted(actor.company_ids)
        for side in (Trade.buyer_id == company_id, (Trade.seller_id == company_id) & others)
    ]
    if group != "open":
        sides = [select(side.order_by(*_LATEST_FIRST).limit(limit).subquery()) for side in sides]
    return union_all(*sides).subquery()


def dashboard(actor: Actor) -> Dashboard:
    """Return the member's first page: a fixed number of queries, whatever the history."""
    company = own_company(actor)
    account = ledger.account_view(company.account_id or "")
    mine = visible(with_companies(select(Trade)), actor).where(Trade.state.in_(OPEN_STATES))
    open_ones = session.scalars(mine.order_by(Trade.updated_at).limit(OPEN_SHOWN + 1)).all()
    trades = open_ones[:OPEN_SHOWN]
    published = listings.latest_own(company.id)
    return Dashboard(
        account=account,
        to_do=[trade for trade in trades if must_act(trade, company.id)],
        waiting=[trade for trade in trades if not must_act(trade, company.id)],
        more=len(open_ones) > OPEN_SHOWN,
        amounts=amounts_of(trades),
        months=_months_of(company.id, account.id),
        suggestions=listings.suggestions_for(published),
        has_offer=any(listing.kind == "offer" for listing in published),
        has_need=any(listing.kind == "need" for listing in published),
        has_traded=bool(trades) or session.scalar(select(_takes_part(company.id))) is True,
    )


def _takes_part(company_id: str) -> ColumnElement[bool]:
    """In any trade, whatever became of it."""
    return exists().where((Trade.buyer_id == company_id) | (Trade.seller_id == company_id))


def _months_of(company_id: str, account_id: str) -> list[Month]:
    """Return twelve months in two queries: balances from the ledger, sales and purchases from settled trades."""
    ends = _month_ends(clock.today())
    year = _settled_between(ends[0].replace(day=1), ends[-1])
    sums = [
        func.coalesce(
            func.sum(case((_settled_between(end.replace(day=1), end), Trade.settled_barter_cents), else_=0)),
            0,
        )
        for end in ends
    ]
    sold = select(literal("sold"), *sums).where(Trade.seller_id == company_id, year)
    bought = select(literal("bought"), *sums).where(Trade.buyer_id == company_id, year)
    cents = {side: list(map(int, totals)) for side, *totals in session.execute(union_all(sold, bought))}
    balances = ledger.month_end_balances(account_id, ends)
    return [Month(*month) for month in zip(ends, balances, cents["sold"], cents["bought"], strict=True)]


def _settled_between(first: date, last: date) -> ColumnElement[bool]:
    return and_(
        Trade.settled_at >= clock.start_of(first), Trade.settled_at < clock.start_of(last + timedelta(days=1))
    )


def _month_ends(today: date) -> list[date]:
    """The last days of the eleven months before this one, and today."""
    firsts = [
        date(today.year - (today.month <= back), (today.month - back - 1) % 12 + 1, 1) for back in range(11)
    ]
    return [*(first - timedelta(days=1) for first in reversed(firsts)), today]


def network_figures() -> NetworkFigures:
    """Return how much the network traded over twelve months, up to this moment.

    What was settled before today does not change: each process sums it once a day.
    """
    today = clock.today()
    kept: dict[date, NetworkFigures] = memory().setdefault("settled_before", {})
    if today not in kept:
        kept.clear()
        kept[today] = _settled(clock.start_of(today - timedelta(days=365)), clock.start_of(today))
    earlier, since = kept[today], _settled(clock.start_of(today), None)
    return NetworkFigures(
        earlier.trades_settled + since.trades_settled, earlier.volume_cents + since.volume_cents
    )


def _settled(since: datetime, until: datetime | None) -> NetworkFigures:
    query = select(func.count(), func.coalesce(func.sum(Trade.settled_barter_cents), 0)).where(
        Trade.state == "settled", Trade.settled_at >= since
    )
    if until is not None:
        query = query.where(Trade.settled_at < until)
    number, volume = session.execute(query).one()
    return NetworkFigures(number, int(volume or 0))


def disputed_trades() -> Sequence[Trade]:
    """Return all disputes, the oldest first (operator's queue)."""
    query = with_companies(select(Trade)).where(Trade.state == "disputed").order_by(Trade.updated_at)
    return session.scalars(query).all()
