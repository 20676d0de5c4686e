"""What the operator decides about invoices: its own identity, the mentions, the fees' VAT and rhythm."""

from typing import Any

from stdnum import bic, iban
from stdnum.fr import siret
from wtforms import BooleanField, IntegerField, RadioField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import TextArea

from barterweb import clock
from barterweb.documents.facts import Address, InvoicingTerms, Party
from barterweb.members.errors import NotASiret, NotAVatNumber
from barterweb.members.facts import department_of, read_siret, read_vat_number
from barterweb.web.fields import AmountField, DateField, Form, TextField

_LONG = [DataRequired("Écrivez la mention."), Length(max=300, message="300 caractères au plus.")]


def _text(label: str, sentence: str, limit: int = 120) -> TextField:
    return TextField(
        label, [DataRequired(sentence), Length(max=limit, message=f"{limit} caractères au plus.")]
    )


class InvoicingTermsForm(Form):
    """The invoicing terms from a day on."""

    starts_on = DateField("À partir du", [InputRequired("Indiquez le premier jour.")])
    name = _text("Nom", "Indiquez le nom de l’exploitant.")
    legal_form = _text("Forme juridique", "Indiquez la forme juridique, par exemple Association.", 40)
    capital = AmountField("Capital social")
    rcs_city = TextField("Ville du RCS", [Length(max=80)])
    siret = _text("SIRET", "Indiquez le SIRET.", 20)
    vat_number = _text("Numéro de TVA", "Indiquez le numéro de TVA.", 20)
    street = _text("Numéro et voie", "Indiquez le numéro et la voie.", 200)
    postal_code = _text("Code postal", "Indiquez le code postal.", 5)
    city = _text("Commune", "Indiquez la commune.", 80)
    iban = TextField("IBAN", [Length(max=42)])
    bic = TextField("BIC", [Length(max=11)])
    commission_rhythm = RadioField(
        "Facture de commission",
        [InputRequired("Choisissez un rythme.")],
        choices=[("trade", "Une par échange, au règlement"), ("month", "Une récapitulative par mois")],
    )
    fees_include_vat = BooleanField(
        "Les 235\u00a0€ d’adhésion et les 5\u00a0% de commission s’entendent TVA comprise"
    )
    euros_due_after_days = IntegerField(
        "Délai de paiement en euros, en jours",
        [
            InputRequired("Indiquez le délai."),
            NumberRange(0, 60, "60 jours au plus (C. com., art. L. 441-10)."),
        ],
    )
    contest_days = IntegerField(
        "Délai de contestation d’une facture par son vendeur, en jours",
        [InputRequired("Indiquez le délai."), NumberRange(1, 90, "De 1 à 90 jours.")],
    )
    penalty = TextField("Pénalités de retard", _LONG, widget=TextArea())
    discount = TextField("Escompte", _LONG)
    franchise_mention = TextField("Mention de la franchise en base", _LONG)

    def validate_starts_on(self, field: DateField) -> None:
        """What was issued keeps the terms of its time."""
        if field.data is not None and field.data < clock.today():
            raise ValidationError(
                "Choisissez aujourd’hui ou un jour à venir\u00a0: les factures émises ne changent pas."
            )

    def validate_siret(self, field: TextField) -> None:
        """The number has a right key."""
        try:
            read_siret(field.data)
        except NotASiret as error:
            raise ValidationError("Ce SIRET n’est pas valide\u00a0: vérifiez ses 14 chiffres.") from error

    def validate_vat_number(self, field: TextField) -> None:
        """The number is the operator's."""
        typed = siret.compact(self.siret.data or "")
        try:
            read_vat_number(field.data, typed[:9])
        except NotAVatNumber as error:
            raise ValidationError("Ce numéro de TVA ne correspond pas au SIRET.") from error

    def validate_postal_code(self, field: TextField) -> None:
        """The place exists."""
        if department_of(field.data or "") is None:
            raise ValidationError("Écrivez un code postal français de cinq chiffres.")

    def validate_iban(self, field: TextField) -> None:
        """The account number has a right key."""
        if field.data and not iban.is_valid(field.data):
            raise ValidationError(
                "Cet IBAN n’est pas valide\u00a0: recopiez-le depuis un relevé d’identité bancaire."
            )

    def validate_bic(self, field: TextField) -> None:
        """The code has the right form."""
        if field.data and not bic.is_valid(field.data):
            raise ValidationError("Ce BIC n’est pas valide\u00a0: il compte 8 ou 11 caractères.")

    def terms(self) -> InvoicingTerms:
        """Return the terms; only after validation."""
        number = read_siret(self.siret.data)
        operator = Party(
            name=self.name.data,
            address=Address(
                lines=(self.street.data,), postal_code=self.postal_code.data, city=self.city.data
            ),
            siren=number[:9],
            siret=number,
            legal_form=self.legal_form.data,
            capital_cents=self.capital.data,
            rcs_city=self.rcs_city.data or None,
            vat_number=read_vat_number(self.vat_number.data, number[:9]),
        )
        return InvoicingTerms(
            operator=operator,
            operator_name=self.name.data,
            iban=iban.compact(self.iban.data) or None,
            bic=bic.compact(self.bic.data) or None,
            commission_rhythm=self.commission_rhythm.data,
            fees_include_vat=self.fees_include_vat.data,
            euros_due_after_days=self.euros_due_after_days.data,
            contest_days=self.contest_days.data,
            penalty=self.penalty.data,
            discount=self.discount.data,
            franchise_mention=self.franchise_mention.data,
        )


def form_of(terms: InvoicingTerms) -> InvoicingTermsForm:
    """Return the form filled with the terms in force."""
    values: dict[str, Any] = {
        "starts_on": clock.today(),
        "name": terms.operator_name,
        "iban": terms.iban or "",
        "bic": terms.bic or "",
        "commission_rhythm": terms.commission_rhythm,
        "fees_include_vat": terms.fees_include_vat,
        "euros_due_after_days": terms.euros_due_after_days,
        "contest_days": terms.contest_days,
        "penalty": terms.penalty,
        "discount": terms.discount,
        "franchise_mention": terms.franchise_mention,
    }
    if terms.operator is not None:
        operator = terms.operator
        values |= {
            "legal_form": operator.legal_form,
            "capital": operator.capital_cents,
            "rcs_city": operator.rcs_city or "",
            "siret": operator.siret,
            "vat_number": operator.vat_number,
            "street": ", ".join(operator.address.lines),
            "postal_code": operator.address.postal_code,
            "city": operator.address.city,
        }
    return InvoicingTermsForm(formdata=None, data=values)
