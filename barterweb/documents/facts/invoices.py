"""What an invoice says: lines, VAT per rate, totals, what was paid in Barter and what is due in euros."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from barterweb.documents.facts.frozen import Facts, require
from barterweb.documents.facts.parties import Address, Party
from barterweb.money import BASIS_POINTS, share_bp, vat_of

Nature = Literal["goods", "services", "mixed"]

_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine(Facts):
    """One line. `quantity_milli` counts thousandths of the unit; `net_cents` is derived, rounded half up.

    Quantities and prices are positive (EN 16931, BR-27): what is taken back is a credit note.
    """

    description: str
    quantity_milli: int
    unit: str
    unit_price_cents: int
    vat_rate_bp: int
    net_cents: int = field(init=False)

    def __post_init__(self) -> None:
        require(self.quantity_milli > 0, "a quantity is not positive")
        require(self.unit_price_cents >= 0, "a unit price is negative")
        require(0 <= self.vat_rate_bp < BASIS_POINTS, "a VAT rate is not between 0 and 100 %")
        # 10 basis points are one thousandth: the share of price × thousandths that makes the net amount.
        object.__setattr__(self, "net_cents", share_bp(self.unit_price_cents * self.quantity_milli, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class VatSummary(Facts):
    """VAT of all lines of one rate, rounded half up once for the rate (BOI-TVA-DECLA-20-20-10).

    `exemption` is the printed mention that explains a rate of zero, e.g. `VAT_FRANCHISE_MENTION`.
    """

    rate_bp: int
    base_cents: int
    exemption: str | None = None
    vat_cents: int = field(init=False)

    def __post_init__(self) -> None:
        require(self.exemption is None or self.rate_bp == 0, "an exemption comes with a rate above zero")
        object.__setattr__(self, "vat_cents", vat_of(self.base_cents, self.rate_bp))


@dataclass(frozen=True, slots=True, kw_only=True)
class BarterPayment(Facts):
    """The Barter part, in cents, paid by crediting the seller's account: a set-off (code civil, art. 1347).

    `operation_id` is the ledger's transfer, `paid_on` the date the seller was credited.
    """

    operation_id: str
    paid_on: date
    cents: int

    def __post_init__(self) -> None:
        require(self.cents > 0, "a Barter payment is not positive")
        require(bool(self.operation_id), "a Barter payment names no operation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Facts):
    """A printed sentence; `code` is PMT, PMD or AAB (UNTDID 4451, wanted by the e-invoice) or ours."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preceding(Facts):
    """The invoice that a credit note or a corrective invoice refers to (EN 16931, BT-25 and BT-26)."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Facts):
    """Days covered by an invoice, both included (EN 16931, BT-73 and BT-74): a membership's year, a recap's month."""

    start: date
    end: date

    def __post_init__(self) -> None:
        require(self.start <= self.end, "the period ends before it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts(Facts):
    """An invoice, a credit note, a corrective invoice, or the draft of an invoice; in cents of euro, 1 Barter = 1 euro.

    `subject` says what for: a trade between members, the operator's commission or a membership. A credit note (381) states
    what is given back, in positive amounts, and `payment` what of it was given back in Barter; a corrective invoice (384)
    replaces its `preceding` one, which both name. A draft has no number. `exemption` explains lines at 0 %, `exemption_code`
    is its code (VATEX); `issued_on_behalf_by` names who draws it up under the seller's mandate (CGI, art. 289, I-2);
    `due_on` is the day of payment when all is paid in Barter; `vat_on_debits` the seller's option (CGI, art. 269, 2-c);
    `contest_until` the last day on which the seller may contest what was drawn up in its name.
    """

    number: str
    kind: Literal["invoice", "credit_note", "corrective", "draft"] = "invoice"
    subject: Literal["trade", "commission", "membership"] = "trade"
    issued_on: date
    delivered_on: date
    due_on: date
    seller: Party
    buyer: Party
    delivery_address: Address | None = None
    order_reference: str | None = None
    nature: Nature
    lines: tuple[InvoiceLine, ...]
    exemption: str | None = None
    exemption_code: str | None = None
    payment: BarterPayment | None = None
    trade_id: str | None = None
    issued_on_behalf_by: str | None = None
    iban: str | None = None
    bic: str | None = None
    vat_on_debits: bool = False
    mentions: tuple[Mention, ...] = ()
    preceding: Preceding | None = None
    period: Period | None = None
    reason: str | None = None
    contest_until: date | None = None
    vat: tuple[VatSummary, ...] = field(init=False)
    total_net_cents: int = field(init=False)
    total_vat_cents: int = field(init=False)
    total_gross_cents: int = field(init=False)
    paid_barter_cents: int = field(init=False)
    due_euro_cents: int = field(init=False)

    def __post_init__(self) -> None:
        _require_number(self.number, draft=self.kind == "draft")
        refers = self.kind in ("credit_note", "corrective")
        require(
            refers == (self.preceding is not None),
            "a credit note or corrective names one invoice, others none",
        )
        require(bool(self.lines), "the invoice has no line")
        vat = vat_by_rate(self.lines, self.exemption)
        net = sum(line.net_cents for line in self.lines)
        tax = sum(summary.vat_cents for summary in vat)
        paid = self.payment.cents if self.payment else 0
        require(paid <= net + tax, "more is paid in Barter than the total")
        for name, value in {
            "vat": vat,
            "total_net_cents": net,
            "total_vat_cents": tax,
            "total_gross_cents": net + tax,
            "paid_barter_cents": paid,
            "due_euro_cents": net + tax - paid,
        }.items():
            object.__setattr__(self, name, value)


def _require_number(number: str, *, draft: bool) -> None:
    if draft:
        require(number == "", "a draft has a number")
    else:
        require(_NUMBER.fullmatch(number) is not None, "the number is not 1 to 35 of A-Z a-z 0-9 + - _ /")


def vat_by_rate(lines: tuple[InvoiceLine, ...], exemption: str | None = None) -> tuple[VatSummary, ...]:
    """Return the VAT of each rate among `lines`, highest first; `exemption` explains the lines at 0 %."""
    bases: Counter[int] = Counter()
    for line in lines:
        bases[line.vat_rate_bp] += line.net_cents
    return tuple(
        VatSummary(rate_bp=rate, base_cents=bases[rate], exemption=None if rate else exemption)
        for rate in sorted(bases, reverse=True)
    )
