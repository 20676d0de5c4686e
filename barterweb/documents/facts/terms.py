"""What the operator decides about invoices from a date on, frozen into each invoice when it is issued."""

from dataclasses import dataclass
from typing import Literal

from barterweb.documents.facts.frozen import Facts, require
from barterweb.documents.facts.mentions import DISCOUNT, PENALTY, RECOVERY_CENTS, VAT_FRANCHISE_MENTION
from barterweb.documents.facts.parties import Party
from barterweb.money import BASIS_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicingTerms(Facts):
    """The operator as a seller, the mentions, and the answers to what an accountant must decide (docs/documents.md).

    `operator` is None until its identity is typed: then it issues no invoice of its own. `fees_include_vat` tells whether
    the commission taken in Barter and the membership fee are amounts incl. VAT; otherwise VAT comes on top, due in euros.
    `commission_rhythm` is one invoice per trade, or one recap per month. `contest_days` is how long a seller may contest an
    invoice drawn up in its name, as the mandate it accepted says. Cents of euro, basis points, days.
    """

    operator: Party | None = None
    operator_name: str = "France Clusters"
    iban: str | None = None
    bic: str | None = None
    fees_vat_rate_bp: int = 2000
    fees_include_vat: bool = False
    commission_rhythm: Literal["trade", "month"] = "trade"
    euros_due_after_days: int = 30
    contest_days: int = 15
    recovery_cents: int = RECOVERY_CENTS
    penalty: str = PENALTY
    discount: str = DISCOUNT
    franchise_mention: str = VAT_FRANCHISE_MENTION

    def __post_init__(self) -> None:
        require(0 <= self.fees_vat_rate_bp < BASIS_POINTS, "a VAT rate is not between 0 and 100 %")
        require(
            0 <= self.euros_due_after_days <= 60,
            "invoices are due within 60 days (C. com., art. L. 441-10, I)",
        )
        require(1 <= self.contest_days <= 90, "an invoice is contested within 1 to 90 days")
        require(self.recovery_cents >= 4000, "the indemnity is at least 40 euros (C. com., art. D. 441-5)")
