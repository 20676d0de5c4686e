"""A company's financial year in figures: what it sold and bought, VAT, and what passed through its Barter account.

The database adds up: no facts are read, and a line a day and rate comes back, however many the documents.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import CTE, case, func, literal, select, union_all

from barterweb import clock, ledger
from barterweb.db import session
from barterweb.documents.facts.calendar import month_end
from barterweb.documents.facts.years import MonthLine, RateLine, YearFacts
from barterweb.documents.models import Document, DocumentVat, OwnInvoice
from barterweb.documents.queries.books import PIECE_KINDS
from barterweb.documents.queries.parties import party_of
from barterweb.members.models import Company


@dataclass(frozen=True, slots=True)
class _Amount:
    """What the pieces sold, or bought, on a day of a month state of one rate of VAT; cents, credit notes negative."""

    sold: bool
    month: date
    rate_bp: int
    base_cents: int
    vat_cents: int


def year_facts(company: Company, start: date, end: date) -> YearFacts:
    """Return the year from the documents and operations themselves; credit notes count negative."""
    pieces = _pieces(company.id, start, end)
    amounts = _amounts(pieces)
    sides = {
        bool(sold): (count, int(barter or 0), int(euro or 0))
        for sold, count, barter, euro in session.execute(
            select(
                pieces.c.sold,
                func.count(),
                func.sum(pieces.c.sign * pieces.c.paid_barter_cents),
                func.sum(pieces.c.sign * pieces.c.due_euro_cents),
            ).group_by(pieces.c.sold)
        )
    }
    invoices_sent, barter_share_cents, euro_share_cents = sides.get(True, (0, 0, 0))
    account_id = company.account_id or ""
    opening_cents = ledger.month_end_balances(account_id, [start - timedelta(days=1)])[0]
    return YearFacts(
        holder=party_of(company),
        start=start,
        end=end,
        opening_cents=opening_cents,
        months=_months(amounts, ledger.months(account_id, start, end), _firsts(start, end), opening_cents),
        collected=_by_rate(amounts, sold=True),
        deductible=_by_rate(amounts, sold=False),
        invoices_sent=invoices_sent,
        invoices_received=sides.get(False, (0, 0, 0))[0],
        barter_share_cents=barter_share_cents,
        euro_share_cents=euro_share_cents,
        generated_on=clock.today(),
    )


def _pieces(company_id: str, start: date, end: date) -> CTE:
    """Select what a company sent or received in a period: the platform's, and what a seller issued itself, as it says."""
    found = []
    for sold, mine in ((True, Document.company_id), (False, Document.other_company_id)):
        seen = select(
            Document.id.label("id"),
            literal(sold).label("sold"),
            case((Document.kind == "credit_note", -1), else_=1).label("sign"),
            Document.paid_barter_cents.label("paid_barter_cents"),
            Document.due_euro_cents.label("due_euro_cents"),
        ).where(mine == company_id)
        issued = Document.issued_on.between(start, end)
        found.append(
            seen.add_columns(Document.issued_on.label("issued_on")).where(
                Document.kind.in_(PIECE_KINDS), issued
            )
        )
        found.append(
            seen.add_columns(OwnInvoice.issued_on)
            .join(OwnInvoice, OwnInvoice.document_id == Document.id)
            .where(Document.kind == "draft", OwnInvoice.issued_on.between(start, end))
        )
    return union_all(*found).cte("pieces")


def _amounts(pieces: CTE) -> list[_Amount]:
    """Return the pieces' amounts by side, day and rate."""
    of_rate = (pieces.c.sold, pieces.c.issued_on, DocumentVat.rate_bp)
    rows = session.execute(
        select(
            *of_rate,
            func.sum(pieces.c.sign * DocumentVat.base_cents),
            func.sum(pieces.c.sign * DocumentVat.vat_cents),
        )
        .join(DocumentVat, DocumentVat.document_id == pieces.c.id)
        .group_by(*of_rate)
    )
    return [
        _Amount(bool(sold), issued_on.replace(day=1), rate_bp, int(base), int(vat))
        for sold, issued_on, rate_bp, base, vat in rows
    ]


def _firsts(start: date, end: date) -> list[date]:
    found = [start.replace(day=1)]
    while (following := month_end(found[-1]) + timedelta(days=1)) <= end:
        found.append(following)
    return found


def _months(
    amounts: list[_Amount], moved: list[ledger.AccountMonth], firsts: list[date], opening_cents: int
) -> tuple[MonthLine, ...]:
    bases: Counter[tuple[bool, date]] = Counter()
    taxes: Counter[tuple[bool, date]] = Counter()
    for amount in amounts:
        bases[amount.sold, amount.month] += amount.base_cents
        taxes[amount.sold, amount.month] += amount.vat_cents
    still = {first: ledger.AccountMonth(first, 0, 0) for first in firsts}
    account = list((still | {month.month: month for month in moved}).values())
    balances = accumulate(
        (month.credit_cents - month.debit_cents for month in account), initial=opening_cents
    )
    next(balances)
    return tuple(
        MonthLine(
            month=month.month,
            sales_cents=bases[True, month.month],
            sales_vat_cents=taxes[True, month.month],
            purchases_cents=bases[False, month.month],
            purchases_vat_cents=taxes[False, month.month],
            credit_cents=month.credit_cents,
            debit_cents=month.debit_cents,
            closing_cents=balance_cents,
        )
        for month, balance_cents in zip(account, balances, strict=True)
    )


def _by_rate(amounts: list[_Amount], *, sold: bool) -> tuple[RateLine, ...]:
    bases: Counter[int] = Counter()
    taxes: Counter[int] = Counter()
    for amount in amounts:
        if amount.sold == sold:
            bases[amount.rate_bp] += amount.base_cents
            taxes[amount.rate_bp] += amount.vat_cents
    return tuple(
        RateLine(rate_bp=rate, base_cents=bases[rate], vat_cents=taxes[rate])
        for rate in sorted(bases, reverse=True)
    )
