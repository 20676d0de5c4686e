"""Fields of members' forms: SIRET, e-mail, boxes, and the validators every text needs."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from wtforms import ValidationError
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional
from wtforms.widgets import EmailInput

from barterweb.members.errors import NotASiret
from barterweb.members.facts import read_naf, read_siret
from barterweb.web.fields import TextField

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_WRONG_SIRET = {
    "characters": "Un SIRET ne contient que des chiffres\u00a0: retirez les autres caractères.",
    "key": "Ce numéro a bien 14 chiffres, mais ce n’est pas un SIRET\u00a0: sa clé de contrôle est fausse."
    " Un chiffre est sans doute erroné, ou deux sont intervertis.",
}


class SiretField(TextField):
    """A SIRET typed with or without spaces; `data` is its 14 digits, or empty."""

    typed = ""

    def _value(self) -> str:
        return self.typed if self.raw_data else self.data or ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number; the sentence says what is wrong with it."""
        super().process_formdata(valuelist)
        self.typed, self.data = self.data, ""
        try:
            self.data = read_siret(self.typed)
        except NotASiret as error:
            raise ValueError(_siret_sentence(error)) from error


class NafField(TextField):
    """A code of the French nomenclature of activities; `data` is its written form, or empty."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a code."""
        code = read_naf(self.data or "")
        if code is None:
            raise ValidationError("Écrivez un code de quatre chiffres et une lettre, par exemple 49.41B.")
        self.data = code


class EmailField(TextField):
    """An address of e-mail."""

    widget = EmailInput()

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a complete address."""
        if self.data and (len(self.data) > 254 or _EMAIL.fullmatch(self.data) is None):
            raise ValidationError("Écrivez une adresse complète, par exemple prenom.nom@entreprise.fr.")


def required(sentence: str, most: int) -> list[Any]:
    """Return the validators of a text that must not be empty, with its longest length."""
    return [DataRequired(sentence), Length(max=most, message=f"Écrivez {most} caractères au plus.")]


def one_of(codes: Collection[str], sentence: str) -> list[Any]:
    """Return the validators of a choice, for fields made with ``validate_choice=False``: one sentence for all."""
    return [InputRequired(sentence), AnyOf(codes, message=sentence)]


def optional(most: int) -> list[Any]:
    """Return the validators of a text that may be empty, with its longest length."""
    return [Optional(), Length(max=most, message=f"Écrivez {most} caractères au plus.")]


def _siret_sentence(error: NotASiret) -> str:
    if error.digits == 0:
        return "Indiquez le SIRET."
    if error.problem == "length":
        return f"Un SIRET compte 14 chiffres\u00a0: vous en avez écrit {error.digits}."
    return _WRONG_SIRET[error.problem]
