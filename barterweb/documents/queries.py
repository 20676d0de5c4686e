"""Reading accounts and documents: whose they are decides who may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents.facts import (
    Address,
    InvoiceFacts,
    Party,
    StatementFacts,
    StatementLine,
)
from barterweb.documents.models import Document, DocumentFile
from barterweb.errors import NotFound
from barterweb.members.models import Company

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class CompanyAccount:
    """A line of the accountant's desk."""

    company: Company
    account: ledger.AccountView
    invoices: int


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of the list of invoices, seen from one company: amounts in cents of euro."""

    id: str
    number: str
    issued_on: date
    sold: bool
    counterparty: str
    gross_cents: int
    barter_cents: int
    euro_cents: int


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of the list of invoices."""

    invoices: Sequence[InvoiceLine]
    number: int
    pages: int
    total: int


def company_for(company_id: str, actor: Actor) -> Company:
    """Return a company whose account this actor may read, else raise `NotFound`; one without an account has none."""
    company = session.get(Company, company_id)
    if company is None or company.account_id is None or company.id not in actor.company_ids:
        raise NotFound
    return company


def accounts_for(actor: Actor) -> list[CompanyAccount]:
    """Return every account this actor may read, by company name; three queries."""
    companies = session.scalars(
        select(Company)
        .where(Company.id.in_(actor.company_ids), Company.account_id.is_not(None))
        .order_by(Company.name)
    ).all()
    views = {
        view.id: view for view in ledger.account_views([c.account_id for c in companies if c.account_id])
    }
    counts = dict(
        iter(
            session.execute(
                select(Document.company_id, func.count())
                .where(Document.kind == "invoice", Document.company_id.in_([c.id for c in companies]))
                .group_by(Document.company_id)
            )
        )
    )
    return [CompanyAccount(c, views[c.account_id or ""], counts.get(c.id, 0)) for c in companies]


def statement_facts(company: Company, start: date, end: date) -> StatementFacts:
    """Return the statement of a company's account for a period, both days included."""
    account_id = company.account_id or ""
    account = ledger.account_view(account_id)
    statement = ledger.statement(account_id, start, end)
    head = ledger.chain_head()
    lines = tuple(
        StatementLine(
            booked_on=line.booked_on,
            operation_id=line.transfer_id,
            counterparty=line.counterparty,
            wording=line.wording,
            trade_id=line.reference if line.reference.startswith("trd_") else None,
            debit_cents=max(0, -line.amount_cents),
            credit_cents=max(0, line.amount_cents),
            balance_cents=line.balance_after_cents,
        )
        for line in statement.lines
    )
    return StatementFacts(
        holder=party_of(company),
        account_id=account_id,
        period_start=start,
        period_end=end,
        opening_cents=statement.opening_cents,
        lines=lines,
        closing_cents=statement.closing_cents,
        held_cents=account.held_cents,
        credit_limit_cents=account.credit_limit_cents or 0,
        generated_on=clock.today(),
        head=head.hash if head else None,
        head_position=head.position if head else None,
    )


def party_of(company: Company) -> Party:
    """Return a company as a document names it today."""
    return Party(
        name=company.name,
        address=Address(lines=(company.street,), postal_code=company.postal_code, city=company.city),
        siren=company.siren,
        siret=company.siret,
        legal_form=company.legal_form,
        capital_cents=company.capital_cents,
        rcs_city=company.rcs_city or None,
        vat_number=company.vat_number,
        is_sole_trader=company.legal_form == "EI",
    )


def invoices_of(company_id: str, number: int) -> InvoicePage:
    """Return one page of the invoices a company sent or received, the latest first; raises `NotFound` beyond the last."""
    mine = _invoices(company_id)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    if not 1 <= number <= pages:
        raise NotFound
    latest_first = (Document.issued_on.desc(), Document.id.desc())
    rows = session.scalars(mine.order_by(*latest_first).limit(PER_PAGE).offset((number - 1) * PER_PAGE))
    return InvoicePage([_invoice_line(row, company_id) for row in rows], number, pages, total)


def invoice_for(document_id: str, actor: Actor) -> Document:
    """Return an invoice if this actor may read it (its seller's or its buyer's people, operator staff); else `NotFound`."""
    document = session.get(Document, document_id)
    if document is None or document.kind != "invoice":
        raise NotFound
    parties = {document.company_id, document.other_company_id}
    if actor.kind != "operator" and not parties & actor.company_ids:
        raise NotFound
    return document


def file_of(document_id: str) -> DocumentFile | None:
    """Return the document's file, or None while it is not rendered."""
    return session.get(DocumentFile, document_id)


def waiting_documents(limit: int) -> Sequence[str]:
    """Return the ids of issued documents that have no file yet, the oldest first."""
    query = select(Document.id).outerjoin(DocumentFile).where(DocumentFile.document_id.is_(None))
    return session.scalars(query.order_by(Document.id).limit(limit)).all()


def _invoices(company_id: str) -> Select[Document]:
    mine = or_(Document.company_id == company_id, Document.other_company_id == company_id)
    return select(Document).where(Document.kind == "invoice", mine)


def _invoice_line(document: Document, company_id: str) -> InvoiceLine:
    facts = InvoiceFacts.from_json(document.facts)
    sold = document.company_id == company_id
    return InvoiceLine(
        id=document.id,
        number=facts.number,
        issued_on=facts.issued_on,
        sold=sold,
        counterparty=facts.buyer.name if sold else facts.seller.name,
        gross_cents=facts.total_gross_cents,
        barter_cents=facts.paid_barter_cents,
        euro_cents=facts.due_euro_cents,
    )
