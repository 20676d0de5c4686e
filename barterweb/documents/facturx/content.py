"""An invoice's facts as EN 16931 (profile of Factur-X 1.0x, CII syntax), with the French rules BR-FR and note BAR.

The terms are named by their numbers in the standard (BT-1: number, BG-25: lines), which is how factur-x takes them and how
accountants' tools speak of them. It writes XML; whether it is right is asked by the tests and by `flask documents check`.
"""

from typing import Any

from facturx.generate_xml import generate_cii_xml

from barterweb.documents.facts import Address, InvoiceFacts, InvoiceLine, Party, VatSummary
from barterweb.documents.facts.texts import printable
from barterweb.money import format_cents

FILE_NAME = "factur-x.xml"

_TYPES = {"invoice": "380", "credit_note": "381", "corrective": "384"}
_NATURES = {"goods": "B", "services": "S", "mixed": "M"}
_ELECTRONIC_ADDRESS_SCHEME = "0225"
_SIREN_SCHEME, _SIRET_SCHEME = "0002", "0009"
_CLEARING, _CREDIT_TRANSFER, _NOT_DEFINED = "97", "58", "1"
"""UNTDID 4461: clearing between partners, SEPA credit transfer, instrument not defined (no account is known)."""

_UNITS = {
    **dict.fromkeys(("heure", "h"), "HUR"),
    **dict.fromkeys(("jour", "journée"), "DAY"),
    "semaine": "WEE",
    "mois": "MON",
    **dict.fromkeys(("an", "année"), "ANN"),
    **dict.fromkeys(("forfait", "prestation"), "LS"),
    **dict.fromkeys(("kg", "kilogramme", "kilo"), "KGM"),
    **dict.fromkeys(("t", "tonne"), "TNE"),
    **dict.fromkeys(("km", "kilomètre"), "KMT"),
    **dict.fromkeys(("m", "mètre"), "MTR"),
    "m²": "MTK",
    "m³": "MTQ",
    **dict.fromkeys(("l", "litre"), "LTR"),
    **dict.fromkeys(("lot", "série"), "SET"),
    "palette": "XPX",
    "carton": "XCT",
}
"""Units as people write them → UN/ECE Recommendation 20 (and 21 with an X); what is not here is counted (C62, one)."""


def invoice_xml(facts: InvoiceFacts) -> bytes:
    """Return the XML of an issued invoice, credit note or corrective invoice; a draft has none."""
    assert facts.kind != "draft", "a draft is no invoice"
    xml: bytes = generate_cii_xml(_terms(facts), level="en16931", check_xsd=False, check_schematron=False)
    return xml


def business_process(facts: InvoiceFacts) -> str:
    """Return BT-23: nature (goods, services, mixed) and whether it is already paid (2) or not wholly (1)."""
    return f"{_NATURES[facts.nature]}{1 if facts.due_euro_cents else 2}"


def vat_point(facts: InvoiceFacts) -> str | None:
    """Return BT-8, when VAT falls due: at invoicing by option (5), on collection of services (72), else at delivery."""
    if facts.nature == "goods" or not facts.total_vat_cents:
        return None
    return "5" if facts.vat_on_debits else "72"


def _terms(facts: InvoiceFacts) -> dict[str, Any]:
    terms = {
        "BT-1": facts.number,
        "BT-2": facts.issued_on,
        "BT-3": _TYPES[facts.kind],
        "BT-5": "EUR",
        "BT-8": vat_point(facts),
        "BT-9": facts.due_on,
        "BT-13": _text(facts.order_reference or ""),
        "BT-20": _text(facts.reason or ""),
        "BT-23": business_process(facts),
        "BT-72": facts.delivered_on,
        "BT-106": _amount(facts.total_net_cents),
        "BT-109": _amount(facts.total_net_cents),
        "BT-110": _amount(facts.total_vat_cents),
        "BT-112": _amount(facts.total_gross_cents),
        "BT-113": _amount(facts.paid_barter_cents),
        "BT-115": _amount(facts.due_euro_cents),
        "BG-1": _notes(facts),
        "BG-4": _party(facts.seller) | _seller(facts.seller),
        "BG-7": _party(facts.buyer),
        "BG-13": _delivery(facts),
        "BG-23": [_vat(summary, facts) for summary in facts.vat],
        "BG-25": [_line(number, line) for number, line in enumerate(facts.lines, start=1)],
        **_payment(facts),
    }
    if facts.preceding:
        terms["BG-3"] = [{"BT-25": facts.preceding.number, "BT-26": facts.preceding.issued_on}]
    if facts.period:
        terms |= {"BT-73": facts.period.start, "BT-74": facts.period.end}
    return {term: value for term, value in terms.items() if value not in (None, "")}


