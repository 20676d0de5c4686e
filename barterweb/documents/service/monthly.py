"""Every month: issue the statement of each account and announce it, one letter a person."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select

from barterweb import clock, ledger
from barterweb.db import session, transaction
from barterweb.documents.facts.calendar import month_before, month_end
from barterweb.documents.models import StatementLeftOut, StatementRound
from barterweb.documents.service.statements import issue_statement
from barterweb.members import queries as members
from barterweb.members.models import Company
from barterweb.outbox import service as outbox

READERS = ("administrator", "accountant")
_log = logging.getLogger(__name__)


def issue_monthly_statements() -> int:
    """Job: issue the statements of every month that is over and was not announced yet, then announce them. Returns how many.

    Each is issued in a transaction of its own; the letters leave once all are. A company whose statement cannot be
    issued keeps nobody waiting: it is tried again at each pass, and its readers are told then. Run again, it does nothing.
    The first month ever is the last one before the site began. Files are made by the job that renders documents.
    """
    return sum(_issue_month(month) for month in _months_to_issue())


def _months_to_issue() -> list[date]:
    """The first days of the months that are over and not announced, or not to everybody, the oldest first."""
    last = month_before(clock.today())
    known = session.scalars(
        select(StatementRound.month).order_by(StatementRound.month.desc()).limit(1)
    ).first()
    month = last if known is None else _following(known)
    months = set(session.scalars(select(StatementLeftOut.month)))
    while month <= last:
        months.add(month)
        month = _following(month)
    return sorted(months)


def _issue_month(month: date) -> int:
    announced = session.get(StatementRound, month) is not None
    wanted = _left_out(month) if announced else _companies(month)
    issued = [company_id for company_id in wanted if _tried(company_id, month)]
    if announced and not issued:
        return 0
    return _announce(month, issued, left_out=[] if announced else sorted(set(wanted) - set(issued)))


def _left_out(month: date) -> Sequence[str]:
    query = select(StatementLeftOut.company_id).where(StatementLeftOut.month == month)
    return session.scalars(query.order_by(StatementLeftOut.company_id)).all()


def _companies(month: date) -> list[str]:
    """The companies whose account was open during the month, by name; a closed one only if something happened there."""
    companies = session.scalars(
        select(Company)
        .where(Company.account_id.is_not(None), Company.joined_on <= month_end(month))
        .order_by(Company.name, Company.id)
    ).all()
    accounts = [company.account_id for company in companies if company.account_id]
    closed = {view.id for view in ledger.account_views(accounts) if view.status == "closed"}
    moved = ledger.entries_per_day(sorted(closed), month)
    return [one.id for one in companies if one.account_id not in closed or one.account_id in moved]


def _tried(company_id: str, month: date) -> bool:
    """Issue one statement; False when it could not be, whatever the reason."""
    try:
        _issue(company_id, month)
    except Exception:  # noqa: BLE001 - a company whose account is in doubt must not keep the others from their statements
        session.rollback()
        _log.exception("statement of %s for %s not issued", company_id, month)
        return False
    return True


@transaction
def _issue(company_id: str, month: date) -> None:
    issue_statement(session.get_one(Company, company_id), month, month_end(month))


@transaction
def _announce(month: date, issued: Sequence[str], *, left_out: Sequence[str]) -> int:
    """Write one letter to each reader, with the names of all the companies read; a statement is announced once.

    Returns how many were announced: none of those that another process announced meanwhile.
    """
    if session.get(StatementRound, month, with_for_update=True) is None:
        session.add(StatementRound(month=month, announced_at=clock.now()))
        session.flush()
        session.add_all(StatementLeftOut(month=month, company_id=company_id) for company_id in left_out)
        told = issued
    else:
        waiting = set(_left_out(month))
        told = [company_id for company_id in issued if company_id in waiting]
        session.execute(
            delete(StatementLeftOut).where(
                StatementLeftOut.month == month, StatementLeftOut.company_id.in_(told)
            )
        )
    _write_letters(month, told)
    return len(told)


def _write_letters(month: date, company_ids: Sequence[str]) -> None:
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


def _following(month: date) -> date:
    return month_end(month) + timedelta(days=1)
