"""The accountant's desk: every company on one page, and what is new there since the last export."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from barterweb import ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents.facts.calendar import month_end
from barterweb.documents.models import Document, Export
from barterweb.documents.queries.accounts import CompanyAccount, accounts_for
from barterweb.documents.queries.books import PIECE_KINDS
from barterweb.errors import NotFound
from barterweb.members.models import Company


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a person has taken a company's accounts: until which day, and when it was last."""

    until: date
    at: datetime


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A company on the desk: its account, how far it was taken, how many operations and invoices came since."""

    company: Company
    account: ledger.AccountView
    covered: Covered | None
    operations: int
    invoices: int


def desk_lines(actor: Actor) -> list[DeskLine]:
    """Return every company whose accounts this actor reads, by name; six queries, whatever their number."""
    accounts = accounts_for(actor)
    covered = covered_by(actor.person_id, [line.company.id for line in accounts])
    since = min((one.until for one in covered.values()), default=date.min)
    since = since if len(covered) == len(accounts) else date.min
    days = ledger.entries_per_day([line.account.id for line in accounts], since)
    invoices = _pieces_per_company(actor.company_ids)
    return [
        _line(one, covered.get(one.company.id), days.get(one.account.id, {}), invoices) for one in accounts
    ]


def covered_by(person_id: str, company_ids: Collection[str]) -> dict[str, Covered]:
    """Return how far a person has taken each company's accounts; a company never taken is not in it."""
    rows = session.execute(
        select(Export.company_id, func.max(Export.covers_until), func.max(Export.at))
        .where(Export.person_id == person_id, Export.company_id.in_(company_ids))
        .group_by(Export.company_id)
    )
    return {company_id: Covered(until, at) for company_id, until, at in rows}


def companies_for(company_ids: Sequence[str], actor: Actor) -> list[Company]:
    """Return these companies by name if the actor may read the account of each, else raise `NotFound`."""
    wanted = set(company_ids)
    query = select(Company).where(Company.id.in_(wanted & actor.company_ids), Company.account_id.is_not(None))
    companies = session.scalars(query.order_by(Company.name)).all()
    if not wanted or len(companies) < len(wanted):
        raise NotFound
    return list(companies)


def _pieces_per_company(company_ids: Collection[str]) -> dict[str, dict[date, int]]:
    """Count the invoices that each company sent or received, by day."""
    counts: dict[str, dict[date, int]] = {}
    for column in (Document.company_id, Document.other_company_id):
        rows = session.execute(
            select(column, Document.issued_on, func.count())
            .where(column.in_(company_ids), Document.kind.in_(PIECE_KINDS))
            .group_by(column, Document.issued_on)
        )
        for company_id, issued_on, count in rows:
            of_company = counts.setdefault(str(company_id), {})
            of_company[issued_on] = of_company.get(issued_on, 0) + count
    return counts


def _line(
    one: CompanyAccount, covered: Covered | None, days: dict[date, int], invoices: dict[str, dict[date, int]]
) -> DeskLine:
    def since(counts: dict[date, int]) -> int:
        return sum(count for day, count in counts.items() if covered is None or day > covered.until)

    return DeskLine(one.company, one.account, covered, since(days), since(invoices.get(one.company.id, {})))


def monthly_statements(company_id: str, limit: int = 12) -> list[tuple[str, date, date]]:
    """Return the latest whole months whose statement was issued, the newest first: document, first and last day."""
    rows = session.execute(
        select(Document.id, Document.source)
        .where(Document.company_id == company_id, Document.kind == "statement")
        .order_by(Document.id.desc())
        .limit(20 * limit)
    )
    found: dict[tuple[date, date], str] = {}
    for document_id, source in rows:
        period, unfinished = source.split(":")[2:4], source.count(":") > 4
        start, end = map(date.fromisoformat, period)
        if not unfinished and start.day == 1 and end == month_end(start):
            found.setdefault((start, end), document_id)
    newest_first = sorted(found.items(), reverse=True)[:limit]
    return [(document_id, start, end) for (start, end), document_id in newest_first]
