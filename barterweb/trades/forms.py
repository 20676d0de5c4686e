"""Forms of trades, and the French sentence for each refusal."""

import re
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    ValidationError,
)
from wtforms import (
    Form as PlainForm,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput, TextArea, TextInput

from barterweb import clock
from barterweb.documents.facts import InvoiceLine
from barterweb.errors import BusinessError
from barterweb.listings.models import Listing
from barterweb.members.models import Company
from barterweb.money import format_cents
from barterweb.trades.errors import (
    ActionNotPossible,
    BarterPartTooSmall,
    BuyerAtCeiling,
    BuyerLacksCredit,
    CompanyMayNotTrade,
    DeliveryDateNotPossible,
    InvalidTerms,
    InvoiceToIssueFirst,
    ListingNotAvailable,
    NothingToRefund,
    OwnListing,
    RefundChanged,
    SellerAtCeiling,
    SellerLacksCredit,
    TermsChanged,
)
from barterweb.trades.facts import Terms
from barterweb.web.fields import AmountField, DateField, Form, IdField, TextField, clean

MAX_LINES = 10
MAX_QUANTITY_MILLI = 10**9
VAT_RATES = ((2000, "20 %"), (1000, "10 %"), (550, "5,5 %"), (210, "2,1 %"), (0, "0 %"))
SETTLEMENTS = (
    ("barter", "Tout en Barter, TVA comprise"),
    ("net_in_barter", "Le montant hors taxe en Barter, la TVA en euros"),
    ("share", "Une partie en euros, le reste en Barter"),
)
_QUANTITY = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?", re.ASCII)


class QuantityField(TextField):
    """A positive quantity with up to three decimals; `data` is thousandths, or None when empty."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return clean(self.raw_data[0])
        return "" if self.data is None else quantity_text(self.data)

    def process_formdata(self, valuelist: Any) -> None:
        """Read ``1,5``."""
        self.data = None
        typed = valuelist[0].replace("\u00a0", "").replace("\u202f", "").replace(" ", "") if valuelist else ""
        if not typed:
            return
        match = _QUANTITY.fullmatch(typed)
        thousandths = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0")) if match else 0
        if not 1 <= thousandths <= MAX_QUANTITY_MILLI:
            raise ValueError("Écrivez une quantité positive, avec trois décimales au plus, par exemple 1,5.")
        self.data = thousandths


def quantity_text(thousandths: int) -> str:
    """``1500`` → ``1,5``."""
    return (
        format(Decimal(thousandths) / 1000, "f").rstrip("0").rstrip(".").replace(".", ",")
        if thousandths
        else "0"
    )


class LineForm(PlainForm):
    """One line of the terms; left wholly empty it is ignored."""

    description = TextField("Désignation", validators=[Length(max=300, message="300 caractères au plus.")])
    quantity_milli = QuantityField("Quantité")
    unit = TextField("Unité", validators=[Length(max=30, message="30 caractères au plus.")])
    unit_price_cents = AmountField("Prix unitaire HT")
    vat_rate_bp = SelectField("TVA", choices=VAT_RATES, coerce=int, default=2000)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that counts."""
        return not any(str(f.raw_data[0] if f.raw_data else f.data or "").strip() for f in self._counting())

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a line begun but not finished."""
        if self.is_empty:
            return True
        valid = bool(super().validate(extra_validators))
        for field, sentence in zip(self._counting(), _MISSING, strict=True):
            if not field.data and not field.errors:
                field.errors = (*field.errors, sentence)
                valid = False
        return valid

    def _counting(self) -> list[Any]:
        return [self.description, self.quantity_milli, self.unit_price_cents]


_MISSING = (
    "Décrivez ce qui est vendu sur cette ligne, ou videz-la.",
    "Indiquez la quantité de cette ligne, ou videz-la.",
    "Indiquez le prix unitaire de cette ligne, ou videz-la.",
)


class TermsForm(Form):
    """The terms of a proposal or of a counter-proposal."""

    trade_id = IdField("trd", widget=HiddenInput())
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    lines = FieldList(FormField(LineForm, separator="-"), min_entries=1, max_entries=MAX_LINES)
    settlement = RadioField("Règlement", choices=SETTLEMENTS, default="barter", validators=[InputRequired()])
    euro_part_cents = AmountField("Part en euros")
    delivery_on = DateField(
        "Date de livraison", validators=[InputRequired("Indiquez une date de livraison.")]
    )
    delivery_place = TextField(
        "Lieu de livraison ou d’exécution",
        validators=[DataRequired("Indiquez où la prestation ou le bien est livré."), Length(max=200)],
    )
    message = TextField(
        "Message", widget=TextArea(), validators=[Length(max=2000, message="2 000 caractères au plus.")]
    )
    step = HiddenField()

    def for_seller(self, seller: Company) -> None:
        """Ask for one line at least; a seller under the small-business exemption charges no VAT (CGI, art. 293 B)."""
        first = self.lines[0].form
        for field in (first.description, first.quantity_milli, first.unit_price_cents):
            field.flags.required = True
        if seller.vat_regime == "franchise":
            for line in self.lines:
                line.form.vat_rate_bp.choices = [(0, "0 %")]
                if not line.form.vat_rate_bp.raw_data:
                    line.form.vat_rate_bp.data = 0

    def add_line(self) -> None:
        """Offer one more empty line, up to `MAX_LINES`."""
        if len(self.lines) < MAX_LINES:
            self.lines.append_entry()

    def validate_lines(self, field: FieldList) -> None:
        """At least one line is needed."""
        if all(entry.form.is_empty for entry in field):
            raise ValidationError(
                "Ajoutez au moins une ligne\u00a0: ce qui est vendu, la quantité et le prix."
            )

    def validate_euro_part_cents(self, field: AmountField) -> None:
        """The euro part is needed when part is paid in euros."""
        if self.settlement.data == "share" and field.data is None and not field.errors:
            raise ValidationError("Indiquez la part payée en euros.")

    def validate_delivery_on(self, field: DateField) -> None:
        """A delivery to come cannot be in the past."""
        if field.data is not None and field.data < clock.today():
            raise ValidationError("Cette date est passée\u00a0: choisissez aujourd’hui ou une date à venir.")

    def terms(self) -> Terms:
        """Return the validated terms; raises `InvalidTerms`."""
        lines = tuple(
            InvoiceLine(
                description=entry.form.description.data,
                quantity_milli=entry.form.quantity_milli.data,
                unit=entry.form.unit.data or "unité",
                unit_price_cents=entry.form.unit_price_cents.data,
                vat_rate_bp=entry.form.vat_rate_bp.data,
            )
            for entry in self.lines
            if not entry.form.is_empty
        )
        return Terms(
            lines=lines,
            settlement=self.settlement.data,
            delivery_on=self.delivery_on.data,
            delivery_place=self.delivery_place.data,
            message=self.message.data,
            euro_part_cents=self.euro_part_cents.data or 0,
        )


def first_terms(listing: Listing, trade_id: str) -> TermsForm:
    """Return the form of a first proposal, filled from the listing."""
    form = TermsForm(formdata=None, trade_id=trade_id, delivery_place=listing.city)
    line = form.lines[0].form
    line.description.data, line.unit.data = listing.title, listing.unit
    line.quantity_milli.data, line.unit_price_cents.data = 1000, listing.price_cents
    line.vat_rate_bp.data = listing.vat_rate_bp
    return form


def next_terms(terms: Terms, trade_id: str, version: int) -> TermsForm:
    """Return the form of a counter-proposal, filled from the terms on the table."""
    return TermsForm(
        formdata=None,
        trade_id=trade_id,
        version=version,
        settlement=terms.settlement,
        euro_part_cents=terms.euro_cents if terms.settlement == "share" else None,
        delivery_on=terms.delivery_on,
        delivery_place=terms.delivery_place,
        lines=[asdict(line) for line in terms.lines],
    )


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
