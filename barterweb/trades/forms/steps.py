"""Forms of the steps of a trade, and the French sentence for each refusal."""

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput, TextArea

from barterweb.errors import BusinessError
from barterweb.money import format_cents
from barterweb.trades.errors import (
    ActionNotPossible,
    ApprovalNeeded,
    ApprovalWaiting,
    BarterPartTooSmall,
    BuyerAtCeiling,
    BuyerLacksCredit,
    CompanyMayNotTrade,
    DeliveryDateNotPossible,
    InvalidTerms,
    InvoiceToIssueFirst,
    ListingNotAvailable,
    MessagesClosed,
    MessagesFull,
    NothingToRefund,
    OwnListing,
    RefundChanged,
    SellerAtCeiling,
    SellerLacksCredit,
    TermsChanged,
)
from barterweb.web.fields import AmountField, DateField, Form, IdField, TextField


class VersionForm(Form):
    """A yes to the version shown."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(), NumberRange(1, 10_000)])


class ConsentForm(VersionForm):
    """A yes to the version shown, read and ticked."""

    read = BooleanField(
        "J’ai lu ces conditions et j’engage mon entreprise",
        validators=[DataRequired("Cochez la case pour donner votre accord.")],
    )


class ReasonForm(VersionForm):
    """A refusal with its reason."""

    reason = TextField(
        "Motif",
        widget=TextArea(),
        validators=[DataRequired("Écrivez le motif\u00a0: l’autre entreprise le lira."), Length(max=2000)],
    )


class InternalReasonForm(VersionForm):
    """A refusal within the buyer's walls, beside that of the trade itself."""

    reason = TextField(
        "Motif du refus interne",
        id="motif-interne",
        widget=TextArea(),
        validators=[
            DataRequired("Écrivez le motif\u00a0: la personne qui négocie le lira."),
            Length(max=2000),
        ],
    )


class DeliveryForm(Form):
    """The seller's declaration of delivery."""

    delivered_on = DateField(
        "Date de livraison", validators=[InputRequired("Indiquez la date de livraison.")]
    )
    note = TextField(
        "Note pour l’acheteur",
        widget=TextArea(),
        validators=[Length(max=2000, message="2 000 caractères au plus.")],
    )


class ConfirmationForm(VersionForm):
    """The buyer's yes to a delivery, with its own order number for the invoice."""

    order_reference = TextField(
        "Votre numéro de commande", [Length(max=50, message="50 caractères au plus.")]
    )


class RefundForm(Form):
    """What to give back of a settled trade; `left_cents` is what the page showed as left, in cents."""

    refund_id = IdField("rmb", widget=HiddenInput())
    left_cents = IntegerField(widget=HiddenInput(), validators=[InputRequired(), NumberRange(0)])
    extent = RadioField(
        "Que rembourser\u00a0?",
        [InputRequired("Choisissez ce qui est remboursé.")],
        choices=[("whole", "Tout ce qui reste"), ("part", "Une partie seulement")],
    )
    amount = AmountField("Montant TTC à rembourser")
    reason = TextField(
        "Motif",
        [
            DataRequired("Écrivez le motif\u00a0: il figure sur l’avoir."),
            Length(max=500, message="500 caractères au plus."),
        ],
        widget=TextArea(),
    )
    step = TextField()

    def validate_amount(self, field: AmountField) -> None:
        """A part has an amount."""
        if self.extent.data == "part" and field.data is None and not field.errors:
            raise ValidationError("Indiquez le montant TTC à rembourser.")

    def gross_cents(self, left_cents: int) -> int:
        """Return what to give back incl. VAT; only after validation."""
        return left_cents if self.extent.data == "whole" else int(self.amount.data)


