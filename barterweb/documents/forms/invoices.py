"""What a seller types about an invoice: the reason of an exemption, its own number, what to correct."""

from datetime import date
from typing import Any

from wtforms import FileField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Regexp
from wtforms.widgets import TextArea

from barterweb import clock
from barterweb.documents.errors import (
    ContestNotPossible,
    ContestOver,
    ContestSettled,
    InvoiceIncomplete,
    NoMandate,
    NotAnInvoiceFile,
    NothingToCorrect,
    OwnInvoiceRecorded,
)
from barterweb.documents.facts import (
    MAX_OWN_FILE_BYTES,
    Address,
    InvoiceFacts,
    OwnInvoiceDetails,
)
from barterweb.documents.forms.words import missing_words
from barterweb.errors import BusinessError
from barterweb.web.fields import DateField, Form, TextField
from barterweb.web.filters import day


class IssueForm(Form):
    """The order to issue a draft's invoice; lines at 0 % need a reason."""

    exemption = TextField(
        "Motif de l’exonération de TVA", [Length(max=200, message="200 caractères au plus.")]
    )


class OwnInvoiceForm(Form):
    """The invoice a seller without mandate issued itself."""

    number = TextField(
        "Numéro de votre facture",
        [
            DataRequired("Indiquez le numéro de votre facture."),
            Regexp(
                r"[A-Za-z0-9+\-_/]{1,35}\Z",
                message="Le numéro compte 35 caractères au plus\u00a0: lettres sans accent, chiffres, + - _ et /.",
            ),
        ],
    )
    issued_on = DateField("Date de votre facture", [InputRequired("Indiquez la date de votre facture.")])
    file = FileField("Fichier PDF de votre facture")

    def validate_issued_on(self, field: DateField) -> None:
        """An invoice to come is none."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError("Cette date est à venir\u00a0: indiquez celle que porte votre facture.")

    def own(self) -> OwnInvoiceDetails:
        """Return what `record_own_invoice` takes; only after validation."""
        sent: Any = self.file.data
        data = sent.read(MAX_OWN_FILE_BYTES + 1) if sent else b""
        issued_on: date = self.issued_on.data
        return OwnInvoiceDetails(number=self.number.data, issued_on=issued_on, file=data or None)


class ContestForm(Form):
    """Why the seller contests an invoice drawn up in its name."""

    reason = TextField(
        "Ce que vous contestez",
        [
            DataRequired("Dites ce qui ne va pas\u00a0: un montant, une mention, une date."),
            Length(max=2_000, message="2\u202f000 caractères au plus."),
        ],
        widget=TextArea(),
    )


class WithdrawContestForm(Form):
    """The order to take a contest back."""


class AnswerContestForm(Form):
    """Why the operator upholds a contested invoice."""

    answer = TextField(
        "Pourquoi la facture est maintenue",
        [
            DataRequired("Dites au vendeur pourquoi sa facture est maintenue."),
            Length(max=2_000, message="2\u202f000 caractères au plus."),
        ],
        widget=TextArea(),
    )


class CorrectionForm(Form):
    """What a corrective invoice says beside the companies' details of today."""

    order_reference = TextField(
        "Numéro de commande de l’acheteur", [Length(max=50, message="50 caractères au plus.")]
    )
    street = TextField("Numéro et voie, ou lieu", [Length(max=200, message="200 caractères au plus.")])
    postal_code = TextField(
        "Code postal", [Regexp(r"(\d{5})?\Z", message="Écrivez cinq chiffres, ou laissez vide.")]
    )
    city = TextField("Commune", [Length(max=80, message="80 caractères au plus.")])

    def delivery_address(self) -> Address | None:
        """Return the place of delivery, None when nothing was typed."""
        if not (self.street.data or self.postal_code.data or self.city.data):
            return None
        lines = (self.street.data,) if self.street.data else ()
        return Address(lines=lines, postal_code=self.postal_code.data, city=self.city.data)


def correction_of(facts: InvoiceFacts) -> CorrectionForm:
    """Return the form filled with what the invoice says now."""
    address = facts.delivery_address
    return CorrectionForm(
        formdata=None,
        order_reference=facts.order_reference or "",
        street=", ".join(address.lines) if address else "",
        postal_code=address.postal_code if address else "",
        city=address.city if address else "",
    )


def explain(error: BusinessError) -> str:
    """Return the sentence a person reads: what happened, what is safe, what to do."""
    match error:
        case InvoiceIncomplete():
            return (
                f"La facture n’est pas émise\u00a0: il manque {', '.join(missing_words(error.missing))}. "
                "L’échange est réglé et le projet est conservé\u00a0: complétez, puis recommencez."
            )
        case NoMandate():
            return (
                "Cette entreprise n’a pas donné de mandat de facturation, ou l’a retiré\u00a0: nous n’émettons rien en son "
                "nom. Le projet est conservé\u00a0: émettez votre facture vous-même, ou donnez mandat sur la fiche."
            )
        case NothingToCorrect():
            return "La facture dit déjà tout cela\u00a0: rien n’est émis. Corrigez d’abord la fiche ou un champ ci-dessous."
        case OwnInvoiceRecorded():
            return (
                f"Une facture n° {error.number} est déjà enregistrée pour cet échange. Elle est conservée\u00a0: "
                "pour la changer, écrivez à l’exploitant."
            )
        case ContestOver():
            return (
                f"Le délai de contestation s’est terminé le {day(error.last_day)}\u00a0: la facture est réputée acceptée. "
                "Vous pouvez encore la rectifier, ou rembourser l’échange."
            )
        case ContestNotPossible():
            return (
                "Cette facture a déjà été contestée, ou rectifiée depuis\u00a0: rien n’est enregistré. "
                "S’il reste une erreur, rectifiez la dernière facture ou remboursez l’échange."
            )
        case ContestSettled():
            return "Cette contestation est déjà close\u00a0: rien ne change. Son issue est écrite plus bas."
        case NotAnInvoiceFile(reason="too_large"):
            return "Le fichier dépasse 5\u00a0Mo. Rien n’est enregistré\u00a0: choisissez un PDF plus léger."
        case NotAnInvoiceFile():
            return "Le fichier n’est pas un PDF. Rien n’est enregistré\u00a0: choisissez le PDF de votre facture."
    raise error
