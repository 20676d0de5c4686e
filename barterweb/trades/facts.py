"""Terms of a trade as plain values, with their arithmetic."""

from collections import Counter
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Sale:
    """What is left of a settled sale: its lines, and the parts of its total incl. VAT in Barter and in euros; cents."""

    lines: tuple[InvoiceLine, ...]
    barter_cents: int
    euro_cents: int
    whole: bool = True

    @property
    def gross_cents(self) -> int:
        """What can still be given back, incl. VAT."""
        return self.barter_cents + self.euro_cents


def left_of(sale: Sale, refunds: Sequence[Sale]) -> Sale:
    """Return what is left of a sale after some refunds: one lump sum per VAT rate once something was refunded."""
    if not refunds:
        return sale
    nets: Counter[int] = Counter()
    for part, sign in ((sale, 1), *((refund, -1) for refund in refunds)):
        for line in part.lines:
            nets[line.vat_rate_bp] += sign * line.net_cents
    return Sale(
        lines=tuple(_lump("Solde de l’échange", net, rate) for rate, net in sorted(nets.items()) if net > 0),
        barter_cents=sale.barter_cents - sum(refund.barter_cents for refund in refunds),
        euro_cents=sale.euro_cents - sum(refund.euro_cents for refund in refunds),
        whole=False,
    )


def refund_of(left: Sale, gross_cents: int) -> Sale:
    """Return the refund of about `gross_cents` incl. VAT out of what is left, at each VAT rate and in each part alike.

    VAT is computed on the lines given back, once per rate, so the total may differ from the amount asked by a cent per rate;
    it never exceeds what is left. All that is left is given back as it stands.
    """
    if gross_cents >= left.gross_cents:
        return left
    nets: Counter[int] = Counter()
    for line in left.lines:
        nets[line.vat_rate_bp] += line.net_cents
    shares = {rate: _part(net, gross_cents, left.gross_cents) for rate, net in sorted(nets.items())}
    lines = tuple(_lump("Remboursement partiel", net, rate) for rate, net in shares.items() if net)
    gross = sum(line.net_cents for line in lines) + sum(rate.vat_cents for rate in vat_by_rate(lines))
    barter = min(_part(left.barter_cents, gross, left.gross_cents), left.barter_cents, gross)
    return Sale(lines=lines, barter_cents=barter, euro_cents=gross - barter, whole=False)


def _lump(description: str, net_cents: int, vat_rate_bp: int) -> InvoiceLine:
    return InvoiceLine(
        description=description,
        quantity_milli=1000,
        unit="forfait",
        unit_price_cents=net_cents,
        vat_rate_bp=vat_rate_bp,
    )


def _part(cents: int, share: int, whole: int) -> int:
    """`cents` × share ÷ whole, rounded half up."""
    return (2 * cents * share + whole) // (2 * whole)
