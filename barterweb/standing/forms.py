"""Forms of a member's standing, and the French sentence for each refusal."""

from typing import Any

from wtforms import BooleanField, RadioField, StringField, ValidationError
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput, TextArea

from barterweb import clock
from barterweb.errors import BusinessError
from barterweb.images import SafeImage
from barterweb.members.errors import StatusNotPossible
from barterweb.members.facts import RegionSettings
from barterweb.members.models import RegionTerms
from barterweb.money import BASIS_POINTS, Credits
from barterweb.standing.errors import (
    ClaimExceeded,
    DayNotPossible,
    LineAlreadyThere,
    MayNotLeave,
    NothingDue,
    NotPaid,
    RequestDecided,
    RequestWaiting,
)
from barterweb.web.fields import AmountField, DateField, Form, IdField, ImageField, TextField, clean

PAYERS = {"seller": "Le vendeur", "buyer": "L’acheteur", "shared": "Les deux, par moitié"}


def _text(label: str, sentence: str, most: int = 2000, **options: Any) -> TextField:
    return TextField(
        label,
        validators=[DataRequired(sentence), Length(max=most, message=f"Écrivez {most} caractères au plus.")],
        **options,
    )


class CreditForm(Form):
    """A request for another credit line, with its figures."""

    request_id = IdField("dcr", widget=HiddenInput())
    wanted = AmountField(
        "Ligne de crédit souhaitée", validators=[InputRequired("Indiquez la ligne souhaitée.")]
    )
    turnover = AmountField(
        "Chiffre d’affaires annuel", validators=[InputRequired("Indiquez le chiffre d’affaires annuel.")]
    )
    sells = _text(
        "Ce que vous vendez, ou vendrez, sur le réseau",
        "Décrivez ce que vous vendez\u00a0: c’est ce qui ramène le compte à zéro.",
        widget=TextArea(),
    )


class CreditDecisionForm(Form):
    """The operator's decision on a request; the button pressed is `decision`."""

    decision = StringField(validators=[AnyOf(("grant", "refuse"), message="Choisissez une décision.")])
    granted = AmountField("Ligne accordée")
    reason = _text(
        "Motif, que l’entreprise lira", "Écrivez le motif\u00a0: l’entreprise le lira.", widget=TextArea()
    )

    def validate_granted(self, field: AmountField) -> None:
        """A line granted has an amount."""
        if self.decision.data == "grant" and field.data is None and not field.errors:
            raise ValidationError("Indiquez la ligne accordée.")


class PaymentForm(Form):
    """A bank transfer that paid a membership."""

    paid_on = DateField("Date du virement", validators=[InputRequired("Indiquez la date du virement.")])
    reference = _text("Référence du virement", "Indiquez la référence du virement.", 140)


class ReasonForm(Form):
    """A reason, for whom it concerns."""

    reason = _text("Motif", "Écrivez le motif.", 300, widget=TextArea())


class LeaveForm(ReasonForm):
    """Leaving the network, read and ticked."""

    sure = BooleanField(
        "L’entreprise quitte le réseau, et j’ai lu ce qui suit",
        validators=[DataRequired("Cochez la case pour confirmer le départ.")],
    )


class StatusForm(ReasonForm):
    """Another status of a member, by staff."""

    status = RadioField(
        "État",
        choices=[("active", "Active"), ("standby", "En veille"), ("suspended", "Suspendue")],
        validators=[
            InputRequired("Choisissez un état."),
            AnyOf(("active", "standby", "suspended"), message="Choisissez un état."),
        ],
        validate_choice=False,
    )


class LimitsForm(ReasonForm):
    """A credit line and a ceiling, by the operator; an empty line is none."""

    credit_limit = AmountField("Ligne de crédit")
    balance_cap = AmountField("Plafond de crédit", validators=[InputRequired("Indiquez le plafond.")])


class InsolvencyForm(ReasonForm):
    """A collective proceeding."""

    opened_on = DateField("Date du jugement", validators=[InputRequired("Indiquez la date du jugement.")])


class ClearingForm(Form):
    """A payment of a claim, or its write-off."""

    clearing_id = IdField("rgl", widget=HiddenInput())
    how = RadioField(
        "Opération",
        choices=[("paid", "Virement reçu"), ("written_off", "Passage en perte, sur la réserve")],
        validators=[AnyOf(("paid", "written_off"), message="Choisissez l’opération.")],
        validate_choice=False,
    )
    amount = AmountField("Montant", validators=[InputRequired("Indiquez le montant.")])
    cleared_on = DateField("Date du virement")
    reference = _text(
        "Référence du virement, ou motif de la perte", "Indiquez la référence ou le motif.", 300
    )

    def validate_cleared_on(self, field: DateField) -> None:
        """A payment has a day."""
        if self.how.data == "paid" and field.data is None and not field.errors:
            raise ValidationError("Indiquez la date du virement.")


