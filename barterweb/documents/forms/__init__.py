"""Shape and wording of what documents ask for."""

from barterweb.documents.forms.invoices import (
    CorrectionForm,
    IssueForm,
    OwnInvoiceForm,
    correction_of,
    explain,
)
from barterweb.documents.forms.periods import Period, PeriodForm, presets
from barterweb.documents.forms.terms import InvoicingTermsForm, form_of
from barterweb.documents.forms.words import missing_words

__all__ = [
    "CorrectionForm",
    "InvoicingTermsForm",
    "IssueForm",
    "OwnInvoiceForm",
    "Period",
    "PeriodForm",
    "correction_of",
    "explain",
    "form_of",
    "missing_words",
    "presets",
]
