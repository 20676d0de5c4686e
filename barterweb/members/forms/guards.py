"""What guards an access: the second factor, passkeys, a forgotten or changed password, one's own data."""

from wtforms import HiddenField, PasswordField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import EmailInput

from barterweb.members.forms.access import PasswordForm
from barterweb.members.forms.fields import required
from barterweb.web.fields import Form, TextField

WRONG_CODE = (
    "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant sur votre téléphone, puis écrivez-le."
)
WRONG_SETUP_CODE = (
    "Ce code n’est pas celui que nous attendons. Vérifiez que l’heure de votre téléphone est réglée automatiquement,"
    " puis écrivez le code qui s’affiche maintenant."
)
NOT_YOURS = "Ce mot de passe n’est pas le vôtre\u00a0: rien n’a changé. Écrivez-le de nouveau."
WRONG_PASSKEY = (
    "Cette clé n’a pas été reconnue\u00a0: rien n’a changé. Recommencez, ou entrez avec votre mot de passe."
)


class PasswordAgainForm(Form):
    """The password, before something that matters."""

    password = PasswordField(
        "Votre mot de passe",
        [
            InputRequired("Écrivez votre mot de passe."),
            Length(max=200, message="Écrivez 200 caractères au plus."),
        ],
    )


class CodeForm(Form):
    """The code of the moment, or a recovery code."""

    code = TextField(
        "Code", [DataRequired("Écrivez le code."), Length(max=40, message="Écrivez le code seul.")]
    )


class SetupForm(CodeForm, PasswordAgainForm):
    """The first code of an authenticator, and the password."""


class PasskeyForm(Form):
    """What a passkey answers, written by the page's script."""

    answer = HiddenField(validators=[InputRequired(), Length(max=20_000)])


class NewPasskeyForm(PasskeyForm, PasswordAgainForm):
    """A passkey just made, what its person calls it, and the password."""

    name = TextField("Nom de cette clé", required("Donnez un nom à cette clé.", 60))


class ResetForm(Form):
    """The address whose password was forgotten."""

    email = TextField(
        "Adresse électronique", [DataRequired("Écrivez votre adresse électronique.")], widget=EmailInput()
    )


class ChangePasswordForm(PasswordForm):
    """Another password, and the present one."""

    present = PasswordField(
        "Mot de passe actuel",
        [
            InputRequired("Écrivez votre mot de passe actuel."),
            Length(max=200, message="Écrivez 200 caractères au plus."),
        ],
    )
