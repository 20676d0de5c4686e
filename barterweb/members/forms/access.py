"""Signing in, wearing a hat, choosing a password, letting others in."""

from typing import Any

from wtforms import HiddenField, PasswordField, RadioField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import EmailInput, HiddenInput

from barterweb import clock
from barterweb.members.facts import Invitee
from barterweb.members.forms.fields import EmailField, one_of, required
from barterweb.members.forms.words import INVITABLE
from barterweb.members.policy import PASSWORD_LENGTH, password_problem
from barterweb.web.fields import DateField, Form, IdField, TextField

WRONG_SIGN_IN = (
    "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez l’une et l’autre, puis recommencez."
)
NO_ACCESS = (
    "Aucun accès n’est ouvert à votre nom en ce moment. "
    "Demandez-le à un administrateur de l’entreprise ou à votre pôle."
)


class SignInForm(Form):
    """Address, password, and the page to go to afterwards."""

    email = TextField(
        "Adresse électronique", [DataRequired("Écrivez votre adresse électronique.")], widget=EmailInput()
    )
    password = PasswordField("Mot de passe", [InputRequired("Écrivez votre mot de passe.")])
    suite = HiddenField()


class HatForm(Form):
    """The role to act under."""

    role_id = IdField("rol", widget=HiddenInput())


class PasswordForm(Form):
    """Choosing a first password."""

    password = PasswordField(
        "Mot de passe",
        [
            InputRequired("Choisissez un mot de passe."),
            Length(max=200, message="Écrivez 200 caractères au plus."),
        ],
    )
    again = PasswordField(
        "Mot de passe, une seconde fois", [InputRequired("Écrivez le mot de passe une seconde fois.")]
    )

    def __init__(self, *, email: str, name: str, **options: Any) -> None:
        super().__init__(**options)
        self._own_words = {"email": email, "name": name}

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a short or common password."""
        problem = password_problem(field.data, **self._own_words)
        if problem == "short":
            raise ValidationError(
                f"Choisissez {PASSWORD_LENGTH} caractères au moins\u00a0: quelques mots suffisent."
            )
        if problem == "common":
            raise ValidationError(
                "Ce mot de passe se devine trop vite. Évitez votre nom, votre adresse, le nom du site, les suites et les"
                " répétitions\u00a0: quatre mots sans rapport font un bon mot de passe."
            )

    def validate_again(self, field: PasswordField) -> None:
        """Refuse a slip of the finger."""
        if field.data != self.password.data:
            raise ValidationError("Les deux mots de passe diffèrent\u00a0: écrivez-les de nouveau.")


class InviteForm(Form):
    """Opening the company to a colleague or an accountant."""

    kind = RadioField(
        "Cette personne est",
        one_of(INVITABLE, "Choisissez ce que cette personne pourra faire."),
        choices=list(INVITABLE.items()),
        validate_choice=False,
    )
    person_name = TextField("Prénom et nom", required("Indiquez le prénom et le nom.", 120))
    email = EmailField("Adresse électronique", [DataRequired("Indiquez l’adresse électronique.")])
    ends_on = DateField("Dernier jour de l’accès", [Optional()])

    def validate_ends_on(self, field: DateField) -> None:
        """Refuse a day that has passed."""
        if field.data is not None and field.data < clock.today():
            raise ValidationError("Ce jour est déjà passé\u00a0: choisissez aujourd’hui ou plus tard.")

    def invitee(self) -> Invitee:
        """Return what `service.invite_person` takes; only after validation."""
        return Invitee(
            kind=self.kind.data, name=self.person_name.data, email=self.email.data, ends_on=self.ends_on.data
        )
