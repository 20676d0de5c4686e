"""Plain values of staff: what the queue lists and from when on, periods, what a decision moves, the figures.

Amounts are cents of Barter unless a name says euro.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from barterweb.ledger import AccountView
from barterweb.money import BASIS_POINTS, share_bp
from barterweb.trades.facts import Commission, Terms, share_of

SHOWN = 10
"""Lines of one kind that the queue shows; the total is said beside, and leads to the list of this kind."""

COUNTED = 25
"""Lines of one kind that the queue counts, and that the list of a kind shows; beyond, it says that there are more."""

IN_FILE = 5_000
"""Lines of one kind that the queue's file holds at most; it says how many there are in all."""

COUNTED_FOR_FILE = 100_000
"""Lines of one kind that are counted for the file."""

SECTIONS = {
    "applications": "Candidatures",
    "disputes": "Litiges",
    "contests": "Factures contestées",
    "credit": "Demandes de crédit",
    "deliveries": "Livraisons à confirmer",
    "limits": "Comptes près d’une limite",
    "needs": "Besoins sans réponse",
    "unpaid": "Adhésions à régler",
    "without_offer": "Membres sans offre",
    "idle": "Crédit dormant",
    "without_trade": "Membres sans échange",
    "ending": "Annonces bientôt expirées",
    "memberships": "Adhésions à renouveler",
}
"""The kinds of lines of the queue, the most urgent first, as `Queue` and the screen name them."""

SLUGS = {
    "applications": "candidatures",
    "disputes": "litiges",
    "contests": "contestations",
    "credit": "credit",
    "deliveries": "livraisons",
    "limits": "limites",
    "needs": "besoins",
    "unpaid": "adhesions",
    "without_offer": "sans-offre",
    "idle": "credit-dormant",
    "without_trade": "sans-echange",
    "ending": "fins",
    "memberships": "renouvellements",
}
"""The same kinds in addresses."""

CONFIRMATION_LATE_DAYS = 7
NEED_UNANSWERED_DAYS = 3
JOINED_WITHOUT_TRADE_DAYS = 30
LISTING_ENDS_DAYS = 14
MEMBERSHIP_DUE_DAYS = 30
IDLE_CREDIT_DAYS = 90
IDLE_CREDIT_CENTS = 500_00
NEAR_FLOOR_BP = 2000
"""Less than this share of the credit line is available."""
NEAR_CEILING_BP = 8000
"""The balance is above this share of the ceiling."""

MONTHS_SHOWN = 12
MANY_TRADES = 10_000
"""Where more trades were settled in a period, its figures are counted once a day."""

Row = TypeVar("Row")


# ------------------------------------------------------------------------------------------------------- the queue


@dataclass(frozen=True, slots=True)
class Lines(Generic[Row]):
    """The most urgent lines of one kind, and how many there are (a `Count`)."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class TradeLine:
    """A trade that waits, and since when."""

    trade_id: str
    title: str
    buyer: str
    seller: str
    barter_cents: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ContestLine:
    """An invoice that its seller contests, and since when."""

    document_id: str
    number: str
    seller: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A company's account; `since` is the day it fell idle, None when something else is the matter."""

    company_id: str
    company: str
    account: AccountView
    since: date | None = None

    @property
    def near_ceiling(self) -> bool:
        """Whether the balance is about to reach the account's ceiling."""
        cap = self.account.balance_cap_cents
        return cap is not None and self.account.balance_cents * BASIS_POINTS > cap * NEAR_CEILING_BP


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A listing with its company, its publication and its last day."""

    listing_id: str
    kind: str
    title: str
    company_id: str
    company: str
    published_at: datetime
    expires_on: date


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A company and the day that matters: when it joined, or when its membership ends."""

    company_id: str
    company: str
    on: date


# --------------------------------------------------------------------------------------------------------- periods


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def months(self) -> list[date]:
        """Return the first days of the last months of the period, `MONTHS_SHOWN` at most, the oldest first."""
        firsts = [self.end.replace(day=1)]
        while firsts[-1] > self.start and len(firsts) < MONTHS_SHOWN:
            firsts.append(_month_before(firsts[-1]))
        return firsts[::-1]