_SENTENCES: dict[type[BusinessError], str] = {
    InvoiceToIssueFirst: (
        "La facture de cet échange attend encore des mentions obligatoires, et l’avoir doit la citer. Rien n’est "
        "remboursé\u00a0: complétez d’abord la facture, puis recommencez."
    ),
    RefundChanged: (
        "Un autre remboursement a été fait entre-temps. Rien de plus n’est remboursé\u00a0: relisez ce qui reste."
    ),
    ActionNotPossible: (
        "L’échange a changé d’état entre-temps\u00a0: cette action n’est plus possible. "
        "Rien n’a été débité par votre demande."
    ),
    MessagesClosed: (
        "Cet échange est terminé depuis plus de 90\u00a0jours\u00a0: votre message n’est pas envoyé. "
        "Appelez l’autre entreprise."
    ),
    MessagesFull: (
        "Cet échange a déjà 1\u202f000 messages, le maximum\u00a0: le vôtre n’est pas envoyé. Appelez l’autre entreprise."
    ),
    TermsChanged: (
        "L’autre entreprise a modifié les conditions pendant que vous les lisiez. "
        "Rien n’est engagé\u00a0: relisez la nouvelle version."
    ),
    OwnListing: "Cette annonce est celle de votre entreprise\u00a0: on n’échange pas avec soi-même.",
    ListingNotAvailable: (
        "Cette annonce n’est plus en ligne. Rien n’a été envoyé\u00a0: cherchez une annonce semblable."
    ),
    CompanyMayNotTrade: (
        "L’une des deux entreprises ne peut pas conclure d’échange pour le moment. "
        "Rien n’est engagé\u00a0: contactez votre pôle pour en savoir plus."
    ),
    SellerAtCeiling: (
        "Le compte du vendeur atteindrait son plafond de crédit. Rien n’est réservé\u00a0: réduisez la part en "
        "Barter, ou attendez que le vendeur ait dépensé une partie de son solde."
    ),
    ApprovalWaiting: (
        "L’acheteur attend encore l’accord interne d’un de ses administrateurs. Rien n’est réservé\u00a0: vous serez "
        "prévenu dès que vous pourrez répondre."
    ),
    DeliveryDateNotPossible: (
        "La livraison se déclare à partir du jour de l’accord et jusqu’à aujourd’hui. Corrigez la date."
    ),
}

_TERMS = {
    "no_line": "Ajoutez au moins une ligne.",
    "total": "Le total doit être compris entre 0,01 et 10 000 000 000,00.",
    "no_barter": "La part en euros atteint ou dépasse le total\u00a0: laissez au moins 0,01\u00a0B en Barter.",
}


def explain(error: BusinessError, *, buys: bool = True) -> str:
    """Return the sentence a person reads: what happened, what is safe, what to do.

    `buys` tells whether the reader is the buyer: a seller is not told how much the buyer lacks.
    """
    match error:
        case BuyerLacksCredit() if buys:
            return (
                f"Votre disponible ne suffit pas\u00a0: il manque {error.requested - error.available}\u00a0B. Rien n’est "
                "réservé. Proposez un montant plus petit ou une part en euros, ou vendez d’abord."
            )
        case BuyerLacksCredit():
            return (
                "Le disponible de l’acheteur ne suffit pas pour le moment. Rien n’est réservé\u00a0: proposez un montant "
                "plus petit ou une part en euros, ou attendez que l’acheteur ait vendu."
            )
        case SellerLacksCredit():
            return (
                f"Le disponible du vendeur ne suffit pas\u00a0: il reste {error.available}\u00a0B pour rembourser "
                f"{error.requested}\u00a0B. Rien n’est remboursé\u00a0: réduisez le montant, ou vendez d’abord."
            )
        case BuyerAtCeiling():
            return (
                f"Le compte de l’acheteur ne peut recevoir que {error.room}\u00a0B avant son plafond. Rien n’est "
                "remboursé\u00a0: réduisez le montant, ou attendez que l’acheteur ait dépensé une partie de son solde."
            )
        case NothingToRefund(left_cents=left):
            return (
                f"Il reste {format_cents(left)}\u00a0€ à rembourser sur cet échange. Rien n’est remboursé\u00a0: "
                "corrigez le montant."
            )
        case ApprovalNeeded():
            return (
                f"Cet achat de {error.requested}\u00a0B dépasse votre plafond de {error.cap}\u00a0B. Rien n’est "
                "réservé\u00a0: demandez l’accord d’un administrateur de votre entreprise."
            )
        case InvalidTerms():
            return _TERMS[error.reason]
        case BarterPartTooSmall():
            return (
                f"La part en Barter doit couvrir au moins la commission, soit {error.minimum}\u00a0B. "
                "Augmentez-la ou réduisez la part en euros."
            )
    return _SENTENCES.get(
        type(error),
        "Cette action n’est pas possible. Rien n’a changé\u00a0: rechargez la page pour voir où en est l’échange.",
    )
