"""Terms of a trade as plain values, with their arithmetic."""

from dataclasses import dataclass, replace
from datetime import date

from barterweb.documents.facts import InvoiceLine, vat_by_rate
from barterweb.money import BASIS_POINTS, MAX_CENTS, Credits, share_bp
from barterweb.trades.errors import BarterPartTooSmall, InvalidTerms

SETTLEMENTS = ("barter", "net_in_barter", "share")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one side proposes. `euro_cents` is only read when `settlement` is "share".

    Raises `InvalidTerms` when the terms make no trade.
    """

    lines: tuple[InvoiceLine, ...]
    settlement: str
    delivery_on: date
    delivery_place: str
    message: str = ""
    euro_part_cents: int = 0

    def __post_init__(self) -> None:
        if not self.lines:
            raise InvalidTerms("no_line")
        if not 1 <= self.gross_cents <= MAX_CENTS:
            raise InvalidTerms("total")
        if self.barter_cents < 1:
            raise InvalidTerms("no_barter")

    @property
    def net_cents(self) -> int:
        """Total excl. VAT."""
        return sum(line.net_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        """VAT, rounded once per rate."""
        return sum(rate.vat_cents for rate in vat_by_rate(self.lines))

    @property
    def gross_cents(self) -> int:
        """Total incl. VAT."""
        return self.net_cents + self.vat_cents

    @property
    def euro_cents(self) -> int:
        """The part paid in euros, outside the ledger."""
        return {"barter": 0, "net_in_barter": self.vat_cents, "share": self.euro_part_cents}[self.settlement]

    @property
    def barter_cents(self) -> int:
        """The part paid in Barter."""
        return self.gross_cents - self.euro_cents


def share_of(terms: Terms, rate_bp: int) -> Terms:
    """Reduce terms to a share in basis points: each line to a lump sum, the euro part alike (settlement of a dispute)."""
    if rate_bp == BASIS_POINTS:
        return terms
    lines = (
        InvoiceLine(
            description=line.description,
            quantity_milli=1000,
            unit="forfait",
            unit_price_cents=share_bp(line.net_cents, rate_bp),
            vat_rate_bp=line.vat_rate_bp,
        )
        for line in terms.lines
    )
    return replace(terms, lines=tuple(lines), euro_part_cents=terms.euro_part_cents * rate_bp // BASIS_POINTS)


@dataclass(frozen=True, slots=True)
class Commission:
    """The operator's commission on a trade: its base is the whole trade excl. VAT, euro part included (product rule).

    `full_cents` is what it would be without waiver; the two shares are what is taken in Barter at settlement.
    """

    rate_bp: int
    waived: bool
    full_cents: int
    buyer_cents: int
    seller_cents: int


def commission_on(net_cents: int, *, rate_bp: int, payer: str, waived: bool) -> Commission:
    """Compute the commission in cents, rounded half up; a shared one is split in two, the odd cent to the seller."""
    full = share_bp(net_cents, rate_bp)
    due = 0 if waived else full
    buyer = {"seller": 0, "buyer": due, "shared": due // 2}[payer]
    return Commission(rate_bp, waived, full, buyer, due - buyer)


def require_commission_covered(commission: Commission, barter_cents: int) -> None:
    """Raise `BarterPartTooSmall` when the seller's commission is more than the Barter it receives."""
    if commission.seller_cents > barter_cents:
        raise BarterPartTooSmall(Credits(commission.seller_cents))


@dataclass(frozen=True, slots=True)
class Figure:
    """One account seen through a trade: before, after, and what stays available; cents of Barter."""

    before_cents: int
    after_cents: int
    available_before_cents: int
    available_after_cents: int
    missing_cents: int
    near_limit: bool