def _payment(facts: InvoiceFacts) -> dict[str, Any]:
    """BG-16: paid by clearing, or due by transfer to the seller's account; a credit note names no account to pay."""
    if not facts.due_euro_cents:
        return {"BT-81": _CLEARING, "BT-82": "Compensation via Barter clusters", "BT-83": _operation(facts)}
    if facts.kind == "credit_note" or not facts.iban:
        return {"BT-81": _NOT_DEFINED, "BT-83": facts.number}
    return {
        "BT-81": _CREDIT_TRANSFER,
        "BT-83": facts.number,
        "BT-84": "".join(facts.iban.split()),
        "BT-85": _text(facts.seller.legal_name),
        "BT-86": facts.bic,
    }


def _operation(facts: InvoiceFacts) -> str | None:
    return facts.payment.operation_id if facts.payment else None


def _notes(facts: InvoiceFacts) -> list[dict[str, str]]:
    """BG-1: PMT, PMD and AAB once each, BAR to say between businesses (BR-FR-05, -06, -11), the rest as general notes."""
    notes = [
        {
            "BT-21": mention.code if mention.code in ("PMT", "PMD", "AAB") else "AAI",
            "BT-22": _text(mention.text),
        }
        for mention in facts.mentions
    ]
    notes.append({"BT-21": "BAR", "BT-22": "B2B"})
    if facts.issued_on_behalf_by:
        notes.append({"BT-21": "AAI", "BT-22": on_behalf(facts)})
    return notes


def on_behalf(facts: InvoiceFacts) -> str:
    """Return the sentence of a mandate (CGI, ann. II, art. 242 nonies), as printed and as in the XML."""
    what = {"credit_note": "Avoir établi", "corrective": "Facture rectificative établie"}
    drawn_up = what.get(facts.kind, "Facture établie")
    return f"{drawn_up} par {facts.issued_on_behalf_by} au nom et pour le compte de {_text(facts.seller.legal_name)}."


def _party(party: Party) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": _text(party.legal_name),
        "legal_identifier": party.siren,
        "legal_identifier_schemeid": _SIREN_SCHEME,
        "vat_identifier": party.vat_number,
        "einvoicing_addr": party.electronic_address or party.siren,
        "einvoicing_addr_schemeid": _ELECTRONIC_ADDRESS_SCHEME,
        **_address(party.address),
    }
    if party.siret:
        values["identifiers"] = {_SIRET_SCHEME: party.siret}
    return values


def _seller(party: Party) -> dict[str, Any]:
    """BT-33 says the legal form, capital and register; a seller without VAT number is known to tax offices by its SIREN."""
    parts = ["Entrepreneur individuel" if party.is_sole_trader else party.legal_form]
    if party.capital_cents is not None:
        parts.append(f"au capital de {format_cents(party.capital_cents)} €")
    if party.rcs_city:
        parts.append(f"RCS {party.rcs_city} {party.siren}")
    registered = {} if party.vat_number else {"tax_identifier": party.siren}
    return {"legal_info": _text(" ".join(part for part in parts if part)), **registered}


def _address(address: Address) -> dict[str, str]:
    lines = [_text(line) for line in address.lines]
    lines = [*lines[:2], ", ".join(lines[2:])]
    return {
        **{f"addr_l{number}": line for number, line in enumerate(lines, start=1) if line},
        "postcode": _text(address.postal_code),
        "city": _text(address.city),
        "country_code": address.country,
    }


def _delivery(facts: InvoiceFacts) -> dict[str, Any] | None:
    if facts.delivery_address is None:
        return None
    return {"name": _text(facts.buyer.legal_name), **_address(facts.delivery_address)}


def _vat(summary: VatSummary, facts: InvoiceFacts) -> dict[str, str]:
    values = {
        "BT-116": _amount(summary.base_cents),
        "BT-117": _amount(summary.vat_cents),
        "BT-118": _category(summary.rate_bp),
        "BT-119": _percent(summary.rate_bp),
    }
    if summary.rate_bp == 0:
        values["BT-120"] = _text(facts.exemption or "")
        if facts.exemption_code:
            values["BT-121"] = facts.exemption_code
    return values


def _line(number: int, line: InvoiceLine) -> dict[str, Any]:
    name, _, rest = printable(line.description).strip().partition("\n")
    return {
        "BT-126": str(number),
        "BT-129": _thousandths(line.quantity_milli),
        "BT-130": _UNITS.get(line.unit.strip().lower(), "C62"),
        "BT-131": _amount(line.net_cents),
        "BT-146": _amount(line.unit_price_cents),
        "BT-151": _category(line.vat_rate_bp),
        "BT-152": _percent(line.vat_rate_bp),
        "BT-153": _text(name),
        "BT-154": _text(rest),
    }


def _category(rate_bp: int) -> str:
    return "S" if rate_bp else "E"


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _percent(rate_bp: int) -> str:
    return f"{rate_bp // 100}.{rate_bp % 100:02d}"


def _thousandths(milli: int) -> str:
    return f"{milli // 1000}.{milli % 1000:03d}"


def _text(text: str) -> str:
    """Return a text on one line, without what no document may hold."""
    return " ".join(printable(text).split())
