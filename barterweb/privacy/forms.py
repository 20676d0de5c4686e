"""Asking for erasure: the password, and that one has understood."""

from wtforms import BooleanField, PasswordField
from wtforms.validators import InputRequired, Length

from barterweb.privacy.errors import LastAdministrator
from barterweb.web.fields import Form


class ErasureForm(Form):
    """The password, and that one has understood."""

    password = PasswordField(
        "Votre mot de passe",
        [
            InputRequired("Écrivez votre mot de passe."),
            Length(max=200, message="Écrivez 200 caractères au plus."),
        ],
    )
    understood = BooleanField(
        "J’ai compris que mon accès se ferme pour toujours",
        [InputRequired("Cochez la case si vous voulez vraiment fermer votre accès.")],
    )


def explain(error: LastAdministrator) -> str:
    """Return the sentence for a refusal."""
    names = ", ".join(error.company_names)
    return (
        f"Vous êtes seul à administrer {names}\u00a0: rien n’a changé. Nommez d’abord un autre administrateur,"
        " depuis la page de l’entreprise."
    )
