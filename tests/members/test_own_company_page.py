"""A company's own page: details, accesses, events; for its administrators only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.members.models import Company, Role
from barterweb.outbox.models import OutboxMessage
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]


@pytest.fixture
def member(in_app: InApp) -> build.Member:
    built: build.Member = in_app(build.company)
    return built


@pytest.fixture
def lea(member: build.Member, page: Open) -> Browser:
    browser = page(member.email)
    browser.get("/mon-entreprise")
    return browser


def company(app: Flask, member: build.Member) -> Company:
    with app.app_context():
        return queries.company(member.company_id)


def role_ids(in_app: InApp, member: build.Member, kind: str) -> list[str]:
    def found() -> list[str]:
        return [role.id for role in queries.accesses_to_company(member.company_id) if role.kind == kind]

    ids: list[str] = in_app(found)
    return ids


def test_an_administrator_edits_the_description_address_and_mentions(
    app: Flask, lea: Browser, member: build.Member
) -> None:
    lea.submit(
        "Enregistrer la fiche",
        description="Stockage et transport.",
        street="3 quai Perrière",
        postal_code="73000",
        city="Chambéry",
        legal_form="SAS",
        capital="25 000,50",
        rcs_city="Chambéry",
        vat_regime="franchise",
        vat_number="",
    )
    assert lea.page is not None
    assert "La fiche de l’entreprise est enregistrée." in lea.page
    assert "Fiche modifiée" in lea.page
    changed = company(app, member)
    assert (changed.description, changed.street, changed.postal_code) == (
        "Stockage et transport.",
        "3 quai Perrière",
        "73000",
    )
    assert (changed.city, changed.department) == ("Chambéry", "Savoie")
    assert (changed.legal_form, changed.capital_cents, changed.rcs_city) == ("SAS", 2_500_050, "Chambéry")
    assert (changed.vat_regime, changed.vat_number) == ("franchise", None)
    assert changed.search_text == "transports du vercors transport routier chambery savoie"
    assert lea.page.value_of("capital") == "25 000,50"


def test_a_wrong_detail_is_named_and_nothing_is_changed(
    app: Flask, lea: Browser, member: build.Member
) -> None:
    lea.submit(
        "Enregistrer la fiche", city="Lyon", postal_code="99999", vat_number="FR40303265045", status=422
    )
    assert lea.page is not None
    errors = lea.page.text_of(".error-summary")
    assert "Écrivez un code postal français" in errors
    assert "celui d’une autre entreprise" in errors
    assert lea.page.value_of("city") == "Lyon"
    assert company(app, member).city == "Grenoble"


def test_name_siret_status_and_account_cannot_be_edited(
    app: Flask, lea: Browser, member: build.Member
) -> None:
    before = company(app, member)
    shown = lea.page
    assert shown is not None
    sent = {
        name: shown.value_of(name)
        for name in ("description", "street", "postal_code", "city", "legal_form", "capital")
    }
    forged = {
        "name": "Autre",
        "siret": "35600000000048",
        "status": "left",
        "account_id": "acc_x",
        "search_text": "x",
    }
    lea.post("/mon-entreprise", {**sent, "vat_regime": "normal", **forged})
    after = company(app, member)
    assert "Fiche modifiée" in (lea.page or "")
    for column in ("name", "siret", "status", "account_id", "search_text"):
        assert getattr(after, column) == getattr(before, column)


def test_an_accountant_is_invited_with_an_end_and_revoked(
    app: Flask, in_app: InApp, lea: Browser, member: build.Member, page: Open
) -> None:
    until = clock.today() + timedelta(days=30)
    lea.submit(
        "Envoyer l’invitation",
        kind="accountant",
        person_name="Inès Comte",
        email="Ines@Comptes.example",
        ends_on=until.strftime("%d/%m/%Y"),
    )
    assert lea.page is not None
    assert "Un courriel part vers Ines@Comptes.example." in lea.page
    assert "ines@comptes.example, invitation en attente" in lea.page
    assert until.strftime("%d/%m/%Y") in lea.page
    assert "Accès ouvert à un expert-comptable" in lea.page
    with app.app_context():
        letter = db.session.execute(
            sa.select(OutboxMessage.to_email, OutboxMessage.payload).where(
                OutboxMessage.kind == "accountant_invited"
            )
        ).one()
    assert letter.to_email == "ines@comptes.example"
    ines = page()
    ines.get(letter.payload["url"])
    ines.submit("Ouvrir mon accès", password=build.PASSWORD, again=build.PASSWORD)
    lea.get("/mon-entreprise")
    lea.submit("Retirer")
    assert lea.page is not None
    assert "L’accès est retiré." in lea.page
    assert "Accès d’un expert-comptable retiré" in lea.page
    assert not lea.page.all(".one-button .btn-danger")
    assert ines.get("/connexion").url == "/connexion"  # signed out at once: no role is left


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "ines", "Écrivez une adresse complète"),
        ("email", "", "Indiquez l’adresse électronique."),
        ("person_name", "", "Indiquez le prénom et le nom."),
        ("ends_on", "31/02/2027", "Cette date n’existe pas"),
        ("ends_on", "demain", "Écrivez une date"),
        ("ends_on", "01/01/2020", "Ce jour est déjà passé"),
    ],
)
def test_a_wrong_invitation_is_named_and_invites_nobody(
    app: Flask, lea: Browser, field: str, value: str, sentence: str
) -> None:
    sent = {
        "kind": "trader",
        "person_name": "Inès Comte",
        "email": "ines@comptes.example",
        "ends_on": "",
        field: value,
    }
    lea.submit("Envoyer l’invitation", sent, status=422)
    assert lea.page is not None
    assert sentence in lea.page.text_of(".error-summary")
    assert lea.page.value_of(field) == value
    assert lea.page.all("details[open]")
    with app.app_context():
        assert queries.person_by_email("ines@comptes.example") is None


@pytest.mark.parametrize("kind", ["operator", "staff", "funder", "", "x"])
def test_nobody_is_invited_to_a_role_outside_the_company(app: Flask, lea: Browser, kind: str) -> None:
    lea.post("/mon-entreprise/acces", {"kind": kind, "person_name": "X", "email": "x@y.example"}, status=422)
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(sa.func.count()).where(Role.kind.in_(["operator", "staff", "funder"]))
            )
            == 1
        )


def test_one_cannot_take_away_ones_own_access(in_app: InApp, lea: Browser, member: build.Member) -> None:
    (own,) = role_ids(in_app, member, "administrator")
    lea.post(f"/mon-entreprise/acces/{own}/revocation")
    assert lea.page is not None
    assert "Vous ne pouvez pas retirer votre propre accès" in lea.page


def test_roles_of_another_company_do_not_exist_here(in_app: InApp, lea: Browser) -> None:
    other = in_app(build.company, "Imprimerie Berthet")
    (theirs,) = role_ids(in_app, other, "administrator")
    for role_id in (theirs, new_id("rol"), "rol_x"):
        lea.get("/mon-entreprise")
        lea.post(f"/mon-entreprise/acces/{role_id}/revocation", status=404)
    assert role_ids(in_app, other, "administrator") == [theirs]


def test_only_administrators_have_the_page(in_app: InApp, member: build.Member, page: Open) -> None:
    in_app(build.person, "trader@vercors.example", "trader", company_id=member.company_id)
    in_app(build.accountant, member)
    in_app(lambda: build.staff(build.cluster()))
    for email in (
        "trader@vercors.example",
        "cabinet@comptes.example",
        "equipe@pole.example",
        "exploitant@barter.example",
    ):
        browser = page(email)
        browser.get("/mon-entreprise", status=403)
        browser.get("/roles")
        for url in (
            "/mon-entreprise",
            "/mon-entreprise/acces",
            f"/mon-entreprise/acces/{new_id('rol')}/revocation",
        ):
            browser.post(url, status=403)
            browser.get("/roles")
    page().get("/mon-entreprise")


def test_each_administrator_sees_their_own_company(in_app: InApp, page: Open, member: build.Member) -> None:
    other = in_app(build.company, "Imprimerie Berthet")
    shown = page(other.email).get("/mon-entreprise")
    assert "Imprimerie Berthet" in shown
    assert "Vercors" not in shown


def test_the_page_takes_few_queries_whatever_the_number_of_people(
    in_app: InApp, member: build.Member, page: Open, count_queries: Callable[[], Any]
) -> None:
    browser = page(member.email)
    with count_queries() as few:
        browser.get("/mon-entreprise")

    def invite_many() -> None:
        for number in range(20):
            service.invite_person(
                actor=member.actor,
                invitee=build.Invitee(
                    kind="trader", name=f"Personne {number}", email=f"p{number}@vercors.example"
                ),
            )

    in_app(invite_many)
    with count_queries() as many:
        browser.get("/mon-entreprise")
    assert len(many) == len(few) <= 6
