"""Shape and wording of what documents ask for."""

from barterweb.documents.forms.accounting import AccountingForm
from barterweb.documents.forms.invoices import (
    AnswerContestForm,
    ContestForm,
    CorrectionForm,
    IssueForm,
    OwnInvoiceForm,
    WithdrawContestForm,
    correction_of,
    explain,
)
from barterweb.documents.forms.periods import Period, PeriodForm, last_month, presets, recent
from barterweb.documents.forms.terms import InvoicingTermsForm, form_of
from barterweb.documents.forms.words import missing_words

__all__ = [
    "AccountingForm",
    "AnswerContestForm",
    "ContestForm",
    "CorrectionForm",
    "InvoicingTermsForm",
    "IssueForm",
    "OwnInvoiceForm",
    "Period",
    "PeriodForm",
    "WithdrawContestForm",
    "correction_of",
    "explain",
    "form_of",
    "last_month",
    "missing_words",
    "presets",
    "recent",
]