def months_to(day: date, count: int) -> Period:
    """Return the period of `count` months whose last one is that of `day`, up to that day."""
    start = day.replace(day=1)
    for _ in range(count - 1):
        start = _month_before(start)
    return Period(start, day)


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


# -------------------------------------------------------------------------------------------------------- disputes


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision on a dispute moves. `terms` are those of the share settled, None when the trade is cancelled."""

    settled_share_bp: int
    terms: Terms | None
    held_cents: int
    commission_buyer_cents: int
    commission_seller_cents: int

    @property
    def barter_cents(self) -> int:
        """What the seller is paid."""
        return self.terms.barter_cents if self.terms else 0

    @property
    def euro_cents(self) -> int:
        """What the buyer owes the seller in euros, outside the accounts."""
        return self.terms.euro_cents if self.terms else 0

    @property
    def debit_cents(self) -> int:
        """What leaves the buyer's account."""
        return self.barter_cents + self.commission_buyer_cents

    @property
    def credit_cents(self) -> int:
        """What reaches the seller's account."""
        return self.barter_cents - self.commission_seller_cents

    @property
    def released_cents(self) -> int:
        """What the buyer may spend again."""
        return self.held_cents - self.debit_cents


def ruling_of(terms: Terms, commission: Commission, settled_share_bp: int) -> Ruling:
    """Return what settling a share of a trade moves, as `trades.settlement.settle_dispute` will.

    Raises `InvalidTerms` when the share of a small amount comes to nothing.
    """
    if not 0 <= settled_share_bp <= BASIS_POINTS:
        raise ValueError(f"{settled_share_bp} is not a share in basis points")
    return Ruling(
        settled_share_bp=settled_share_bp,
        terms=share_of(terms, settled_share_bp) if settled_share_bp else None,
        held_cents=terms.barter_cents + commission.buyer_cents,
        commission_buyer_cents=share_bp(commission.buyer_cents, settled_share_bp),
        commission_seller_cents=share_bp(commission.seller_cents, settled_share_bp),
    )


# --------------------------------------------------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class CompanyCounts:
    """Members at the end of the period; those that settled a trade in it; those that both bought and sold."""

    registered: int
    active: int
    both: int


@dataclass(frozen=True, slots=True)
class TradeTotals:
    """Trades settled in the period: both parts of their value, the commission waived on them (cents of Barter), and how
    many were between companies that share no cluster.
    """

    trades: int
    barter_cents: int
    euro_cents: int
    waived_cents: int
    between_clusters: int


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Trades settled in one month of the period."""

    month: date
    trades: int
    barter_cents: int
    euro_cents: int


@dataclass(frozen=True, slots=True)
class ClusterFigures:
    """One cluster: its members, those active, its listings online, the trades in which one of its members took part.

    `referred` are the applications received in the period from visitors of its framed page, `referred_joined` those of them
    approved since.
    """

    name: str
    registered: int
    active: int
    offers: int
    needs: int
    trades: int
    barter_cents: int
    euro_cents: int
    referred: int = 0
    referred_joined: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a network, a region or a cluster. No company can be told from them by name.

    `supply_cents` is the sum of positive balances; `year_cents` what was settled in Barter in the 365 days to today.
    """

    period: Period
    companies: CompanyCounts
    offers: int
    needs: int
    totals: TradeTotals
    months: Sequence[MonthFigures]
    clusters: Sequence[ClusterFigures]
    supply_cents: int
    year_cents: int
    counted_at: datetime | None = None

    @property
    def counted_daily(self) -> bool:
        """Whether so much was traded that it is counted once a day."""
        return self.totals.trades > MANY_TRADES

    @property
    def velocity_milli(self) -> int | None:
        """How often the supply changes hands in a year, in thousandths rounded to hundredths; None without supply."""
        if not self.supply_cents:
            return None
        return (self.year_cents * 100 + self.supply_cents // 2) // self.supply_cents * 10
