"""Every kind of invoice the network issues, one plain value each: rows of the tables of EN 16931 and BR-FR cases."""

from datetime import date

from barterweb.documents.facts import (
    VAT_FRANCHISE_MENTION,
    Address,
    InvoiceFacts,
    Mention,
    Period,
    Preceding,
    standard_mentions,
)
from tests.documents import samples

HAUL = samples.line(
    "Transport express Lyon – Grenoble", quantity_milli=2_500, unit="jour", unit_price_cents=68_000
)
BOOK = samples.line(
    "Brochure imprimée\n32 pages, dos carré", quantity_milli=120_000, unit_price_cents=215, vat_rate_bp=550
)
MEAL = samples.line(
    "Repas livrés", quantity_milli=7_333, unit="unité", unit_price_cents=1_199, vat_rate_bp=1_000
)
FIRST = Preceding(number="BC2026-00016", issued_on=date(2026, 7, 31))
PAID_ON = date(2026, 8, 31)
TRADER = samples.seller(
    name="Camille Duret",
    is_sole_trader=True,
    legal_form="EI",
    capital_cents=None,
    rcs_city=None,
    vat_number=None,
)
OPERATOR = samples.seller(
    name="France Clusters", legal_form="Association", capital_cents=None, rcs_city=None, siren="552100554",
    siret="55210055400013", vat_number="FR96552100554",
)  # fmt: skip


def _paid(*lines: object, cents: int, **changes: object) -> InvoiceFacts:
    return samples.invoice(*lines, paid_cents=cents, due_on=PAID_ON, **changes)  # type: ignore[arg-type]


def _credit(*lines: object, cents: int = 0, **changes: object) -> InvoiceFacts:
    paid = samples.payment(cents) if cents else None
    return samples.invoice(
        *lines,  # type: ignore[arg-type]
        kind="credit_note",
        number="BA2026-00003",
        preceding=FIRST,
        payment=paid,
        mentions=standard_mentions(paid, refund=True),
        reason="Prestation non rendue",
        **changes,
    )


def _of_operator(description: str, **changes: object) -> InvoiceFacts:
    line = samples.line(description, quantity_milli=1_000, unit="forfait", unit_price_cents=23_500)
    return samples.invoice(line, seller=OPERATOR, issued_on_behalf_by=None, number="FC2026-00042", **changes)


CASES: dict[str, InvoiceFacts] = {
    "all in Barter": _paid(samples.line(), cents=60_000),
    "excl. VAT in Barter, VAT in euros": samples.invoice(paid_cents=50_000),
    "part in Barter": samples.invoice(samples.line(), HAUL, paid_cents=100_000),
    "nothing in Barter": samples.invoice(),
    "goods": _paid(samples.line("Palettes d’occasion"), cents=60_000, nature="goods"),
    "mixed, three rates": samples.invoice(HAUL, BOOK, MEAL, paid_cents=200_000, nature="mixed"),
    "debits": samples.invoice(
        paid_cents=10_000, vat_on_debits=True, mentions=standard_mentions(samples.payment(10_000), vat_on_debits=True)
    ),
    "small business": _paid(
        samples.line(vat_rate_bp=0), cents=50_000, seller=TRADER,
        exemption=VAT_FRANCHISE_MENTION, exemption_code="VATEX-FR-FRANCHISE",
    ),
    "exempt line beside a taxed one": samples.invoice(
        samples.line(), samples.line("Formation", vat_rate_bp=0), exemption="Exonération, art. 261-4-4° a du CGI"
    ),
    "delivery address and order number": samples.invoice(
        order_reference="BC-4512",
        delivery_address=Address(lines=("Quai 4", "Bâtiment B", "Porte 12"), postal_code="38130", city="Échirolles"),
    ),
    "no account known": samples.invoice(iban=None),
    "credit note, in Barter": _credit(samples.line(), cents=60_000, due_on=PAID_ON),
    "credit note, part in euros": _credit(HAUL, cents=100_000),
    "corrective": _paid(samples.line(), cents=60_000, kind="corrective", number="BR2026-00001", preceding=FIRST),
    "commission of a trade": _of_operator("Commission de 5 % sur un échange", subject="commission", paid_cents=23_500),
    "commission of a month": _of_operator(
        "Commissions du mois", subject="commission", period=Period(start=date(2026, 8, 1), end=PAID_ON)
    ),
    "membership": _of_operator(
        "Adhésion annuelle", subject="membership", period=Period(start=PAID_ON, end=date(2027, 8, 30)), trade_id=None
    ),
    "hostile texts": samples.invoice(
        samples.line("<script>alert(1)</script> \u202eesrever ]]> &amp; 🎉 " + "x" * 10_000),
        buyer=samples.buyer(name="<b>Café</b> & “Fils” \x07 مرحبا"),
        order_reference="file:///etc/passwd",
        mentions=(*standard_mentions(), Mention(code="NOTE", text="url(http://example.org/x) 🚚")),
    ),
}  # fmt: skip
