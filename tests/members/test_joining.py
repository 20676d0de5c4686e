"""Joining: a company applies, staff admit it, ask or refuse, in one transaction each."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db, ledger
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.members.errors import (
    ApplicationDecided,
    ApplicationIdTaken,
    ClustersOfSeveralRegions,
    NothingAsked,
    SiretKnown,
)
from barterweb.members.facts import Contact, FirstListing, RegionSettings
from barterweb.members.models import Application, AuditEvent, Company, Invitation, Membership, Role
from barterweb.outbox.models import OutboxMessage
from tests import build_members as build

InApp = Callable[..., Any]


@pytest.fixture
def here(app: Flask) -> Any:
    """An application context for tests that only call verbs and queries."""
    with app.app_context():
        yield


def letters() -> list[tuple[str, str]]:
    """Return kind and addressee of every letter, oldest first."""
    rows = db.session.execute(
        sa.select(OutboxMessage.kind, OutboxMessage.to_email).order_by(OutboxMessage.id)
    )
    return [(kind, to_email) for kind, to_email in rows]


def count(table: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("here")
def test_an_application_is_a_company_without_account_and_a_letter() -> None:
    with clock.at(datetime(2026, 9, 14, 8, tzinfo=UTC)):
        application = queries.application(build.application(contact_email="Lea@Vercors.Example"))
    company = application.company
    assert (application.status, application.contact_email) == ("received", "lea@vercors.example")
    assert (company.status, company.account_id, company.joined_on) == ("applied", None, None)
    assert (company.department, company.search_text) == (
        "Isère",
        "transports du vercors transport routier grenoble isere",
    )
    assert company.terms_version == "2026-09-01"
    assert company.terms_accepted_at == company.mandate_accepted_at == datetime(2026, 9, 14, 8, tzinfo=UTC)
    assert letters() == [("application_received", "lea@vercors.example")]


@pytest.mark.usefixtures("here")
def test_the_invoicing_mandate_is_a_choice() -> None:
    application = queries.application(build.application(mandate=False))
    assert application.company.mandate_accepted_at is None


@pytest.mark.usefixtures("here")
def test_the_same_form_sent_twice_is_one_application() -> None:
    build.cluster()
    sent = {
        "application_id": new_id("adh"),
        "details": build.details(),
        "cluster_ids": [build.cluster()],
        "contact": Contact(name="Léa Martin", email="lea@vercors.example"),
        "first_listing": FirstListing(kind="need", title="Expertise comptable", description="Bilan."),
        "mandate_accepted": True,
    }
    assert service.register_company(**sent) == service.register_company(**sent)
    assert (count(Application), count(Company), len(letters())) == (1, 1, 1)
    with pytest.raises(ApplicationIdTaken):
        service.register_company(**{**sent, "details": build.details()})


@pytest.mark.usefixtures("here")
def test_a_known_siret_cannot_apply_again_unless_it_was_refused() -> None:
    siret = build.siret()
    first = build.application(siret=siret)
    with pytest.raises(SiretKnown):
        build.application(siret=siret)
    service.refuse_application(actor=build.operator(), application_id=first, reason="Dossier incomplet.")
    second = build.application(siret=siret)
    assert queries.application(second).company.id != queries.application(first).company.id
    with pytest.raises(SiretKnown):
        build.application(siret=siret)


@pytest.mark.usefixtures("here")
def test_clusters_of_two_regions_are_refused() -> None:
    other = build.region(code="BFC", name="Bourgogne-Franche-Comté")
    with pytest.raises(ClustersOfSeveralRegions):
        build.application(cluster_ids=[build.cluster(), build.cluster("Microtechniques", region_id=other)])


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("unknown", [[], ["pol_unknown"]])
def test_an_unknown_cluster_is_refused(unknown: list[str]) -> None:
    build.cluster()
    with pytest.raises(NotFound):
        service.register_company(
            application_id=new_id("adh"),
            details=build.details(),
            cluster_ids=unknown,
            contact=Contact(name="Léa", email="lea@vercors.example"),
            first_listing=FirstListing(kind="offer", title="Stockage", description="Place."),
            mandate_accepted=False,
        )
    assert count(Company) == 0


@pytest.mark.usefixtures("here")
def test_admission_opens_the_account_with_the_regions_limits_in_force() -> None:
    region_id = build.region(terms=RegionSettings(credit_limit_cents=200_000, balance_cap_cents=900_000))
    service.set_region_terms(
        region_id=region_id, starts_on=date(2026, 6, 1), terms=RegionSettings(credit_limit_cents=300_000)
    )
    service.set_region_terms(
        region_id=region_id, starts_on=date(2027, 1, 1), terms=RegionSettings(credit_limit_cents=1)
    )
    with clock.at(datetime(2026, 9, 14, 8, tzinfo=UTC)):
        admitted = build.admit(build.application())
    company = queries.company(admitted.company_id)
    account = ledger.account_view(admitted.account_id)
    assert (company.status, company.joined_on, company.account_id) == (
        "active",
        date(2026, 9, 14),
        account.id,
    )
    assert account.id.startswith("acc_")
    assert (account.kind, account.balance_cents) == ("member", 0)
    assert (account.credit_limit_cents, account.balance_cap_cents) == (300_000, 1_500_000)


@pytest.mark.usefixtures("here")
def test_admission_begins_a_year_of_membership_with_its_waiver() -> None:
    with clock.at(datetime(2028, 2, 29, 8, tzinfo=UTC)):
        admitted = build.admit(build.application())
    year = db.session.scalars(sa.select(Membership)).one()
    assert year.company_id == admitted.company_id
    assert (year.starts_on, year.ends_on) == (date(2028, 2, 29), date(2029, 2, 28))
    assert (year.fee_cents, year.waived) == (23_500, True)


@pytest.mark.usefixtures("here")
def test_admission_invites_the_contact_as_administrator_and_trader() -> None:
    admitted = build.admit(build.application(kind="offer", title="Stockage"))
    kinds = db.session.scalars(sa.select(Role.kind).where(Role.company_id == admitted.company_id)).all()
    assert sorted(kinds) == ["administrator", "trader"]
    (access,) = queries.accesses_to_company(admitted.company_id)
    assert (access.kind, access.person.name) == ("administrator", "Léa Martin")
    invitation = db.session.scalars(sa.select(Invitation)).one()
    assert invitation.person_id == admitted.person_id
    assert letters()[-1] == ("invitation", "lea@vercors.example")
    payload = db.session.scalars(
        sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "invitation")
    ).one()
    token = payload["url"].removeprefix("/invitation/")
    assert queries.invitation_for(token) is invitation
    assert token not in invitation.token_hash
    assert (admitted.first_listing.kind, admitted.first_listing.title) == ("offer", "Stockage")


@pytest.mark.usefixtures("here")
def test_a_contact_who_is_known_gets_the_roles_without_another_password() -> None:
    known = build.company(email="lea@vercors.example")
    before = count(Invitation)
    admitted = build.admit(build.application(name="Vercors Stockage", contact_email="LEA@vercors.example"))
    assert admitted.person_id == known.person_id
    assert count(Invitation) == before
    payload = db.session.scalars(
        sa.select(OutboxMessage.payload)
        .where(OutboxMessage.kind == "invitation")
        .order_by(OutboxMessage.id.desc())
    ).first()
    assert payload == {"company": "Vercors Stockage", "url": "/connexion"}
    assert [hat.label for hat in queries.hats_of(known.person_id)] == [
        "Transports du Vercors",
        "Vercors Stockage",
    ]


@pytest.mark.usefixtures("here")
def test_staff_of_its_clusters_admit_a_company_and_others_do_not_see_it() -> None:
    application_id = build.application(cluster_ids=[build.cluster("Axelera")])
    stranger = build.staff(build.cluster("Minalogic"), email="autre@pole.example")
    member = build.company("Imprimerie Berthet")
    for actor in (stranger, member.actor):
        with pytest.raises(NotFound):
            build.admit(application_id, by=actor)
        with pytest.raises(NotFound):
            service.refuse_application(actor=actor, application_id=application_id, reason="Non.")
        with pytest.raises(NotFound):
            service.ask_applicant(actor=actor, application_id=application_id, question="Pourquoi ?")
        with pytest.raises(NotFound):
            queries.application_for(application_id, actor)
    assert queries.open_applications(stranger, limit=9) == ([], 0)
    ours = build.staff(build.cluster("Axelera"))
    assert [found.id for found in queries.open_applications(ours, limit=9)[0]] == [application_id]
    build.admit(application_id, by=ours)
    assert queries.open_applications(ours, limit=9) == ([], 0)
    decided = queries.application_for(application_id, ours)
    assert (decided.status, decided.decided_by_id) == ("approved", ours.person_id)


@pytest.mark.usefixtures("here")
def test_an_application_is_decided_once() -> None:
    application_id = build.application()
    build.admit(application_id)
    with pytest.raises(ApplicationDecided) as refusal:
        build.admit(application_id)
    assert refusal.value.status == "approved"
    with pytest.raises(ApplicationDecided):
        service.refuse_application(actor=build.operator(), application_id=application_id, reason="Non.")
    with pytest.raises(ApplicationDecided):
        service.ask_applicant(actor=build.operator(), application_id=application_id, question="Et ?")
    assert count(Membership) == 1


@pytest.mark.usefixtures("here")
def test_admission_needs_the_callers_transaction() -> None:
    application_id = build.application()
    with pytest.raises(db.TransactionMisuse):
        service.admit_company(actor=build.operator(), application_id=application_id)


@pytest.mark.usefixtures("here")
def test_an_admission_that_fails_later_leaves_nothing() -> None:
    application_id = build.application()
    operator = build.operator()

    @db.transaction
    def admit_then_fail() -> None:
        service.admit_company(actor=operator, application_id=application_id)
        raise RuntimeError("publishing failed")

    before = (count(Membership), len(letters()), len(ledger.account_views()))
    with pytest.raises(RuntimeError):
        admit_then_fail()
    assert queries.application(application_id).company.status == "applied"
    assert (count(Membership), len(letters()), len(ledger.account_views())) == before


@pytest.mark.usefixtures("here")
def test_a_question_is_answered_once_and_puts_the_application_back_into_the_queue() -> None:
    application_id = build.application()
    operator = build.operator()
    service.ask_applicant(actor=operator, application_id=application_id, question="Quel effectif ?")
    asked = queries.application(application_id)
    assert (asked.status, asked.question) == ("question", "Quel effectif ?")
    assert letters()[-1] == ("application_question", "lea@vercors.example")
    service.answer_question(application_id=application_id, answer="Douze personnes.")
    answered = queries.application(application_id)
    assert (answered.status, answered.answer) == ("received", "Douze personnes.")
    with pytest.raises(NothingAsked):
        service.answer_question(application_id=application_id, answer="Treize.")
    with pytest.raises(NotFound):
        service.answer_question(application_id=new_id("adh"), answer="Treize.")
    build.admit(application_id, by=operator)


@pytest.mark.usefixtures("here")
def test_a_refusal_gives_its_reason() -> None:
    application_id = build.application()
    service.refuse_application(
        actor=build.operator(), application_id=application_id, reason="Hors de la région."
    )
    refused = queries.application(application_id)
    assert (refused.status, refused.reason, refused.company.status) == (
        "refused",
        "Hors de la région.",
        "refused",
    )
    payload = db.session.scalars(
        sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "application_refused")
    ).one()
    assert (payload["company"], payload["reason"]) == ("Transports du Vercors", "Hors de la région.")


@pytest.mark.usefixtures("here")
def test_what_staff_decide_is_written_to_the_audit_trail() -> None:
    operator = build.operator()
    admitted = build.admit(build.application(), by=operator)
    events = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.company_id == admitted.company_id)
    ).all()
    assert [(event.kind, event.person_id) for event in events] == [("company_admitted", operator.person_id)]


@pytest.mark.usefixtures("here")
def test_a_region_without_terms_admits_nobody() -> None:
    region_id = service.create_region(code="PAC", name="Provence")
    application_id = build.application(cluster_ids=[build.cluster("SAFE", region_id=region_id)])
    with pytest.raises(NotFound):
        build.admit(application_id)


@pytest.mark.usefixtures("here")
def test_a_region_has_its_operator_accounts_without_limits() -> None:
    build.region(code="ARA")
    for kind in ("commission", "membership", "reserve"):
        account = ledger.account_view(service.operator_account_id(kind, "ARA"))
        assert (account.kind, account.credit_limit_cents, account.balance_cap_cents) == (kind, None, None)


@pytest.mark.usefixtures("here")
def test_the_latest_terms_that_have_started_are_in_force() -> None:
    region_id = build.region()
    later = RegionSettings(commission_waived=False, commission_rate_bp=600)
    service.set_region_terms(region_id=region_id, starts_on=date(2027, 1, 1), terms=later)
    assert queries.terms_in_force(region_id, date(2026, 12, 31)).commission_waived
    assert queries.terms_in_force(region_id, date(2027, 1, 1)).commission_rate_bp == 600
    with pytest.raises(NotFound):
        queries.terms_in_force(region_id, date(2019, 12, 31))
