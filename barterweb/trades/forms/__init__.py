"""Forms of trades: the terms, the steps, and the French sentence for each refusal."""

from barterweb.trades.forms.messages import MessageForm, explain_too_many
from barterweb.trades.forms.steps import (
    ConfirmationForm,
    ConsentForm,
    DeliveryForm,
    InternalReasonForm,
    ReasonForm,
    RefundForm,
    VersionForm,
    explain,
)
from barterweb.trades.forms.terms import (
    MAX_LINES,
    MAX_QUANTITY_MILLI,
    SETTLEMENTS,
    VAT_RATES,
    LineForm,
    QuantityField,
    TermsForm,
    first_terms,
    next_terms,
    quantity_text,
)

__all__ = [
    "MAX_LINES",
    "MAX_QUANTITY_MILLI",
    "SETTLEMENTS",
    "VAT_RATES",
    "ConfirmationForm",
    "ConsentForm",
    "DeliveryForm",
    "InternalReasonForm",
    "LineForm",
    "MessageForm",
    "QuantityField",
    "ReasonForm",
    "RefundForm",
    "TermsForm",
    "VersionForm",
    "explain",
    "explain_too_many",
    "first_terms",
    "next_terms",
    "quantity_text",
]
