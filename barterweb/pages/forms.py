"""The form of the style page: one field of each kind, to be seen empty, filled in and refused."""

from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired

from barterweb.web.fields import AmountField, DateField, Form, TextField


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
