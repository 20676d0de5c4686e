"""One's own data: a copy that forgets no table, erasure that leaves no name, durations that a job executes."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.db import Base
from barterweb.members import service as members
from barterweb.members.models import Application, AuditEvent, Person
from barterweb.outbox.models import OutboxMessage
from barterweb.privacy import queries, service
from barterweb.privacy.facts import RULES
from barterweb.security.models import PersonSession
from tests import build_members as build
from tests import build_trades
from tests.security.conftest import InApp, Open, set_up_totp, sign_in, url_of
from tests.security.test_forms import cells_holding


def test_the_copy_holds_everything_that_names_the_person_and_no_secret(
    app: Flask, in_app: InApp, lea: build.Member, page: Open
) -> None:
    other = in_app(build.company, "Imprimerie Berthet")
    in_app(lambda: build_trades.settled(lea, other, build_trades.terms(build_trades.line(1_000))))
    browser = page(lea.email)
    _, codes = set_up_totp(browser)
    browser.get("/mes-donnees")
    copy = browser.submit("Télécharger mes données")
    assert "attachment" in copy.headers["Content-Disposition"]
    data = json.loads(copy.data)
    assert data["personne"]["email"] == lea.email
    for part in (
        "roles.person_id",
        "person_sessions.person_id",
        "notifications.person_id",
        "applications.contact_email",
    ):
        assert data[part], part
    text = copy.data.decode()
    assert "password_hash" not in text
    assert "token" not in text
    assert codes[0].replace("-", "") not in text
    assert other.email not in text
    assert other.person_id not in text
    assert "Copie de vos données" in browser.get("/securite")


def test_no_secret_column_is_unknown_to_the_copy() -> None:
    wanted = ("hash", "secret", "token", "public_key", "stamp")
    columns = {
        column.name
        for table in Base.metadata.sorted_tables
        if table.name == "people" or [*queries.references_to_people(table)]
        for column in table.columns
        if any(part in column.name for part in wanted)
    }
    assert columns <= queries.SECRETS, columns - queries.SECRETS


def test_erasure_leaves_no_name_and_no_way_in(
    app: Flask, in_app: InApp, lea: build.Member, page: Open
) -> None:
    paul = "paul.durand-canari@vercors.example"
    in_app(lambda: build.person(paul, "trader", name="Paul Durand-Canari", company_id=lea.company_id))
    browser = page()
    sign_in(browser, paul)
    other = page(paul)
    browser.get("/mes-donnees")
    form = "Fermer mon accès pour toujours"
    browser.submit(form, password=build.PASSWORD, status=422)
    browser.submit(form, password="un autre mot de passe", understood=True, status=422)
    browser.submit(form, password=build.PASSWORD, understood=True)
    assert url_of(browser) == "/"
    other.get("/tableau-de-bord")
    assert url_of(other).startswith("/connexion")
    sign_in(page(), paul, status=422)
    assert in_app(cells_holding, ("Durand-Canari", "durand-canari")) == []
    with app.app_context():
        left = db.session.scalars(sa.select(Person).where(Person.name == service.PSEUDONYM)).one()
        assert left.email.endswith("@efface.invalid")
        assert left.disabled_at is not None


def test_the_only_administrator_names_another_first(in_app: InApp, lea: build.Member, page: Open) -> None:
    browser = page(lea.email)
    browser.get("/mes-donnees")
    shown = browser.submit(
        "Fermer mon accès pour toujours", password=build.PASSWORD, understood=True, status=422
    )
    assert "Vous êtes seul à administrer Transports du Vercors" in shown
    in_app(lambda: build.person("paul@vercors.example", "administrator", company_id=lea.company_id))
    browser.submit("Fermer mon accès pour toujours", password=build.PASSWORD, understood=True)
    assert url_of(browser) == "/"


def test_the_page_prints_the_table_that_the_job_executes(page: Open) -> None:
    shown = page().get("/confidentialite")
    for rule in RULES:
        assert rule.kept.replace("\u00a0", " ") in shown.text.replace("\u00a0", " "), rule.name
    assert "Un seul cookie" in shown


def test_what_is_over_is_forgotten_and_nothing_earlier(
    app: Flask, in_app: InApp, lea: build.Member, page: Open
) -> None:
    start = clock.now()
    with clock.at(start - timedelta(days=400)):
        refused = in_app(build.application, contact_email="ancien@ailleurs.example", contact_name="Ancien")
        in_app(lambda: _refuse(refused))
        gone = {"company_id": lea.company_id, "ends_on": clock.today()}
        in_app(lambda: build.person("parti@ailleurs.example", "trader", **gone))
        page(lea.email)
    page(lea.email)

    def counts() -> tuple[int, ...]:
        count = sa.select(sa.func.count())
        old = start - timedelta(days=366)
        return (
            db.session.scalar(count.select_from(PersonSession)) or 0,
            db.session.scalar(count.where(AuditEvent.at < old)) or 0,
            db.session.scalar(count.where(OutboxMessage.created_at < old, OutboxMessage.status != "waiting"))
            or 0,
        )

    assert in_app(counts)[0] == 2
    assert in_app(counts)[1] > 0
    assert in_app(service.forget_what_is_over) > 0
    assert in_app(counts) == (1, 0, 0)
    assert in_app(service.forget_what_is_over) == 0, "once is enough"
    with app.app_context():
        application = db.session.get_one(Application, refused)
        assert application.contact_name == service.PSEUDONYM
        assert db.session.scalar(sa.select(Person.id).where(Person.email == "parti@ailleurs.example")) is None
        assert db.session.scalar(sa.select(Person.id).where(Person.email == lea.email)) == lea.person_id


def _refuse(application_id: str) -> None:
    members.refuse_application(actor=build.operator(), application_id=application_id, reason="Hors champ.")


def test_the_audit_trail_cannot_be_changed_and_its_last_year_not_deleted(
    app: Flask, lea: build.Member
) -> None:
    statements = (
        "UPDATE audit_events SET detail = 'autre'",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE kind = 'company_admitted'",
    )
    with app.app_context():
        before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
        assert before
        db.session.rollback()
        for statement in statements:
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.open_transaction():
                db.session.execute(sa.text(statement))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == before
