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
from barterweb.members.forms.guards import (
    NOT_YOURS,
    WRONG_CODE,
    WRONG_PASSKEY,
    WRONG_SETUP_CODE,
    ChangePasswordForm,
    CodeForm,
    NewPasskeyForm,
    PasskeyForm,
    PasswordAgainForm,
    ResetForm,
    SetupForm,
)
from barterweb.members.forms.words import LEGAL_FORMS, ROLE_NAMES, SIZES, VAT_REGIMES, explain

__all__ = [
    "LEGAL_FORMS",
    "NOT_YOURS",
    "NO_ACCESS",
    "ROLE_NAMES",
    "SIZES",
    "VAT_REGIMES",
    "WRONG_CODE",
    "WRONG_PASSKEY",
    "WRONG_SETUP_CODE",
    "WRONG_SIGN_IN",
    "AnswerForm",
    "ApplicationForm",
    "ChangePasswordForm",
    "CodeForm",
    "CompanyForm",
    "DirectoryForm",
    "DirectoryPage",
    "HatForm",
    "InviteForm",
    "NewPasskeyForm",
    "PasskeyForm",
    "PasswordAgainForm",
    "PasswordForm",
    "ResetForm",
    "SetupForm",
    "SignInForm",
    "explain",
]
