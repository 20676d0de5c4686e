"""Accounts and their statements: whose an account is decides who may read it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents.facts import StatementFacts, StatementLine
from barterweb.documents.models import NUMBERED_KINDS, Document
from barterweb.documents.queries.parties import party_of
from barterweb.errors import NotFound
from barterweb.members.models import Company


@dataclass(frozen=True, slots=True)
class CompanyAccount:
    """A line of the accountant's desk."""

    company: Company
    account: ledger.AccountView
    invoices: int


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
                .where(Document.kind.in_(NUMBERED_KINDS), Document.company_id.in_([c.id for c in companies]))
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
