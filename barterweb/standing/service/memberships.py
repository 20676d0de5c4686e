"""Yearly memberships: opened ahead, reminded, paid by bank transfer, and missed: the company is suspended until it pays.

What time does is idempotent: each company is handled in a transaction of its own and looked at again under its lock.
"""

from datetime import date, timedelta

from sqlalchemy import Select, func, select

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.members.models import AuditEvent, Company, Membership
from barterweb.members.service import open_year, record_event
from barterweb.money import vat_of
from barterweb.standing.errors import DayNotPossible, NothingDue, NotPaid
from barterweb.standing.facts import (
    GRACE_DAYS,
    MEMBERSHIP_VAT_BP,
    REMIND_DAYS,
    RENEW_BEFORE_DAYS,
    reminders_due,
    suspends_on,
)
from barterweb.standing.policy import MEMBER_STATUSES, may_keep_books
from barterweb.standing.service.letters import write_to_administrators

SUSPENDED_UNPAID = "company_suspended_unpaid"
_STATUS_EVENTS = ("company_active", "company_standby", "company_suspended", SUSPENDED_UNPAID)


@transaction
def record_membership_payment(*, actor: Actor, membership_id: str, paid_on: date, reference: str) -> None:
    """Note the bank transfer that paid a year, by its day and reference; a company suspended for want of it trades again.

    Only the operator. Raises `NotFound`, `NothingDue`, `DayNotPossible`.
    """
    year = _locked(actor, membership_id)
    if year.waived or year.paid_on is not None:
        raise NothingDue(membership_id)
    if not year.starts_on - timedelta(days=RENEW_BEFORE_DAYS) <= paid_on <= clock.today():
        raise DayNotPossible
    year.paid_on, year.payment_reference = paid_on, reference
    year.recorded_at, year.recorded_by_id = clock.now(), actor.person_id
    record_event(
        actor=actor,
        kind="membership_paid",
        company_id=year.company_id,
        subject=year.id,
        detail=reference,
    )
    write_to_administrators(year.company, "membership_paid", **_payload(year))
    _trade_again(year)


@transaction
def take_back_membership_payment(*, actor: Actor, membership_id: str, reason: str) -> None:
    """Undo a payment recorded by mistake, with the reason; both stay in the audit trail. Raises `NotFound`, `NotPaid`."""
    year = _locked(actor, membership_id)
    if year.paid_on is None:
        raise NotPaid(membership_id)
    undone = f"{year.payment_reference}\u00a0: {reason}"
    year.paid_on = year.payment_reference = year.recorded_at = year.recorded_by_id = None
    record_event(
        actor=actor,
        kind="membership_payment_undone",
        company_id=year.company_id,
        subject=year.id,
        detail=undone,
    )


def open_next_years() -> int:
    """Job: open the next year of members whose last one ends within `RENEW_BEFORE_DAYS`. Returns how many."""
    soon = clock.today() + timedelta(days=RENEW_BEFORE_DAYS)
    ending = (
        select(Membership.company_id)
        .join(Company, Company.id == Membership.company_id)
        .where(Company.status.in_(MEMBER_STATUSES))
        .group_by(Membership.company_id)
        .having(func.max(Membership.ends_on) <= soon)
    )
    return sum(_open_next_year(company_id) for company_id in session.scalars(ending).all())


def remind_unpaid() -> int:
    """Job: remind companies of years that are due and unpaid. Returns how many letters' worth of companies."""
    earliest = clock.today() - timedelta(days=min(REMIND_DAYS))
    unpaid = _unpaid().where(Membership.due_on <= earliest, Membership.reminders < len(REMIND_DAYS))
    return sum(_remind(membership_id) for membership_id in session.scalars(unpaid).all())


def suspend_unpaid() -> int:
    """Job: suspend companies whose membership is unpaid `GRACE_DAYS` after it was due. Returns how many."""
    missed = _unpaid().where(
        Membership.due_on <= clock.today() - timedelta(days=GRACE_DAYS),
        Company.status.in_(("active", "standby")),
    )
    return sum(_suspend(membership_id) for membership_id in session.scalars(missed).all())


def _unpaid() -> Select[str]:
    return (
        select(Membership.id)
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.waived.is_(False), Membership.paid_on.is_(None))
        .where(Company.status.in_(MEMBER_STATUSES))
    )


@transaction
def _open_next_year(company_id: str) -> bool:
    company = session.get_one(Company, company_id, with_for_update=True)
    last = session.scalar(select(func.max(Membership.ends_on)).where(Membership.company_id == company_id))
    soon = clock.today() + timedelta(days=RENEW_BEFORE_DAYS)
    if last is None or last > soon or company.status not in MEMBER_STATUSES:
        return False
    year = open_year(company_id, company.region_id, last + timedelta(days=1))
    session.flush()
    record_event(actor=None, kind="membership_opened", company_id=company_id, subject=year.id)
    if not year.waived:
        write_to_administrators(company, "membership_opened", **_payload(year))
    return True


@transaction
def _remind(membership_id: str) -> bool:
    year = session.get_one(Membership, membership_id, with_for_update=True)
    wanted = reminders_due(year.due_on, clock.today())
    if year.waived or year.paid_on is not None or year.reminders >= wanted:
        return False
    year.reminders = wanted
    record_event(actor=None, kind="membership_reminded", company_id=year.company_id, subject=year.id)
    write_to_administrators(
        year.company,
        "membership_reminder",
        suspends_on=suspends_on(year.due_on).isoformat(),
        **_payload(year),
    )
    return True


@transaction
def _suspend(membership_id: str) -> bool:
    year = session.get_one(Membership, membership_id)
    company = session.get_one(Company, year.company_id, with_for_update=True)
    paid = session.scalar(select(Membership.paid_on).where(Membership.id == year.id).with_for_update())
    if paid is not None or company.status not in ("active", "standby"):
        return False
    company.status = "suspended"
    record_event(actor=None, kind=SUSPENDED_UNPAID, company_id=company.id, subject=year.id)
    write_to_administrators(company, "membership_suspended", **_payload(year))
    return True


def _trade_again(year: Membership) -> None:
    """Give the company back the status it had, if it was suspended for want of payment and nothing else is owed."""
    company = year.company
    session.flush()
    overdue = _unpaid().where(
        Membership.company_id == company.id, Membership.due_on <= clock.today() - timedelta(days=GRACE_DAYS)
    )
    if company.status != "suspended" or session.scalar(overdue) is not None:
        return
    latest = session.scalars(
        select(AuditEvent.kind)
        .where(AuditEvent.company_id == company.id, AuditEvent.kind.in_(_STATUS_EVENTS))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(2)
    ).all()
    if latest[:1] != [SUSPENDED_UNPAID]:
        return
    company.status = "standby" if latest[1:] == ["company_standby"] else "active"
    record_event(actor=None, kind=f"company_{company.status}", company_id=company.id, subject=year.id)


def _locked(actor: Actor, membership_id: str) -> Membership:
    if not may_keep_books(actor):
        raise NotFound
    year = session.get(Membership, membership_id)
    if year is None:
        raise NotFound
    session.get_one(Company, year.company_id, with_for_update=True)
    session.refresh(year, with_for_update=True)
    return year


def _payload(year: Membership) -> dict[str, str]:
    gross = year.fee_cents + vat_of(year.fee_cents, MEMBERSHIP_VAT_BP)
    return {
        "amount_cents": str(gross),
        "starts_on": year.starts_on.isoformat(),
        "ends_on": year.ends_on.isoformat(),
        "due_on": year.due_on.isoformat(),
        "page": "/mon-entreprise/adhesion",
    }
