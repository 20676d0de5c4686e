"""The sentences an invoice must carry, and what is missing before it may be issued.

CGI = code général des impôts, C. com. = code de commerce, EN 16931 = the European standard for e-invoices.
"""

import re
from collections import Counter

from stdnum.fr import siren, siret, tva

from barterweb.documents.facts.invoices import BarterPayment, InvoiceFacts, Mention
from barterweb.documents.facts.parties import Party
from barterweb.money import format_cents

VAT_FRANCHISE_MENTION = "TVA non applicable, art. 293 B du CGI"
"""Mention of sellers under the small-business exemption (CGI, art. 293 E), until it is renumbered."""

_NO_CAPITAL = re.compile(
    r"(association|fondation|fonds de dotation|syndicat|groupement|gie)\b", re.IGNORECASE
)


PENALTY = "taux de la BCE à son opération de refinancement la plus récente, majoré de 10 points"
DISCOUNT = "Pas d’escompte pour paiement anticipé."
RECOVERY_CENTS = 4000
"""Defaults of the mentions; `InvoicingTerms` holds those in force at a date."""


def standard_mentions(
    payment: BarterPayment | None = None,
    *,
    vat_on_debits: bool = False,
    recovery_cents: int = RECOVERY_CENTS,
    penalty: str = PENALTY,
    discount: str = DISCOUNT,
    refund: bool = False,
) -> tuple[Mention, ...]:
    """Return the sentences every invoice carries; the keyword arguments are the regions' dated settings.

    PMT: flat indemnity for recovery (C. com., art. L. 441-10, II and D. 441-5). PMD: late penalties (C. com.,
    art. L. 441-9 and L. 441-10, II). AAB: discount (C. com., art. L. 441-9). BARTER: the set-off that is
    payment (code civil, art. 1347; it counts when invoked, Conseil d'État 466953, 2024). DEBITS: the option
    of sellers of services (CGI, art. 269, 2-c; ann. II, art. 242 nonies A). The VAT exemption is a fact of
    its own, printed beside the rate it explains: `InvoiceFacts.exemption`.
    """
    recovery = f"{format_cents(recovery_cents)}\u00a0€".replace(",00\u00a0", "\u00a0")
    mentions = [
        Mention(
            code="PMT",
            text=f"Indemnité forfaitaire pour frais de recouvrement en cas de retard\u00a0: {recovery}.",
        ),
        Mention(
            code="PMD",
            text=f"Pénalités de retard, dues sans rappel dès le lendemain de l’échéance\u00a0: {penalty}.",
        ),
        Mention(code="AAB", text=discount),
    ]
    if payment:
        act = "Remboursement" if refund else "Paiement"
        settled = f"opération n°\u00a0{payment.operation_id}, le {payment.paid_on:%d/%m/%Y}"
        mentions.append(
            Mention(code="BARTER", text=f"{act} par compensation via Barter clusters, {settled}.")
        )
    if vat_on_debits:
        mentions.append(Mention(code="DEBITS", text="Option pour le paiement de la taxe d’après les débits."))
    return tuple(mentions)


def missing_mentions(facts: InvoiceFacts) -> tuple[str, ...]:
    """Name the compulsory data an invoice lacks, as paths: ``seller.siret``, ``mentions.PMT``; empty if none.

    Identity of both parties: CGI, ann. II, art. 242 nonies A and C. com., art. R. 123-237 and R. 123-238.
    SIREN, SIRET and VAT number count only with right check digits, which no e-invoice rule set verifies.
    """
    seller = facts.seller
    registered = not seller.is_sole_trader and _NO_CAPITAL.match(seller.legal_form) is None
    codes = Counter(mention.code for mention in facts.mentions)
    present = {
        **_identity("seller", seller),
        "seller.legal_form": bool(seller.legal_form) or seller.is_sole_trader,
        "seller.capital": seller.capital_cents is not None or not registered,
        "seller.rcs_city": bool(seller.rcs_city) or not registered,
        "seller.vat_number": tva.is_valid(seller.vat_number)
        if seller.vat_number
        else facts.total_vat_cents == 0,
        **_identity("buyer", facts.buyer),
        "lines.description": all(line.description.strip() for line in facts.lines),
        "vat.exemption": all(summary.rate_bp or summary.exemption for summary in facts.vat),
        **{f"mentions.{code}": codes[code] == 1 for code in ("PMT", "PMD", "AAB")},
        "mentions.BARTER": codes["BARTER"] == (1 if facts.payment else 0),
    }
    return tuple(path for path, there in present.items() if not there)


def _identity(role: str, party: Party) -> dict[str, bool]:
    address = party.address
    return {
        f"{role}.name": bool(party.name.strip()),
        f"{role}.address": all(
            [any(line.strip() for line in address.lines), address.postal_code, address.city]
        ),
        f"{role}.siren": siren.is_valid(party.siren),
        f"{role}.siret": party.siret is not None
        and siret.is_valid(party.siret)
        and party.siret.startswith(party.siren),
    }
