"""What a document says, as frozen plain values: enough to print it again in ten years without any database.

Everything derived (net of a line, VAT, totals) is computed when the facts are built and stored with them, so
that facts that do not add up cannot exist; reading them back from JSON computes it again and compares.

CGI = code général des impôts, C. com. = code de commerce, EN 16931 = the European standard for e-invoices.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

from stdnum.fr import siren, siret, tva

from barterweb.documents.errors import InconsistentFacts
from barterweb.money import BASIS_POINTS, format_cents, share_bp, vat_of

Nature = Literal["goods", "services", "mixed"]

VAT_FRANCHISE_MENTION = "TVA non applicable, art. 293 B du CGI"
"""Mention of sellers under the small-business exemption (CGI, art. 293 E), until it is renumbered."""

_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NO_CAPITAL = re.compile(
    r"(association|fondation|fonds de dotation|syndicat|groupement|gie)\b", re.IGNORECASE
)


class Facts:
    """Base of all facts: they survive JSON unchanged."""

    __slots__ = ()

    def to_json(self) -> str:
        """Return the facts as JSON: the same text for the same facts (sorted keys, ISO dates, integers)."""
        values = asdict(self)  # type: ignore[call-overload]  # every subclass is a dataclass
        return json.dumps(
            values, default=date.isoformat, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read `to_json`'s text back; raise `InconsistentFacts` if it is malformed or does not add up."""
        try:
            facts: Self = _read(cls, json.loads(text))
        except InconsistentFacts:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InconsistentFacts(f"malformed {cls.__name__}: {error!r}") from error
        return facts


def _read(kind: Any, value: Any) -> Any:
    """Turn a JSON value into the type a field is annotated with."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _read(arguments[0], value)
    if origin is tuple and type(value) is list:
        return tuple(_read(arguments[0], item) for item in value)
    if is_dataclass(kind):
        return _read_dataclass(kind, value)
    if kind is date:
        return date.fromisoformat(value)
    if (value not in arguments) if origin is Literal else (type(value) is not kind):
        raise InconsistentFacts(f"{value!r} is not {kind}")
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read_dataclass(kind: Any, values: dict[str, Any]) -> Any:
    read = {name: _read(_hints(kind)[name], value) for name, value in values.items()}
    derived = {f.name for f in fields(kind) if not f.init}
    facts = kind(**{name: value for name, value in read.items() if name not in derived})
    for name in derived:
        if read[name] != getattr(facts, name):
            raise InconsistentFacts(
                f"{name} of {kind.__name__} is {read[name]!r}, not {getattr(facts, name)!r}"
            )
    return facts


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise InconsistentFacts(what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Facts):
    """A postal address; `country` is an ISO 3166 code of two letters."""

    lines: tuple[str, ...]
    postal_code: str
    city: str
    country: str = "FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Facts):
    """A seller, a buyer or the holder of an account, as it stood on the day of the document.

    `capital_cents` is the share capital in cents of euro; `rcs_city` the town of the commercial register.
    """

    name: str
    address: Address
    siren: str
    siret: str | None = None
    legal_form: str = ""
    capital_cents: int | None = None
    rcs_city: str | None = None
    vat_number: str | None = None
    is_sole_trader: bool = False

    @property
    def legal_name(self) -> str:
        """The name with the "EI" a sole trader must print beside it (C. com., art. R. 526-27)."""
        return f"{self.name} EI" if self.is_sole_trader and "EI" not in self.name.split() else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine(Facts):
    """One line. `quantity_milli` counts thousandths of the unit; `net_cents` is derived, rounded half up.

    Quantities and prices are positive (EN 16931, BR-27): what is taken back is a credit note.
    """

    description: str
    quantity_milli: int
    unit: str
    unit_price_cents: int
    vat_rate_bp: int
    net_cents: int = field(init=False)

    def __post_init__(self) -> None:
        _require(self.quantity_milli > 0, "a quantity is not positive")
        _require(self.unit_price_cents >= 0, "a unit price is negative")
        _require(0 <= self.vat_rate_bp < BASIS_POINTS, "a VAT rate is not between 0 and 100 %")
        # 10 basis points are one thousandth: the share of price × thousandths that makes the net amount.
        object.__setattr__(self, "net_cents", share_bp(self.unit_price_cents * self.quantity_milli, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class VatSummary(Facts):
    """VAT of all lines of one rate, rounded half up once for the rate (BOI-TVA-DECLA-20-20-10).

    `exemption` is the printed mention that explains a rate of zero, e.g. `VAT_FRANCHISE_MENTION`.
    """

    rate_bp: int
    base_cents: int
    exemption: str | None = None
    vat_cents: int = field(init=False)

    def __post_init__(self) -> None:
        _require(self.exemption is None or self.rate_bp == 0, "an exemption comes with a rate above zero")
        object.__setattr__(self, "vat_cents", vat_of(self.base_cents, self.rate_bp))


@dataclass(frozen=True, slots=True, kw_only=True)
class BarterPayment(Facts):
    """The Barter part, in cents, paid by crediting the seller's account: a set-off (code civil, art. 1347).

    `operation_id` is the ledger's transfer, `paid_on` the date the seller was credited.
    """

    operation_id: str
    paid_on: date
    cents: int

    def __post_init__(self) -> None:
        _require(self.cents > 0, "a Barter payment is not positive")
        _require(bool(self.operation_id), "a Barter payment names no operation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Facts):
    """A printed sentence; `code` is PMT, PMD or AAB (UNTDID 4451, wanted by the e-invoice) or ours."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts(Facts):
    """An invoice from a member to a member; amounts in cents of euro, 1 Barter being 1 euro.

    `exemption` explains lines at 0 %; `issued_on_behalf_by` names who draws the invoice up under the seller's
    mandate (CGI, art. 289, I-2); `due_on` is the day of payment when all is paid in Barter.
    """

    number: str
    kind: Literal["invoice"] = "invoice"
    issued_on: date
    delivered_on: date
    due_on: date
    seller: Party
    buyer: Party
    delivery_address: Address | None = None
    order_reference: str | None = None
    nature: Nature
    lines: tuple[InvoiceLine, ...]
    exemption: str | None = None
    payment: BarterPayment | None = None
    trade_id: str | None = None
    issued_on_behalf_by: str | None = None
    iban: str | None = None
    mentions: tuple[Mention, ...] = ()
    vat: tuple[VatSummary, ...] = field(init=False)
    total_net_cents: int = field(init=False)
    total_vat_cents: int = field(init=False)
    total_gross_cents: int = field(init=False)
    paid_barter_cents: int = field(init=False)
    due_euro_cents: int = field(init=False)

    def __post_init__(self) -> None:
        _require(
            _NUMBER.fullmatch(self.number) is not None, "the number is not 1 to 35 of A-Z a-z 0-9 + - _ /"
        )
        _require(bool(self.lines), "the invoice has no line")
        vat = vat_by_rate(self.lines, self.exemption)
        net = sum(line.net_cents for line in self.lines)
        tax = sum(summary.vat_cents for summary in vat)
        paid = self.payment.cents if self.payment else 0
        _require(paid <= net + tax, "more is paid in Barter than the total")
        for name, value in {
            "vat": vat,
            "total_net_cents": net,
            "total_vat_cents": tax,
            "total_gross_cents": net + tax,
            "paid_barter_cents": paid,
            "due_euro_cents": net + tax - paid,
        }.items():
            object.__setattr__(self, name, value)


