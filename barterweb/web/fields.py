"""The base of all forms, and fields for what French people type: amounts, dates, identifiers.

Every field keeps what was typed when it refuses it, and says what is expected in one sentence.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.widgets import FileInput, TextInput

from barterweb.attachments import Attachment, AttachmentRefused, attachment
from barterweb.ids import valid_id
from barterweb.images import ImageRefused, SafeImage, safe_image
from barterweb.money import InvalidAmount, format_cents, parse_amount

_FRENCH_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(typed: object) -> str:
    """Return what was typed without control characters, which databases and pages refuse."""
    return _CONTROL.sub("", str(typed))


class _Typography:
    """WTForms' own French sentences, with the apostrophe that the rest of the site uses."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain

    def gettext(self, text: str) -> str:
        """Translate a sentence."""
        return str(self._plain.gettext(text)).replace("'", "’")

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Translate a sentence that counts."""
        return str(self._plain.ngettext(singular, plural, number)).replace("'", "’")


class Form(FlaskForm):
    """A form that can also be refused as a whole, by a rule of the business."""

    class Meta(FlaskForm.Meta):
        locales = ("fr",)

        def get_translations(self, form: Any) -> Any:
            """Return WTForms' French, in our typography."""
            return _Typography(super().get_translations(form))

    def refuse(self, sentence: str) -> None:
        """Add a sentence about the whole form, shown first in its error summary."""
        self.form_errors: list[str] = [*self.form_errors, sentence]


class TextField(StringField):
    """One line or paragraph of text, without surrounding spaces or control characters."""

    data: Any

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Clean what was typed."""
        self.data = clean(valuelist[0]).strip() if valuelist else ""


class AmountField(Field):
    """A positive amount; `data` is cents or None when left empty."""

    data: Any

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return clean(self.raw_data[0])
        return "" if self.data is None else format_cents(self.data).replace("\u202f", " ")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read ``1 234,50``; leave None for an empty field."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = parse_amount(valuelist[0]).cents
            except InvalidAmount as error:
                raise ValueError(
                    "Écrivez un montant positif, avec deux décimales au plus, par exemple 1 250,00."
                ) from error


class DateField(Field):
    """A date typed as 03/08/2026 or sent as 2026-08-03; `data` is a date or None when left empty."""

    data: Any

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return clean(self.raw_data[0])
        return "" if self.data is None else self.data.strftime("%d/%m/%Y")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the date; years from 2000 to 2100."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = parse_date(valuelist[0])


def parse_date(text: str) -> date:
    """Read ``03/08/2026`` or ``2026-08-03``; raise ValueError with a sentence for the reader."""
    typed = text.strip()
    if match := _ISO_DATE.fullmatch(typed):
        year, month, day = (int(part) for part in match.groups())
    elif match := _FRENCH_DATE.fullmatch(typed):
        day, month, year = (int(part) for part in match.groups())
    else:
        raise ValueError("Écrivez une date comme 03/08/2026.")
    if not 2000 <= year <= 2100:
        raise ValueError("L’année doit être comprise entre 2000 et 2100.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("Cette date n’existe pas dans le calendrier.") from None


_REFUSED_IMAGE = {
    "empty": "Ce fichier est vide\u00a0: choisissez-en un autre.",
    "heavy": "Cette image dépasse 8 Mo\u00a0: choisissez-en une plus légère.",
    "format": "Ce fichier n’est pas une image JPEG, PNG ou WebP\u00a0: enregistrez-le dans l’un de ces formats.",
    "pixels": "Cette image est trop grande, 40 millions de points au plus\u00a0: réduisez-la.",
    "small": "Cette image est trop petite\u00a0: il faut au moins 16 points de côté.",
    "broken": "Cette image est abîmée\u00a0: ouvrez-la, enregistrez-la de nouveau, puis recommencez.",
}


class ImageField(Field):
    """A picture to upload; `data` is the picture drawn anew (see `barterweb.images`), or None when none was chosen."""

    data: SafeImage | None
    widget = FileInput()

    def __init__(self, label: str, *, widest: int = 1600, highest: int = 1600, **options: Any) -> None:
        super().__init__(label, **options)
        self.widest, self.highest = widest, highest

    def _value(self) -> bool:
        return False

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the file; the sentence says why it is refused."""
        self.data = None
        file = valuelist[0] if valuelist else None
        if file is None or not getattr(file, "filename", ""):
            return
        try:
            self.data = safe_image(file.read(), widest=self.widest, highest=self.highest)
        except ImageRefused as error:
            raise ValueError(_REFUSED_IMAGE[error.problem]) from error


_REFUSED_ATTACHMENT = {
    **_REFUSED_IMAGE,
    "heavy": "Ce fichier dépasse 8 Mo\u00a0: envoyez-en un plus léger.",
    "format": "Ce fichier n’est ni un PDF, ni une image JPEG, PNG ou WebP, ni un texte\u00a0: enregistrez-le ainsi.",
}


class AttachmentField(Field):
    """A file to hand on; `data` is what is kept of it (see `barterweb.attachments`), or None when none was chosen."""

    data: Attachment | None
    widget = FileInput()

    def _value(self) -> bool:
        return False

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the file; the sentence says why it is refused."""
        self.data = None
        file = valuelist[0] if valuelist else None
        if file is None or not getattr(file, "filename", ""):
            return
        try:
            self.data = attachment(file.read(), file.filename)
        except AttachmentRefused as error:
            raise ValueError(_REFUSED_ATTACHMENT[error.problem]) from error


class IdField(StringField):
    """A hidden identifier made by the server when the form was shown."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(**options)
        self.prefix = prefix

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not an id of the right kind."""
        if not valid_id(self.data or "", self.prefix):
            raise ValidationError("Le formulaire a été altéré\u00a0: rechargez la page et recommencez.")
