"""A company's status and details, changed by those who may."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db, ledger
from barterweb.errors import NotFound
from barterweb.members import queries, service
from barterweb.members.errors import StatusNotPossible
from barterweb.members.facts import CompanyChanges
from barterweb.members.models import AuditEvent
from barterweb.money import Credits
from tests import build_members as build

CHANGES = CompanyChanges(
    description="Stockage.",
    street="3 quai Perrière",
    postal_code="73000",
    city="Chambéry",
    legal_form="SAS",
    capital_cents=None,
    rcs_city="Chambéry",
    vat_number=None,
    vat_regime="franchise",
)


@pytest.fixture(autouse=True)
def _here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_operator_and_staff_of_its_clusters_change_a_companys_status_with_a_reason() -> None:
    member = build.company()
    for actor, status in [(build.operator(), "suspended"), (build.staff(build.cluster()), "active")]:
        service.set_company_status(actor=actor, company_id=member.company_id, status=status, reason="Essai")
        assert queries.company(member.company_id).status == status
    events = db.session.execute(
        sa.select(AuditEvent.kind, AuditEvent.detail)
        .where(AuditEvent.company_id == member.company_id, AuditEvent.kind.startswith("company_"))
        .order_by(AuditEvent.id)
    ).all()
    assert {tuple(event) for event in events[1:]} == {
        ("company_suspended", "Essai"),
        ("company_active", "Essai"),
    }


def test_nobody_else_changes_a_companys_status() -> None:
    member = build.company()
    strangers = [
        member.actor,
        build.accountant(member),
        build.staff(build.cluster("Minalogic"), email="autre@pole.example"),
        build.person("region@ara.example", "funder", region_id=build.region()),
    ]
    for actor in strangers:
        with pytest.raises(NotFound):
            service.set_company_status(actor=actor, company_id=member.company_id, status="suspended")
    with pytest.raises(NotFound):
        service.set_company_status(actor=build.operator(), company_id="cmp_unknown", status="suspended")
    assert queries.company(member.company_id).status == "active"


def test_an_applicant_is_not_admitted_by_a_change_of_status() -> None:
    operator = build.operator()
    applied = queries.application(build.application()).company_id
    member = build.company("Imprimerie Berthet")
    for company_id, status in [
        (applied, "active"),
        (member.company_id, "applied"),
        (member.company_id, "refused"),
    ]:
        with pytest.raises(StatusNotPossible):
            service.set_company_status(actor=operator, company_id=company_id, status=status)
    assert queries.company(applied).account_id is None


def test_the_operator_sets_a_companys_limits_with_a_reason() -> None:
    member = build.company()
    service.set_company_limits(
        actor=build.operator(),
        company_id=member.company_id,
        credit_limit=Credits(800_000),
        balance_cap=Credits(2_500_000),
        reason="Bilan examiné",
    )
    account = ledger.account_view(member.account_id)
    assert (account.credit_limit_cents, account.balance_cap_cents) == (800_000, 2_500_000)
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.kind == "limits_set")).one()
    assert (event.company_id, event.detail) == (member.company_id, "Bilan examiné")


def test_nobody_else_sets_a_companys_limits() -> None:
    member = build.company()
    applied = queries.application(build.application(name="Imprimerie Berthet")).company_id
    tries = [
        (member.actor, member.company_id),
        (build.accountant(member), member.company_id),
        (build.staff(build.cluster()), member.company_id),
        (build.operator(), applied),
        (build.operator(), "cmp_unknown"),
    ]
    for actor, company_id in tries:
        with pytest.raises(NotFound):
            service.set_company_limits(
                actor=actor,
                company_id=company_id,
                credit_limit=Credits(800_000),
                balance_cap=Credits(800_000),
                reason="Essai",
            )
    assert ledger.account_view(member.account_id).credit_limit_cents == 200_000


def test_only_its_administrators_edit_a_company() -> None:
    member = build.company()
    trader = build.person("trader@vercors.example", "trader", company_id=member.company_id)
    for actor in (trader, build.accountant(member), build.operator(), replace(member.actor, company_id=None)):
        with pytest.raises(NotFound):
            service.edit_company(actor=actor, changes=CHANGES)
    service.edit_company(actor=member.actor, changes=CHANGES)
    company = queries.company(member.company_id)
    assert (company.department, company.vat_number, company.name) == ("Savoie", None, "Transports du Vercors")


def test_an_event_keeps_its_detail_within_the_columns_length() -> None:
    member = build.company()
    record = db.transaction(service.record_event)
    record(actor=None, kind="test", company_id=member.company_id, subject="x", detail="é" * 1_000)
    event, name = queries.events_of_company(member.company_id)[0]
    assert (event.detail, name) == ("é" * 300, "")
    with pytest.raises(db.TransactionMisuse):
        service.record_event(actor=None, kind="test", company_id=None, subject="x")
