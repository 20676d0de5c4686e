"""What a company shows of itself, and the caps of its people."""

import re
from collections.abc import Sequence
from typing import Any

from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError as NumberError
from wtforms import RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import AnyOf, Length
from wtforms.widgets import CheckboxInput, TextArea

from barterweb.members.facts import HIDEABLE_PARTS, Profile
from barterweb.members.forms.fields import EmailField, NafField, one_of, optional, required
from barterweb.members.forms.words import SIZES
from barterweb.members.models import Company
from barterweb.money import Credits
from barterweb.web.fields import AmountField, Form, TextField

_WEBSITE = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}(?:/[A-Za-z0-9._~/%-]*)?"
)
_PHONE = re.compile(r"\+?[0-9](?:[ .]?[0-9]){5,14}")
_ELECTRONIC_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,116}")
_MOST_CAPACITIES = 12

PARTS = {
    "street": "Le numéro et la voie",
    "size_band": "L’effectif",
    "siren": "Le SIREN",
    "capacities": "Les capacités",
    "contacts": "Le site, l’adresse et le téléphone",
    "joined_on": "La date d’adhésion",
    "logo": "Le logo",
}
"""What each of `HIDEABLE_PARTS` is called."""


class ProfileForm(Form):
    """The company's page in the directory."""

    sector = TextField("Secteur d’activité", required("Indiquez le secteur.", 120))
    naf = NafField("Code NAF (APE)", optional(8))
    size_band = SelectField(
        "Effectif",
        one_of(SIZES, "Choisissez l’effectif."),
        choices=list(SIZES.items()),
        validate_choice=False,
    )
    capacities = TextField(
        "Capacités",
        [Length(max=2000, message="Écrivez 2\u202f000 caractères au plus.")],
        widget=TextArea(),
    )
    website = TextField("Site", optional(200))
    public_email = EmailField("Adresse électronique publique", optional(254))
    public_phone = TextField("Téléphone public", optional(20))
    shown = SelectMultipleField(
        "Ce que tout le monde voit",
        choices=[(part, PARTS[part]) for part in HIDEABLE_PARTS],
        option_widget=CheckboxInput(),
        validate_choice=False,
    )

    def __init__(self, company: Company, **options: Any) -> None:
        visible = [part for part in HIDEABLE_PARTS if part not in company.hidden_parts]
        super().__init__(obj=company, data={"shown": visible}, **options)

    def validate_capacities(self, field: TextField) -> None:
        """A page holds so many lines."""
        if len(_lines(field.data)) > _MOST_CAPACITIES:
            raise ValidationError(
                f"Écrivez {_MOST_CAPACITIES} lignes au plus\u00a0: les plus utiles aux autres."
            )

    def validate_website(self, field: TextField) -> None:
        """Refuse what is no address of a site."""
        if field.data and _WEBSITE.fullmatch(field.data) is None:
            raise ValidationError("Écrivez une adresse complète, par exemple https://www.entreprise.fr.")

    def validate_public_phone(self, field: TextField) -> None:
        """Refuse what is no telephone number."""
        if field.data and _PHONE.fullmatch(field.data) is None:
            raise ValidationError("Écrivez un numéro comme 04 76 00 00 00.")

    def validate_shown(self, field: SelectMultipleField) -> None:
        """Refuse parts that do not exist."""
        if not set(HIDEABLE_PARTS) >= set(field.data):
            raise ValidationError("Choisissez dans la liste.")

    def profile(self) -> Profile:
        """Return what `service.edit_profile` takes; only after validation."""
        return Profile(
            sector=self.sector.data,
            naf=self.naf.data or "",
            size_band=self.size_band.data,
            capacities="\n".join(_lines(self.capacities.data)),
            website=self.website.data,
            public_email=self.public_email.data,
            public_phone=self.public_phone.data,
            hidden_parts=tuple(part for part in HIDEABLE_PARTS if part not in self.shown.data),
        )


class IbanField(TextField):
    """An IBAN typed with or without spaces; `data` is its compact form, or empty."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not an IBAN (ISO 13616)."""
        if self.data:
            try:
                self.data = iban_number.validate(self.data)
            except NumberError as error:
                raise ValidationError(
                    "Ce n’est pas un IBAN valide\u00a0: vérifiez chaque caractère sur votre relevé d’identité bancaire."
                ) from error


class BicField(TextField):
    """A BIC; `data` is its compact form, or empty."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a BIC (ISO 9362)."""
        if self.data:
            try:
                self.data = bic_number.validate(self.data)
            except NumberError as error:
                raise ValidationError("Un BIC compte 8 ou 11 caractères, par exemple AGRIFRPP.") from error


class ElectronicAddressField(TextField):
    """An address of the French directory of e-invoicing (scheme 0225), or empty."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what cannot be one."""
        if self.data and _ELECTRONIC_ADDRESS.fullmatch(self.data) is None:
            raise ValidationError(
                "Une adresse de facturation électronique ne contient que des lettres, des chiffres, des points et des"
                " tirets."
            )


class CapForm(Form):
    """The largest purchase somebody commits the company to alone."""

    cap = AmountField("Plafond par achat")

    def credits(self) -> Credits | None:
        """Return the cap, None for none; only after validation."""
        return None if self.cap.data is None else Credits(self.cap.data)


class StatusForm(Form):
    """Between selling and only buying, by the company itself."""

    status = RadioField("", [AnyOf(("active", "standby"), message="Choisissez.")], validate_choice=False)


class MandateForm(Form):
    """Whether the operator draws up the company's invoices."""

    given = RadioField("", [AnyOf(("oui", "non"), message="Choisissez.")], validate_choice=False)


def _lines(text: str | None) -> Sequence[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
