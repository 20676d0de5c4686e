"""What a document says, as frozen plain values: enough to print it again in ten years without any database.

Everything derived (net of a line, VAT, totals) is computed when the facts are built and stored with them, so
that facts that do not add up cannot exist; reading them back from JSON computes it again and compares.
"""

from barterweb.documents.facts.frozen import Facts
from barterweb.documents.facts.invoices import (
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    Mention,
    Nature,
    Period,
    Preceding,
    VatSummary,
    vat_by_rate,
)
from barterweb.documents.facts.mentions import VAT_FRANCHISE_MENTION, missing_mentions, standard_mentions
from barterweb.documents.facts.own import MAX_OWN_FILE_BYTES, OwnInvoiceDetails
from barterweb.documents.facts.parties import Address, Party
from barterweb.documents.facts.statements import StatementFacts, StatementLine
from barterweb.documents.facts.terms import InvoicingTerms
from barterweb.documents.facts.years import MonthLine, RateLine, YearFacts

__all__ = [
    "MAX_OWN_FILE_BYTES",
    "VAT_FRANCHISE_MENTION",
    "Address",
    "BarterPayment",
    "Facts",
    "InvoiceFacts",
    "InvoiceLine",
    "InvoicingTerms",
    "Mention",
    "MonthLine",
    "Nature",
    "OwnInvoiceDetails",
    "Party",
    "Period",
    "Preceding",
    "RateLine",
    "StatementFacts",
    "StatementLine",
    "VatSummary",
    "YearFacts",
    "missing_mentions",
    "standard_mentions",
    "vat_by_rate",
]
