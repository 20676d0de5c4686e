"""Yearly memberships: opened ahead, reminded, paid, missed; every step a dated fact."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from barterweb import db
from barterweb.errors import NotFound
from barterweb.members import queries, service
from barterweb.members.facts import RegionSettings
from barterweb.members.models import AuditEvent, Membership
from barterweb.outbox.models import OutboxMessage
from barterweb.standing import service as standing
from barterweb.standing.errors import DayNotPossible, NothingDue, NotPaid
from tests import build_members as build

On = Callable[[date], AbstractContextManager[None]]

pytestmark = pytest.mark.usefixtures("here")

JOINED = date(2026, 9, 14)
DUE = date(2026, 10, 14)


@pytest.fixture
def payer(on: On) -> build.Member:
    """A member of a region without waiver, joined on `JOINED`."""
    build.region(terms=RegionSettings(membership_waived=False))
    with on(JOINED):
        return build.company()


def years() -> list[Membership]:
    return list(db.session.scalars(sa.select(Membership).order_by(Membership.starts_on)))


def letters() -> list[str]:
    rows = db.session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id))
    return [kind for kind in rows if kind.startswith("membership")]


def pay(payer: build.Member, on_day: date, reference: str = "VIR 4471", index: int = 0) -> None:
    standing.record_membership_payment(
        actor=build.operator(), membership_id=years()[index].id, paid_on=on_day, reference=reference
    )


def status_of(payer: build.Member) -> str:
    return queries.company(payer.company_id).status


def test_the_first_year_is_due_thirty_days_after_it_begins(payer: build.Member) -> None:
    (year,) = years()
    assert (year.starts_on, year.ends_on, year.due_on) == (JOINED, date(2027, 9, 13), DUE)
    assert (year.fee_cents, year.waived, year.paid_on) == (23_500, False, None)


def test_the_next_year_is_opened_thirty_days_ahead_with_the_terms_of_its_first_day(
    payer: build.Member, on: On
) -> None:
    region_id = build.region()
    service.set_region_terms(
        region_id=region_id,
        starts_on=date(2027, 9, 14),
        terms=RegionSettings(membership_fee_cents=25_000, membership_waived=False),
    )
    with on(date(2027, 8, 13)):
        assert standing.open_next_years() == 0
    with on(date(2027, 8, 14)):
        assert standing.open_next_years() == 1
        assert standing.open_next_years() == 0, "a job may run twice"
    year = years()[-1]
    assert (year.starts_on, year.ends_on, year.due_on) == (
        date(2027, 9, 14),
        date(2028, 9, 13),
        date(2027, 10, 14),
    )
    assert (year.fee_cents, year.waived) == (25_000, False)
    assert letters() == ["membership_opened"]


def test_a_waived_year_is_opened_without_asking_for_money(on: On) -> None:
    with on(JOINED):
        build.company()
    with on(date(2027, 9, 1)):
        standing.open_next_years()
        assert standing.remind_unpaid() == standing.suspend_unpaid() == 0
    with on(date(2028, 1, 1)):
        assert standing.remind_unpaid() == standing.suspend_unpaid() == 0
    assert [year.waived for year in years()] == [True, True]
    assert letters() == []


def test_an_unpaid_year_is_reminded_three_times_and_then_suspends(payer: build.Member, on: On) -> None:
    reminded = []
    for days in range(-10, 65):
        with on(DUE + timedelta(days=days)):
            if standing.remind_unpaid():
                reminded.append(days)
            assert standing.remind_unpaid() == 0
            if standing.suspend_unpaid():
                assert days == 60
    assert reminded == [-7, 15, 45]
    assert status_of(payer) == "suspended"
    assert letters() == [*["membership_reminder"] * 3, "membership_suspended"]


def test_a_job_that_slept_reminds_once(payer: build.Member, on: On) -> None:
    with on(DUE + timedelta(days=50)):
        assert standing.remind_unpaid() == 1
        assert standing.remind_unpaid() == 0
    assert letters() == ["membership_reminder"]


def test_a_payment_is_recorded_with_its_day_and_reference(payer: build.Member, on: On) -> None:
    with on(date(2026, 10, 2)):
        pay(payer, date(2026, 10, 1))
    (year,) = years()
    assert (year.paid_on, year.payment_reference) == (date(2026, 10, 1), "VIR 4471")
    assert (year.recorded_by_id, letters()) == (build.operator().person_id, ["membership_paid"])
    with on(date(2027, 1, 1)):
        assert standing.remind_unpaid() == standing.suspend_unpaid() == 0
        with pytest.raises(NothingDue):
            pay(payer, date(2026, 12, 1), "VIR 9")


def test_a_payment_brings_a_suspended_company_back_to_where_it_was(payer: build.Member, on: On) -> None:
    with on(date(2026, 11, 1)):
        service.set_company_status(
            actor=build.operator(), company_id=payer.company_id, status="standby", reason="Carnet plein."
        )
    with on(DUE + timedelta(days=60)):
        standing.suspend_unpaid()
    with on(DUE + timedelta(days=70)):
        pay(payer, DUE + timedelta(days=69))
    assert status_of(payer) == "standby"


def test_a_payment_does_not_lift_a_suspension_that_has_another_reason(payer: build.Member, on: On) -> None:
    with on(DUE + timedelta(days=60)):
        standing.suspend_unpaid()
    with on(DUE + timedelta(days=61)):
        service.set_company_status(
            actor=build.operator(), company_id=payer.company_id, status="suspended", reason="Litige."
        )
        pay(payer, DUE + timedelta(days=61))
    assert status_of(payer) == "suspended"


def test_a_payment_recorded_by_mistake_is_taken_back_with_its_reason(payer: build.Member, on: On) -> None:
    with on(date(2026, 10, 2)):
        pay(payer, date(2026, 10, 1))
        taken_back = {"actor": build.operator(), "membership_id": years()[0].id}
        standing.take_back_membership_payment(**taken_back, reason="Virement d’un autre membre.")
        assert years()[0].paid_on is None
        with pytest.raises(NotPaid):
            standing.take_back_membership_payment(**taken_back, reason="Encore.")
    kinds = db.session.scalars(sa.select(AuditEvent.kind).where(AuditEvent.subject == years()[0].id)).all()
    assert kinds == ["membership_paid", "membership_payment_undone"]


@pytest.mark.parametrize("day", [date(2026, 8, 1), date(2026, 10, 3)])
def test_a_payment_has_a_plausible_day(payer: build.Member, on: On, day: date) -> None:
    with on(date(2026, 10, 2)), pytest.raises(DayNotPossible):
        pay(payer, day)


def test_only_the_operator_keeps_the_books(payer: build.Member) -> None:
    for actor in (payer.actor, build.staff(build.cluster())):
        with pytest.raises(NotFound):
            standing.record_membership_payment(
                actor=actor, membership_id=years()[0].id, paid_on=JOINED, reference="VIR"
            )
