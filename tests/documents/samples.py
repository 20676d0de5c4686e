"""Facts to print, export and check: one haulier, one accountant, plain values."""

from datetime import date, timedelta
from typing import Any

from barterweb.documents.facts import (
    Address,
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    MonthLine,
    Party,
    RateLine,
    StatementFacts,
    StatementLine,
    YearFacts,
    standard_mentions,
)

OPERATION = "tfr_01k9x4v7m2q8r5t1w3y6z0a9bc"
TRADE = "trd_01k9x4v7m2q8r5t1w3y6z0a9bd"
HEAD = "0123456789abcdef" * 4
IBAN = "FR76\u00a03000\u00a06000\u00a00112\u00a03456\u00a07890\u00a0189"


def seller(**changes: Any) -> Party:
    values: dict[str, Any] = {
        "name": "Transports Berthier",
        "address": Address(
            lines=("12, rue des Ateliers", "ZI Les Platières"), postal_code="69120", city="Vaulx-en-Velin"
        ),
        "siren": "732829320",
        "siret": "73282932000074",
        "legal_form": "SAS",
        "capital_cents": 5_000_000,
        "rcs_city": "Lyon",
        "vat_number": "FR44732829320",
    }
    return Party(**values | changes)


def buyer(**changes: Any) -> Party:
    values: dict[str, Any] = {
        "name": "Cabinet Valeyre & Associés",
        "address": Address(lines=("3, place du Marché",), postal_code="42000", city="Saint-Étienne"),
        "siren": "404833048",
        "siret": "40483304800022",
        "legal_form": "SARL",
    }
    return Party(**values | changes)


def line(description: str = "Stockage de palettes", **changes: Any) -> InvoiceLine:
    values: dict[str, Any] = {
        "quantity_milli": 40_000,
        "unit": "palette",
        "unit_price_cents": 1_250,
        "vat_rate_bp": 2_000,
    }
    return InvoiceLine(description=description, **values | changes)


def payment(cents: int) -> BarterPayment:
    return BarterPayment(operation_id=OPERATION, paid_on=date(2026, 8, 31), cents=cents)


def invoice(*lines: InvoiceLine, paid_cents: int = 0, **changes: Any) -> InvoiceFacts:
    paid = payment(paid_cents) if paid_cents else None
    values: dict[str, Any] = {
        "number": "BC2026-00017",
        "issued_on": date(2026, 8, 31),
        "delivered_on": date(2026, 8, 28),
        "due_on": date(2026, 9, 30),
        "seller": seller(),
        "buyer": buyer(),
        "nature": "services",
        "lines": lines or (line(),),
        "payment": paid,
        "trade_id": TRADE,
        "issued_on_behalf_by": "France Clusters",
        "iban": IBAN,
        "mentions": standard_mentions(paid),
    }
    return InvoiceFacts(**values | changes)


def operations(count: int, opening_cents: int = -123_456) -> tuple[StatementLine, ...]:
    """Return that many operations, spread over 2026, a credit after every two debits."""
    lines, balance = [], opening_cents
    for number in range(count):
        amount = 1_250 + number * 7_919 % 90_000
        debit, credit = (0, amount) if number % 3 == 2 else (amount, 0)
        balance += credit - debit
        lines.append(
            StatementLine(
                booked_on=date(2026, 1, 1) + timedelta(days=number * 364 // count),
                operation_id=f"tfr_01k9x4v7m2q8r5t1w3y6z{number:05d}",
                counterparty=f"Atelier du Pilat {number}",
                wording="Usinage de prototypes",
                trade_id=f"trd_01k9x4v7m2q8r5t1w3y6z{number:05d}",
                debit_cents=debit,
                credit_cents=credit,
                balance_cents=balance,
            )
        )
    return tuple(lines)


def statement(*lines: StatementLine, **changes: Any) -> StatementFacts:
    values: dict[str, Any] = {
        "holder": seller(),
        "account_id": "acc_01k9x4v7m2q8r5t1w3y6z0a9bc",
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 12, 31),
        "opening_cents": -123_456,
        "lines": lines,
        "closing_cents": lines[-1].balance_cents if lines else -123_456,
        "held_cents": 150_000,
        "credit_limit_cents": 200_000,
        "generated_on": date(2027, 1, 2),
        "head": HEAD,
        "head_position": 1234,
    }
    return StatementFacts(**values | changes)


def year(scale: int = 1, **changes: Any) -> YearFacts:
    """Return a financial year from October to September, whose account ends below zero."""
    months, balance = [], -50_000
    for number in range(12):
        credit, debit = 1_234_567 * scale * (number % 3), 1_300_000 * scale * (number % 2)
        balance += credit - debit
        months.append(
            MonthLine(
                month=date(2025 + (number + 9) // 12, (number + 9) % 12 + 1, 1),
                sales_cents=5 * credit,
                sales_vat_cents=credit,
                purchases_cents=5 * debit,
                purchases_vat_cents=debit,
                credit_cents=credit,
                debit_cents=debit,
                closing_cents=balance,
            )
        )
    sold, bought = (
        sum(getattr(line, name) for line in months) for name in ("sales_vat_cents", "purchases_vat_cents")
    )
    values: dict[str, Any] = {
        "holder": seller(),
        "start": date(2025, 10, 1),
        "end": date(2026, 9, 30),
        "opening_cents": -50_000,
        "months": tuple(months),
        "collected": (RateLine(rate_bp=2_000, base_cents=5 * sold, vat_cents=sold),),
        "deductible": (
            RateLine(rate_bp=2_000, base_cents=5 * bought, vat_cents=bought),
            RateLine(rate_bp=0, base_cents=10_000, vat_cents=0),
        ),
        "invoices_sent": 14,
        "invoices_received": 9,
        "barter_share_cents": 4 * sold,
        "euro_share_cents": 2 * sold,
        "generated_on": date(2026, 11, 28),
    }
    return YearFacts(**values | changes)