class LogoForm(Form):
    """A logo to upload."""

    logo = ImageField("Logo", widest=600, highest=300)

    def validate_logo(self, field: ImageField) -> None:
        """A file is needed."""
        if field.data is None and not field.errors:
            raise ValidationError("Choisissez une image.")

    def picture(self) -> SafeImage:
        """Return the picture drawn anew; only after validation."""
        if self.logo.data is None:
            raise ValueError("no picture was sent")
        return self.logo.data


class PercentField(TextField):
    """A rate typed as ``5`` or ``5,5``; `data` is basis points or None."""

    def _value(self) -> str:
        if self.raw_data:
            return clean(self.raw_data[0])
        if not isinstance(self.data, int):
            return ""
        whole, rest = divmod(self.data, 100)
        return f"{whole},{rest:02d}".rstrip("0").rstrip(",")

    def process_formdata(self, valuelist: Any) -> None:
        """Read the rate, with at most two decimals."""
        super().process_formdata(valuelist)
        whole, _, rest = self.data.removesuffix("%").strip().replace(".", ",").partition(",")
        if not (whole.isascii() and whole.isdigit() and len(rest) <= 2 and (rest.isdigit() or not rest)):
            raise ValueError("Écrivez un taux comme 5 ou 5,5.")
        self.data = int(whole) * 100 + int((rest or "0").ljust(2, "0"))
        if self.data > BASIS_POINTS:
            raise ValueError("Écrivez un taux de 0 à 100.")


class TermsForm(Form):
    """A region's fees and limits from a day on."""

    starts_on = DateField("À partir du", validators=[InputRequired("Indiquez le premier jour.")])
    commission_rate_bp = PercentField("Commission", validators=[InputRequired("Indiquez le taux.")])
    commission_payer = RadioField(
        "Qui la paie",
        choices=list(PAYERS.items()),
        validators=[AnyOf(PAYERS, message="Choisissez qui paie la commission.")],
        validate_choice=False,
    )
    commission_waived = BooleanField("Commission offerte")
    membership_fee_cents = AmountField("Adhésion par an, hors taxes")
    membership_waived = BooleanField("Adhésion offerte")
    credit_limit_cents = AmountField("Première ligne de crédit")
    balance_cap_cents = AmountField("Plafond de crédit", validators=[InputRequired("Indiquez le plafond.")])
    soft_threshold_bp = PercentField(
        "Seuil d’alerte, en part de la ligne", validators=[InputRequired("Indiquez le seuil.")]
    )

    def validate_starts_on(self, field: DateField) -> None:
        """What was in force stays as it was."""
        if field.data is not None and field.data <= clock.today():
            raise ValidationError(
                "Choisissez un jour à venir\u00a0: ce qui est en vigueur ne change pas en arrière."
            )

    def settings(self) -> RegionSettings:
        """Return the fees and limits; only after validation."""
        return RegionSettings(
            commission_rate_bp=self.commission_rate_bp.data,
            commission_payer=self.commission_payer.data,
            commission_waived=self.commission_waived.data,
            membership_fee_cents=self.membership_fee_cents.data or 0,
            membership_waived=self.membership_waived.data,
            credit_limit_cents=self.credit_limit_cents.data or 0,
            balance_cap_cents=self.balance_cap_cents.data,
            soft_threshold_bp=self.soft_threshold_bp.data,
        )


def terms_form(terms: RegionTerms) -> TermsForm:
    """Return the form filled with the terms in force, but for the day."""
    names = [field.name for field in TermsForm(formdata=None) if hasattr(terms, field.name)]
    values = {name: getattr(terms, name) for name in names if name != "starts_on"}
    return TermsForm(formdata=None, data=values)


def amount_of(field: AmountField) -> Credits:
    """Return an amount of a form; nothing typed is zero."""
    return Credits(field.data or 0)


def explain(error: BusinessError) -> str:
    """Return the sentence a person reads: what happened, what is safe, what to do."""
    match error:
        case RequestWaiting():
            return "Une demande attend déjà la décision de l’exploitant. Retirez-la pour en faire une autre."
        case LineAlreadyThere():
            return f"Votre ligne est déjà de {error.line}\u00a0B\u00a0: demandez-en une plus grande."
        case RequestDecided():
            return "La demande a été décidée ou retirée entre-temps. Votre décision n’a rien changé."
        case NothingDue():
            return "Cette adhésion est déjà réglée ou offerte\u00a0: rien n’a changé."
        case NotPaid():
            return "Aucun règlement n’est enregistré pour cette adhésion\u00a0: rien n’a changé."
        case DayNotPossible():
            return "Cette date n’est pas possible\u00a0: elle est dans l’avenir, ou avant ce qu’elle règle."
        case MayNotLeave():
            return "L’entreprise a déjà quitté le réseau, ou n’en est pas membre\u00a0: rien n’a changé."
        case ClaimExceeded():
            return f"Il ne reste que {error.open}\u00a0€ à régler\u00a0: corrigez le montant. Rien n’est enregistré."
        case StatusNotPossible():
            return "Une entreprise partie ou en procédure collective ne change plus d’état ici."
        case _:
            raise error
