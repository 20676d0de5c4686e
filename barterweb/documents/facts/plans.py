"""A company's account plan: into which accounts and journals the entries of its Barter account go.

Defaults follow the plan comptable général (règlement ANC 2014-03): every company changes them to its own sub-accounts.
"""

import re
from dataclasses import dataclass
from typing import Any

from barterweb.documents.facts.frozen import Facts, require

ACCOUNT = re.compile(r"[1-8][0-9]{2}[0-9A-Z]{0,9}")
JOURNAL = re.compile(r"[0-9A-Z]{1,6}")

ACCOUNT_NAMES = {
    "customers": "Clients",
    "suppliers": "Fournisseurs",
    "sales_goods": "Ventes de marchandises et de produits",
    "sales_services": "Prestations de services",
    "vat_collected": "TVA collectée",
    "vat_collected_waiting": "TVA collectée, en attente d’encaissement",
    "purchases_goods": "Achats de marchandises",
    "purchases_services": "Achats de prestations de services",
    "vat_deductible": "TVA déductible",
    "vat_deductible_waiting": "TVA déductible, en attente de paiement",
    "barter": "Barter clusters, à compenser",
    "commission": "Commissions d’intermédiaires",
    "membership": "Cotisations",
    "waiting": "Compte d’attente",
}
JOURNAL_NAMES = {
    "sales_journal": "Ventes",
    "purchases_journal": "Achats",
    "barter_journal": "Barter clusters",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan(Facts):
    """Account numbers and journal codes. `digits` pads numbers with zeros to that length (0: as typed).

    `barter` holds what the network owes the company, or the company the network: 467 with an "à compenser" sub-account, or a
    bank-like 51x where its accountant prefers (PIPAME, guide of inter-company barter). `waiting` takes what no rule knows.
    """

    customers: str = "411"
    suppliers: str = "401"
    sales_goods: str = "707"
    sales_services: str = "706"
    vat_collected: str = "44571"
    vat_collected_waiting: str = "44574"
    purchases_goods: str = "607"
    purchases_services: str = "604"
    vat_deductible: str = "44566"
    vat_deductible_waiting: str = "44564"
    barter: str = "4671"
    commission: str = "622"
    membership: str = "6281"
    waiting: str = "471"
    sales_journal: str = "VE"
    purchases_journal: str = "AC"
    barter_journal: str = "BT"
    digits: int = 0

    def __post_init__(self) -> None:
        values: dict[str, Any] = {name: getattr(self, name) for name in (*ACCOUNT_NAMES, *JOURNAL_NAMES)}
        for name in ACCOUNT_NAMES:
            require(ACCOUNT.fullmatch(values[name]) is not None, f"{name} is no account number")
        for name in JOURNAL_NAMES:
            require(JOURNAL.fullmatch(values[name]) is not None, f"{name} is no journal code")
        require(
            len({values[name] for name in JOURNAL_NAMES}) == len(JOURNAL_NAMES), "two journals share a code"
        )
        require(self.digits == 0 or 3 <= self.digits <= 12, "accounts have 3 to 12 digits")

    def number(self, name: str) -> str:
        """Return the account of that name, padded as the company's software wants it."""
        account: str = getattr(self, name)
        return account.ljust(self.digits, "0")
