"""Forms of pages: the legal notices, and on the style page one field of each kind, empty, filled in and refused."""

import re
from dataclasses import fields

from wtforms import BooleanField, RadioField, SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from barterweb import clock
from barterweb.members.forms import EmailField
from barterweb.pages.facts import LegalFacts
from barterweb.web.fields import AmountField, DateField, Form, TextField

_PHONE = re.compile(r"\+?[0-9][0-9 .()-]{7,28}", re.ASCII)


def _text(label: str, sentence: str, most: int) -> TextField:
    return TextField(
        label, [DataRequired(sentence), Length(max=most, message=f"Écrivez {most} caractères au plus.")]
    )


class LegalForm(Form):
    """Who publishes and hosts the site, from a day on; its fields are those of `LegalFacts`, and the day."""

    starts_on = DateField("À partir du", [InputRequired("Indiquez le premier jour.")])
    publisher = _text("Éditeur", "Indiquez le nom de l’éditeur et sa forme juridique.", 160)
    registration = TextField("Immatriculation", [Length(max=200, message="Écrivez 200 caractères au plus.")])
    address = _text("Adresse de l’éditeur", "Indiquez l’adresse de l’éditeur.", 300)
    phone = _text("Téléphone de l’éditeur", "Indiquez le téléphone de l’éditeur.", 30)
    email = EmailField(
        "Adresse électronique de l’éditeur", [DataRequired("Indiquez l’adresse électronique de l’éditeur.")]
    )
    director = _text("Directeur de la publication", "Indiquez le directeur de la publication.", 120)
    host_name = _text("Hébergeur", "Indiquez le nom de l’hébergeur.", 160)
    host_address = _text("Adresse de l’hébergeur", "Indiquez l’adresse de l’hébergeur.", 300)
    host_phone = _text("Téléphone de l’hébergeur", "Indiquez le téléphone de l’hébergeur.", 30)

    def validate_starts_on(self, field: DateField) -> None:
        """What the site said in the past stays said."""
        if field.data is not None and field.data < clock.today():
            raise ValidationError(
                "Choisissez aujourd’hui ou un jour à venir\u00a0: l’historique ne change pas."
            )

    def validate_phone(self, field: TextField) -> None:
        """Refuse what is no telephone number."""
        _check_phone(field)

    def validate_host_phone(self, field: TextField) -> None:
        """Refuse what is no telephone number."""
        _check_phone(field)

    def facts(self) -> LegalFacts:
        """Return what was typed; only after validation."""
        return LegalFacts(**{field.name: self[field.name].data for field in fields(LegalFacts)})


def legal_form(facts: LegalFacts | None) -> LegalForm:
    """Return the form filled with what is in force, from today on."""
    return LegalForm(formdata=None, obj=facts, starts_on=clock.today())


def legal_pairs(facts: LegalFacts) -> list[tuple[str, str]]:
    """Return a notice as pairs of label and value, without what is empty."""
    form = LegalForm(formdata=None, obj=facts)
    return [(form[f.name].label.text, form[f.name].data) for f in fields(LegalFacts) if form[f.name].data]


def _check_phone(field: TextField) -> None:
    if field.data and not _PHONE.fullmatch(field.data):
        raise ValidationError("Écrivez un numéro de téléphone comme 04 76 00 00 00.")


class SampleForm(Form):
    """Nothing is ever sent with it."""

    name = TextField("Désignation", validators=[DataRequired("Écrivez ce que vous vendez.")])
    amount = AmountField("Prix unitaire", validators=[DataRequired("Écrivez un prix.")])
    on = DateField("Date de livraison")
    category = SelectField("Catégorie", choices=[("stockage", "Stockage"), ("machines", "Machines")])
    kind = RadioField(
        "Type d’annonce",
        choices=[("offer", "Offre"), ("need", "Besoin")],
        validators=[DataRequired("Choisissez.")],
    )
    text = TextAreaField("Description")
    read = BooleanField("J’ai lu les conditions", validators=[DataRequired("Cochez la case pour continuer.")])


def samples() -> tuple[SampleForm, SampleForm]:
    """Return the form as it is first seen, and refused as a whole and in each field."""
    fresh = SampleForm(formdata=None, prefix="neuf-")
    refused = SampleForm(formdata=None, prefix="refus-", data={"name": "Stockage de palettes"})
    for field in refused:
        if field.short_name != "csrf_token":
            field.errors = ["Écrivez une valeur comme dans l’exemple."]
    refused.refuse("Le disponible ne suffit pas\u00a0: il manque 120,00\u00a0B.")
    return fresh, refused
