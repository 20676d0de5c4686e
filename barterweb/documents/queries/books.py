"""What a company's books are written from: its account plan, the pieces and the operations of a period."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import or_, select

from barterweb import ledger
from barterweb.db import session
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.facts.books import Books, Movement, Piece
from barterweb.documents.facts.plans import AccountPlan
from barterweb.documents.models import AccountingSettings, Document, OwnInvoice
from barterweb.documents.queries.parties import party_of
from barterweb.members.models import Company

PIECE_KINDS = ("invoice", "credit_note")
"""Corrective invoices change no amount: in the books the invoice they replace stays."""

DEFAULT_YEAR_END = 12
_OPERATORS_KINDS = ("commission", "membership", "reserve")
_AT_ONCE = 500


def accounting_of(company_id: str) -> tuple[int, AccountPlan]:
    """Return the last month of a company's financial year and its account plan; the defaults until it chose."""
    settings = session.get(AccountingSettings, company_id)
    if settings is None:
        return DEFAULT_YEAR_END, AccountPlan()
    return settings.year_end_month, AccountPlan.from_json(settings.plan)


def books_of(company: Company, start: date, end: date) -> Books:
    """Return the pieces issued and the operations booked in a period, both days included."""
    statement = ledger.statement(company.account_id or "", start, end)
    trades = _sales_by_trade([line.reference for line in statement.lines])
    operators = {view.name for view in ledger.accounts_of_kinds(_OPERATORS_KINDS, limit=1_000)}
    movements = tuple(
        Movement(
            operation_id=line.transfer_id,
            kind=line.kind,
            booked_on=line.booked_on,
            wording=line.wording,
            counterparty=line.counterparty,
            amount_cents=line.amount_cents,
            facts=None if line.counterparty in operators else trades.get(line.reference),
            with_operator=line.counterparty in operators,
        )
        for line in statement.lines
    )
    return Books(party_of(company), start, end, tuple(pieces_of(company.id, start, end)), movements)


def pieces_between(
    company_id: str, start: date, end: date, kinds: Sequence[str] = PIECE_KINDS
) -> Sequence[Document]:
    """Return the invoices and credit notes a company sent or received in a period, the oldest first."""
    mine = or_(Document.company_id == company_id, Document.other_company_id == company_id)
    return session.scalars(
        select(Document)
        .where(mine, Document.kind.in_(kinds), Document.issued_on.between(start, end))
        .order_by(Document.issued_on, Document.id)
    ).all()


def pieces_of(company_id: str, start: date, end: date) -> Iterator[Piece]:
    """Yield what a company sent or received in a period, the operator's pieces before those a seller issued itself."""
    for document in pieces_between(company_id, start, end):
        facts = InvoiceFacts.from_json(document.facts)
        yield Piece(facts.number, document.issued_on, facts, document.company_id == company_id)
    mine = or_(Document.company_id == company_id, Document.other_company_id == company_id)
    own = select(Document, OwnInvoice).join(OwnInvoice, OwnInvoice.document_id == Document.id)
    for document, invoice in session.execute(
        own.where(mine, OwnInvoice.issued_on.between(start, end)).order_by(OwnInvoice.issued_on, Document.id)
    ):  # what a seller without mandate issued itself, as it says
        facts = InvoiceFacts.from_json(document.facts)
        yield Piece(invoice.number, invoice.issued_on, facts, document.company_id == company_id)


def _sales_by_trade(references: Sequence[str]) -> dict[str, InvoiceFacts]:
    """Return what was sold in each of these trades, as the invoice states it, or else the draft."""
    found: dict[str, InvoiceFacts] = {}
    trade_ids = sorted({reference for reference in references if reference.startswith("trd_")})
    for start in range(0, len(trade_ids), _AT_ONCE):
        some = trade_ids[start : start + _AT_ONCE]
        for kind in ("draft", "trade"):  # an invoice replaces its draft
            sources = {f"{kind}:{trade_id}": trade_id for trade_id in some}
            rows = session.execute(
                select(Document.source, Document.facts).where(Document.source.in_(sources))
            )
            found |= {sources[source]: InvoiceFacts.from_json(text) for source, text in rows}
    return found
