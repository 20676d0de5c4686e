"""Shape and wording of what documents ask for."""

from barterweb.documents.forms.invoices import (
    CorrectionForm,
    IssueForm,
    OwnInvoiceForm,
    correction_of,
    explain,
)
from barterweb.documents.forms.periods import Period, PeriodForm, presets
from barterweb.documents.forms.words import missing_words

__all__ = [
    "CorrectionForm",
    "IssueForm",
    "OwnInvoiceForm",
    "Period",
    "PeriodForm",
    "correction_of",
    "explain",
    "missing_words",
    "presets",
]
