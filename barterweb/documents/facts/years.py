"""What a company's financial year says in figures: month by month, VAT by rate, and a second addition of it all."""

from dataclasses import dataclass, field, replace
from datetime import date

from barterweb.documents.facts.frozen import Facts, require
from barterweb.documents.facts.parties import Party

_ADDED = (
    "sales_cents",
    "sales_vat_cents",
    "purchases_cents",
    "purchases_vat_cents",
    "credit_cents",
    "debit_cents",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine(Facts):
    """One month: sales and purchases excl. VAT and their VAT in cents of euro, the account in cents of Barter."""

    month: date
    sales_cents: int
    sales_vat_cents: int
    purchases_cents: int
    purchases_vat_cents: int
    credit_cents: int
    debit_cents: int
    closing_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLine(Facts):
    """VAT of one rate, in basis points: base and VAT in cents of euro, negative when credit notes prevail."""

    rate_bp: int
    base_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts(Facts):
    """A financial year of a company, both days included; credit notes count negative.

    Raises `InconsistentFacts` unless the account's balance follows from month to month and the rates add up to the VAT
    of the months. `generated_on` is the day the figures were taken: a year that is not over grows.
    """

    holder: Party
    start: date
    end: date
    opening_cents: int
    months: tuple[MonthLine, ...]
    collected: tuple[RateLine, ...]
    deductible: tuple[RateLine, ...]
    invoices_sent: int
    invoices_received: int
    barter_share_cents: int
    euro_share_cents: int
    generated_on: date
    issued_by: str = "France Clusters"
    totals: MonthLine = field(init=False)

    def __post_init__(self) -> None:
        require(bool(self.months) and self.start <= self.end, "the year has no month")
        balance = self.opening_cents
        for line in self.months:
            balance += line.credit_cents - line.debit_cents
            require(line.closing_cents == balance, f"the balance after {line.month} is not {balance}")
        sums = {name: sum(getattr(line, name) for line in self.months) for name in _ADDED}
        totals = replace(self.months[-1], month=self.start, **sums)
        for name, rates, total in (
            ("collected", self.collected, totals.sales_vat_cents),
            ("deductible", self.deductible, totals.purchases_vat_cents),
        ):
            require(sum(line.vat_cents for line in rates) == total, f"the VAT {name} is not {total}")
        object.__setattr__(self, "totals", totals)
