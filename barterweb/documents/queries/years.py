"""A company's financial year in figures: what it sold and bought, VAT, and what passed through its Barter account."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from barterweb import clock, ledger
from barterweb.documents.facts.books import Piece
from barterweb.documents.facts.calendar import month_end
from barterweb.documents.facts.years import MonthLine, RateLine, YearFacts
from barterweb.documents.queries.books import pieces_of
from barterweb.documents.queries.parties import party_of
from barterweb.members.models import Company


def year_facts(company: Company, start: date, end: date) -> YearFacts:
    """Return the year from the documents and operations themselves; credit notes count negative."""
    pieces = tuple(pieces_of(company.id, start, end))
    statement = ledger.statement(company.account_id or "", start, end)
    months, balance = [], statement.opening_cents
    for first in _months(start, end):
        line = _line(pieces, statement.lines, first, min(month_end(first), end), balance)
        balance = line.closing_cents
        months.append(line)
    sold = [piece for piece in pieces if piece.sold]
    return YearFacts(
        holder=party_of(company),
        start=start,
        end=end,
        opening_cents=statement.opening_cents,
        months=tuple(months),
        collected=_by_rate(pieces, sold=True),
        deductible=_by_rate(pieces, sold=False),
        invoices_sent=len(sold),
        invoices_received=len(pieces) - len(sold),
        barter_share_cents=sum(_sign(piece) * piece.facts.paid_barter_cents for piece in sold),
        euro_share_cents=sum(_sign(piece) * piece.facts.due_euro_cents for piece in sold),
        generated_on=clock.today(),
    )


def _months(start: date, end: date) -> list[date]:
    found = [start.replace(day=1)]
    while (following := month_end(found[-1]) + timedelta(days=1)) <= end:
        found.append(following)
    return found


def _line(
    all_pieces: Sequence[Piece],
    operations: Sequence[ledger.StatementLine],
    start: date,
    end: date,
    opening_cents: int,
) -> MonthLine:
    pieces = [piece for piece in all_pieces if start <= piece.issued_on <= end]
    amounts = [operation.amount_cents for operation in operations if start <= operation.booked_on <= end]

    def total(name: str, *, sold: bool) -> int:
        return sum(_sign(piece) * int(getattr(piece.facts, name)) for piece in pieces if piece.sold == sold)

    return MonthLine(
        month=start,
        sales_cents=total("total_net_cents", sold=True),
        sales_vat_cents=total("total_vat_cents", sold=True),
        purchases_cents=total("total_net_cents", sold=False),
        purchases_vat_cents=total("total_vat_cents", sold=False),
        credit_cents=sum(cents for cents in amounts if cents > 0),
        debit_cents=-sum(cents for cents in amounts if cents < 0),
        closing_cents=opening_cents + sum(amounts),
    )


def _by_rate(pieces: Sequence[Piece], *, sold: bool) -> tuple[RateLine, ...]:
    bases: Counter[int] = Counter()
    taxes: Counter[int] = Counter()
    for piece in pieces:
        if piece.sold == sold:
            for rate in piece.facts.vat:
                bases[rate.rate_bp] += _sign(piece) * rate.base_cents
                taxes[rate.rate_bp] += _sign(piece) * rate.vat_cents
    return tuple(
        RateLine(rate_bp=rate, base_cents=bases[rate], vat_cents=taxes[rate])
        for rate in sorted(bases, reverse=True)
    )


def _sign(piece: Piece) -> int:
    return -1 if piece.facts.kind == "credit_note" else 1
