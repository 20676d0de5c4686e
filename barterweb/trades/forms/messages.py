"""The form of a message beside a trade."""

from wtforms import ValidationError
from wtforms.validators import Length
from wtforms.widgets import HiddenInput, TextArea

from barterweb.errors import TooMany
from barterweb.web.fields import AttachmentField, Form, IdField, TextField


class MessageForm(Form):
    """A text, a file, or both; the id is that of the message to be."""

    message_id = IdField("mes", widget=HiddenInput())
    body = TextField(
        "Votre message",
        [Length(max=2000, message="2\u202f000 caractères au plus.")],
        id="message",
        widget=TextArea(),
    )
    file = AttachmentField("Fichier", id="fichier")

    def validate_body(self, field: TextField) -> None:
        """An empty message says nothing, unless a file does."""
        if not field.data and self.file.data is None and not self.file.errors:
            raise ValidationError("Écrivez votre message, ou choisissez un fichier.")


def explain_too_many(error: TooMany) -> str:
    """Return the sentence for somebody who wrote too much in too short a time."""
    minutes = -(-error.seconds // 60)
    wait = "une minute" if minutes <= 1 else f"{minutes} minutes"
    return (
        "Vous avez écrit beaucoup de messages en une heure\u00a0: celui-ci n’est pas envoyé, votre texte est ci-dessous. "
        f"Renvoyez-le dans {wait}\u00a0; si vous aviez joint un fichier, choisissez-le de nouveau."
    )
