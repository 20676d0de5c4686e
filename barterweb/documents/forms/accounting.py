"""A company's account plan and the end of its financial year, as its administrator types them."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import InputRequired, Regexp

from barterweb.documents.facts.plans import ACCOUNT, ACCOUNT_NAMES, JOURNAL, JOURNAL_NAMES, AccountPlan
from barterweb.web.fields import Form, TextField
from barterweb.web.filters import MONTHS

_ACCOUNT = (
    "Écrivez un numéro de compte\u00a0: trois chiffres au moins, de 1 à 8 pour le premier, par exemple 4671."
)
_JOURNAL = "Écrivez un code de journal\u00a0: de 1 à 6 chiffres ou lettres majuscules, par exemple VE."

ACCOUNT_LABELS = {
    "customers": "Clients",
    "suppliers": "Fournisseurs",
    "sales_goods": "Ventes de biens",
    "sales_services": "Ventes de services",
    "vat_collected": "TVA collectée",
    "vat_collected_waiting": "TVA collectée en attente d’encaissement",
    "purchases_goods": "Achats de biens",
    "purchases_services": "Achats de services",
    "vat_deductible": "TVA déductible",
    "vat_deductible_waiting": "TVA déductible en attente de paiement",
    "barter": "Compte Barter",
    "commission": "Commissions du réseau",
    "membership": "Adhésion au réseau",
    "waiting": "Opérations à classer",
}
JOURNAL_LABELS = {
    "sales_journal": "Journal des ventes",
    "purchases_journal": "Journal des achats",
    "barter_journal": "Journal Barter",
}


class AccountingForm(Form):
    """Account numbers and journal codes are typed with or without spaces, in either case."""

    year_end_month = SelectField(
        "Fin de l’exercice",
        coerce=int,
        choices=[(number, f"fin {name}") for number, name in enumerate(MONTHS, 1)],
    )
    digits = SelectField(
        "Longueur des comptes",
        coerce=int,
        choices=[(0, "comme saisis"), *((n, f"{n} caractères, complétés par des zéros") for n in (6, 8, 10))],
    )

    def plan(self) -> AccountPlan:
        """Return the plan typed."""
        names = (*ACCOUNT_NAMES, *JOURNAL_NAMES)
        return AccountPlan(**{name: self[name].data for name in names}, digits=self.digits.data)

    def validate(self, extra_validators: object = None) -> bool:
        """Refuse two journals with one code: their entries could not be told apart."""
        if not super().validate(extra_validators):
            return False
        if len({self[name].data for name in JOURNAL_NAMES}) < len(JOURNAL_NAMES):
            self.refuse("Deux journaux portent le même code\u00a0: donnez-en un à chacun.")
        return not self.form_errors


def _without_spaces(value: Any) -> str:
    return "".join(str(value or "").split()).upper()


for _name, _label in ACCOUNT_LABELS.items():
    _rules = [InputRequired(_ACCOUNT), Regexp(f"(?:{ACCOUNT.pattern})$", message=_ACCOUNT)]
    setattr(AccountingForm, _name, TextField(_label, filters=[_without_spaces], validators=_rules))
for _name, _label in JOURNAL_LABELS.items():
    _rules = [InputRequired(_JOURNAL), Regexp(f"(?:{JOURNAL.pattern})$", message=_JOURNAL)]
    setattr(AccountingForm, _name, TextField(_label, filters=[_without_spaces], validators=_rules))
