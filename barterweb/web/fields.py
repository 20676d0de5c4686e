"""The base of all forms, and fields for what French people type: amounts, dates, identifiers.

Every field keeps what was typed when it refuses it, and says what is expected in one sentence.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.widgets import TextInput

from barterweb.ids import valid_id
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


class IdField(StringField):
    """A hidden identifier made by the server when the form was shown."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(**options)
        self.prefix = prefix

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not an id of the right kind."""
        if not valid_id(self.data or "", self.prefix):
            raise ValidationError("Le formulaire a été altéré\u00a0: rechargez la page et recommencez.")
