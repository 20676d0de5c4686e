"""A year added up piece by piece and operation by operation: what the database's addition is held against."""

from collections import Counter
from datetime import date

from barterweb import ledger
from barterweb.documents.facts import InvoiceFacts, YearFacts
from barterweb.documents.queries import year_facts
from barterweb.documents.queries.books import pieces_of
from barterweb.members.models import Company


def assert_year(company: Company, start: date, end: date) -> YearFacts:
    """Check a company's year against its documents' facts and its statement, and return it."""
    year = year_facts(company, start, end)
    bases: Counter[tuple[object, ...]] = Counter()
    taxes: Counter[tuple[object, ...]] = Counter()
    pieces = list(pieces_of(company.id, start, end))
    for piece in pieces:
        for rate in piece.facts.vat:
            for key in ((piece.sold, rate.rate_bp), (piece.sold, piece.issued_on.replace(day=1))):
                bases[key] += _sign(piece.facts) * rate.base_cents
                taxes[key] += _sign(piece.facts) * rate.vat_cents
    statement = ledger.statement(company.account_id or "", start, end)
    for line in year.months:
        assert (line.sales_cents, line.purchases_cents) == (bases[True, line.month], bases[False, line.month])
        assert (line.sales_vat_cents, line.purchases_vat_cents) == (
            taxes[True, line.month],
            taxes[False, line.month],
        )
        moved = [o.amount_cents for o in statement.lines if o.booked_on.replace(day=1) == line.month]
        assert line.credit_cents == sum(cents for cents in moved if cents > 0)
        assert line.debit_cents == -sum(cents for cents in moved if cents < 0)
    for sold, rates in ((True, year.collected), (False, year.deductible)):
        stated = sorted({r.rate_bp for p in pieces if p.sold == sold for r in p.facts.vat}, reverse=True)
        assert [(rate.rate_bp, rate.base_cents, rate.vat_cents) for rate in rates] == [
            (rate, bases[sold, rate], taxes[sold, rate]) for rate in stated
        ]
    sold_ones = [piece.facts for piece in pieces if piece.sold]
    assert (year.invoices_sent, year.invoices_received) == (len(sold_ones), len(pieces) - len(sold_ones))
    assert year.barter_share_cents == sum(_sign(facts) * facts.paid_barter_cents for facts in sold_ones)
    assert year.euro_share_cents == sum(_sign(facts) * facts.due_euro_cents for facts in sold_ones)
    assert (year.opening_cents, year.totals.closing_cents) == (
        statement.opening_cents,
        statement.closing_cents,
    )
    return year


def _sign(facts: InvoiceFacts) -> int:
    return -1 if facts.kind == "credit_note" else 1
