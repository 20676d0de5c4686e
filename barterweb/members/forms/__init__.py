"""Forms of members: access to the site, and companies; with the French words they and the pages use."""

from barterweb.members.forms.access import (
    NO_ACCESS,
    WRONG_SIGN_IN,
    HatForm,
    InviteForm,
    PasswordForm,
    SignInForm,
)
from barterweb.members.forms.company import AnswerForm, ApplicationForm, CompanyForm
from barterweb.members.forms.directory import DirectoryForm, DirectoryPage
from barterweb.members.forms.words import LEGAL_FORMS, ROLE_NAMES, SIZES, VAT_REGIMES, explain

__all__ = [
    "LEGAL_FORMS",
    "NO_ACCESS",
    "ROLE_NAMES",
    "SIZES",
    "VAT_REGIMES",
    "WRONG_SIGN_IN",
    "AnswerForm",
    "ApplicationForm",
    "CompanyForm",
    "DirectoryForm",
    "DirectoryPage",
    "HatForm",
    "InviteForm",
    "PasswordForm",
    "SignInForm",
    "explain",
]
