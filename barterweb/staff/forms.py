"""Forms of staff: the decision on an application, the decision on a dispute, with the sentences of refusals."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Field, HiddenField, IntegerField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import HiddenInput, TextArea, TextInput

from barterweb.errors import BusinessError
from barterweb.listings.facts import CATEGORIES
from barterweb.money import BASIS_POINTS
from barterweb.trades.errors import InvalidTerms
from barterweb.web.fields import Form, TextField

DRAFT = "brouillon"
LONGEST_MESSAGE = 2000
_TOO_LONG = "Écrivez 2\u202f000 caractères au plus."
_PERCENT = re.compile(r"([1-9]\d?)\s*%?", re.ASCII)


# ---------------------------------------------------------------------------------------------------- applications


class NeededTo:
    """Refuse an empty field when one of these decisions is taken; the field is shown as required under its buttons."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self.sentences = sentences
        self.field_flags = {"required": True}

    def __call__(self, form: "DecisionForm", field: Field) -> None:
        """Stop with the decision's sentence."""
        sentence = self.sentences.get(form.decision.data or "")
        if sentence and not field.data:
            raise StopValidation(sentence)


class DecisionForm(Form):
    """What staff decide on an application; the button pressed is `decision`: approve, ask or refuse."""

    decision = StringField()
    category = SelectField(
        "Catégorie de cette annonce",
        choices=[
            ("", "Choisissez…"),
            *CATEGORIES.items(),
            (DRAFT, "Aucune\u00a0: garder en brouillon"),
        ],
        validators=[NeededTo({"approve": "Choisissez la catégorie sous laquelle publier l’annonce."})],
        validate_choice=False,
    )
    message = TextField(
        "Votre question, ou le motif du refus",
        widget=TextArea(),
        validators=[
            NeededTo(
                {
                    "ask": "Écrivez la question\u00a0: l’entreprise la recevra par courriel.",
                    "refuse": "Écrivez le motif du refus\u00a0: l’entreprise le recevra par courriel.",
                }
            ),
            Length(max=LONGEST_MESSAGE, message=_TOO_LONG),
        ],
    )

    def validate_decision(self, field: StringField) -> None:
        """One of the three buttons must have been pressed."""
        if field.data not in ("approve", "ask", "refuse"):
            raise ValidationError("Choisissez une décision avec l’un des boutons.")

    def validate_category(self, field: SelectField) -> None:
        """Refuse what is not in the list."""
        if field.data and field.data not in dict(field.choices):
            raise ValidationError("Choisissez une catégorie de la liste.")

    def listing_category(self) -> str | None:
        """Return the category to publish under, None to keep a draft; only after validation."""
        return None if self.category.data == DRAFT else str(self.category.data)


# -------------------------------------------------------------------------------------------------------- disputes


class PercentField(StringField):
    """A share from 1 to 99 percent; `data` is that number, or None when empty."""

    widget = TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0] if self.raw_data else self.data or "")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read ``60`` or ``60 %``."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if typed:
            match = _PERCENT.fullmatch(typed)
            if match is None:
                raise ValueError("Écrivez un nombre entier de 1 à 99, par exemple 60.")
            self.data = int(match[1])


class RulingForm(Form):
    """The operator's decision on a dispute. `seen` is how many statements were on the page."""

    outcome = RadioField(
        "Décision",
        choices=[
            ("full", "Règlement complet\u00a0: le vendeur reçoit tout"),
            ("partial", "Règlement partiel\u00a0: le vendeur reçoit une part, le reste revient à l’acheteur"),
            ("cancelled", "Annulation\u00a0: tout revient à l’acheteur"),
        ],
        validators=[InputRequired("Choisissez une décision.")],
        validate_choice=False,
    )
    percent = PercentField("Part réglée au vendeur")
    reason = TextField(
        "Motif de la décision",
        widget=TextArea(),
        validators=[
            InputRequired("Écrivez le motif\u00a0: les deux entreprises le liront."),
            Length(max=LONGEST_MESSAGE, message=_TOO_LONG),
        ],
    )
    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])
    step = HiddenField()

    def validate_outcome(self, field: RadioField) -> None:
        """One of the three outcomes."""
        if field.data not in dict(field.choices):
            raise ValidationError("Choisissez une décision.")

    def validate_percent(self, field: PercentField) -> None:
        """A partial settlement says which part."""
        if self.outcome.data == "partial" and field.data is None and not field.errors:
            raise ValidationError("Indiquez la part que le vendeur reçoit, de 1 à 99\u00a0%.")

    def validate_reason(self, field: TextField) -> None:
        """Spaces are no reason."""
        if not field.data:
            raise ValidationError("Écrivez le motif\u00a0: les deux entreprises le liront.")

    def settled_share_bp(self) -> int:
        """Return the share settled in basis points; only after validation."""
        return {"full": BASIS_POINTS, "cancelled": 0}.get(self.outcome.data, (self.percent.data or 0) * 100)


def explain(error: BusinessError) -> str:
    """Return the sentence for a refusal of a decision."""
    if isinstance(error, InvalidTerms):
        return "Cette part ne laisse rien à régler\u00a0: choisissez une part plus grande, ou l’annulation. Rien n’a changé."
    return "Cette décision n’est pas possible. Rien n’a changé\u00a0: rechargez la page pour voir où en est l’échange."
