"""Every month: issue the statement of each account and announce it, one letter a person."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from barterweb import clock
from barterweb.db import session, transaction
from barterweb.documents.facts.calendar import month_before, month_end
from barterweb.documents.models import StatementRound
from barterweb.documents.service.statements import issue_statement
from barterweb.members import queries as members
from barterweb.members.models import Company
from barterweb.outbox import service as outbox

READERS = ("administrator", "accountant")


def issue_monthly_statements() -> int:
    """Job: issue last month's statement of every account opened by then, then announce them. Returns how many.

    Each is issued in a transaction of its own; the letters leave once all are. Run again, it does nothing. Their files are
    made by the job that renders documents.
    """
    month = month_before(clock.today())
    if session.get(StatementRound, month) is not None:
        return 0
    company_ids = _companies(month_end(month))
    for company_id in company_ids:
        _issue(company_id, month)
    return len(company_ids) if _announce(month, company_ids) else 0


def _companies(until: date) -> Sequence[str]:
    return session.scalars(
        select(Company.id)
        .where(Company.account_id.is_not(None), Company.joined_on <= until)
        .order_by(Company.name, Company.id)
    ).all()


@transaction
def _issue(company_id: str, month: date) -> None:
    issue_statement(session.get_one(Company, company_id), month, month_end(month))


@transaction
def _announce(month: date, company_ids: Sequence[str]) -> bool:
    """Write one letter to each reader, with the names of all the companies read; the month is announced once."""
    if session.get(StatementRound, month) is not None:
        return False
    session.add(StatementRound(month=month, announced_at=clock.now()))
    session.flush()
    named: dict[tuple[str, str], list[Company]] = defaultdict(list)
    for company_id in company_ids:
        company = session.get_one(Company, company_id)
        for person in members.members_of(company_id, READERS):
            named[person.email, person.name].append(company)
    for (email, name), companies in named.items():
        period = f"?du={month:%d/%m/%Y}&au={month_end(month):%d/%m/%Y}"
        path = f"/comptes/{companies[0].id}{period}" if len(companies) == 1 else "/comptes"
        payload = {
            "month": month.isoformat(),
            "companies": ", ".join(company.name for company in companies),
            "path": path,
        }
        outbox.queue_mail(to_email=email, to_name=name, kind="statements_ready", payload=payload)
    return True