def vat_by_rate(lines: tuple[InvoiceLine, ...], exemption: str | None = None) -> tuple[VatSummary, ...]:
    """Return the VAT of each rate among `lines`, highest first; `exemption` explains the lines at 0 %."""
    bases: Counter[int] = Counter()
    for line in lines:
        bases[line.vat_rate_bp] += line.net_cents
    return tuple(
        VatSummary(rate_bp=rate, base_cents=bases[rate], exemption=None if rate else exemption)
        for rate in sorted(bases, reverse=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine(Facts):
    """One operation seen from the account: a debit or a credit, in cents of Barter, and the balance after."""

    booked_on: date
    operation_id: str
    counterparty: str
    wording: str
    trade_id: str | None = None
    debit_cents: int = 0
    credit_cents: int = 0
    balance_cents: int

    def __post_init__(self) -> None:
        _require(min(self.debit_cents, self.credit_cents) == 0, "an operation is both a debit and a credit")
        _require(max(self.debit_cents, self.credit_cents) > 0, "an operation moves nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFacts(Facts):
    """An account over a period, both days included; amounts in cents of Barter.

    `held_cents` and `credit_limit_cents` are those of the day the statement is made (`generated_on`); `head`
    is the hash at the head of the ledger's chain and `head_position` its place there. Raises
    `InconsistentFacts` unless opening + credits − debits = closing and each balance follows from the one before.
    """

    holder: Party
    account_id: str
    period_start: date
    period_end: date
    opening_cents: int
    lines: tuple[StatementLine, ...]
    closing_cents: int
    held_cents: int
    credit_limit_cents: int
    generated_on: date
    head: str | None = None
    head_position: int | None = None
    issued_by: str = "France Clusters"
    total_debit_cents: int = field(init=False)
    total_credit_cents: int = field(init=False)

    def __post_init__(self) -> None:
        _require(self.period_start <= self.period_end, "the period ends before it starts")
        _require(
            min(self.held_cents, self.credit_limit_cents) >= 0,
            "holds and credit line are not negative amounts",
        )
        _require(self.head is None or _SHA256.fullmatch(self.head) is not None, "the head is not a SHA-256")
        _require((self.head is None) == (self.head_position is None), "a head has a position")
        balance = self.opening_cents
        for line in self.lines:
            _require(
                self.period_start <= line.booked_on <= self.period_end,
                f"{line.operation_id} is out of the period",
            )
            balance += line.credit_cents - line.debit_cents
            _require(line.balance_cents == balance, f"the balance after {line.operation_id} is not {balance}")
        _require(self.closing_cents == balance, f"the closing balance is not {balance}")
        object.__setattr__(self, "total_debit_cents", sum(line.debit_cents for line in self.lines))
        object.__setattr__(self, "total_credit_cents", sum(line.credit_cents for line in self.lines))


def standard_mentions(
    payment: BarterPayment | None = None,
    *,
    vat_on_debits: bool = False,
    recovery_cents: int = 4000,
    penalty: str = "taux de la BCE à son opération de refinancement la plus récente, majoré de 10 points",
    discount: str = "Pas d’escompte pour paiement anticipé.",
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
        settled = f"opération n°\u00a0{payment.operation_id}, le {payment.paid_on:%d/%m/%Y}"
        mentions.append(
            Mention(code="BARTER", text=f"Paiement par compensation via Barter clusters, {settled}.")
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
        "iban": bool(facts.iban) or facts.due_euro_cents == 0,
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
