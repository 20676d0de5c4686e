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
from barterweb.members.forms.fields import EmailField, required
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
from barterweb.members.forms.profile import PARTS, CapForm, MandateForm, ProfileForm, StatusForm
from barterweb.members.forms.words import (
    LEGAL_FORMS,
    OWN_STATUS_SET,
    ROLE_NAMES,
    SIZES,
    STATUSES,
    VAT_REGIMES,
    explain,
)

__all__ = [
    "LEGAL_FORMS",
    "NOT_YOURS",
    "NO_ACCESS",
    "OWN_STATUS_SET",
    "PARTS",
    "ROLE_NAMES",
    "SIZES",
    "STATUSES",
    "VAT_REGIMES",
    "WRONG_CODE",
    "WRONG_PASSKEY",
    "WRONG_SETUP_CODE",
    "WRONG_SIGN_IN",
    "AnswerForm",
    "ApplicationForm",
    "CapForm",
    "ChangePasswordForm",
    "CodeForm",
    "CompanyForm",
    "DirectoryForm",
    "DirectoryPage",
    "EmailField",
    "HatForm",
    "InviteForm",
    "MandateForm",
    "NewPasskeyForm",
    "PasskeyForm",
    "PasswordAgainForm",
    "PasswordForm",
    "ProfileForm",
    "ResetForm",
    "SetupForm",
    "SignInForm",
    "StatusForm",
    "explain",
    "required",
]
