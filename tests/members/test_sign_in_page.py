"""Signing in and out, roles, invitations, as pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.members import service
from barterweb.members.models import Person
from barterweb.outbox.models import OutboxMessage
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

SIGN_IN = "Se connecter"


def sign_in(
    browser: Browser, email: str, password: str = build.PASSWORD, *, status: int = 200, **query: str
) -> None:
    """Sign in by the form, starting at the sign-in page."""
    browser.get("/connexion" + "".join(f"?{name}={value}" for name, value in query.items()))
    browser.submit(SIGN_IN, email=email, password=password, status=status)


def name_shown(browser: Browser) -> str:
    assert browser.page is not None
    return browser.page.text_of(".session strong")


def test_each_hat_arrives_on_its_own_first_page(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    in_app(build.accountant, member)
    in_app(lambda: build.staff(build.cluster()))
    in_app(build.operator)
    in_app(lambda: build.person("region@ara.example", "funder", region_id=build.region()))
    for email, name in [
        (member.email, "Léa Martin"),
        ("cabinet@comptes.example", "Inès Comte"),
        ("equipe@pole.example", "Hugo Blanc"),
        ("exploitant@barter.example", "Nadia Ferrand"),
        ("region@ara.example", "Camille Roche"),
    ]:
        browser = page()
        sign_in(browser, email.upper())
        assert browser.redirects
        assert name_shown(browser) == name
        home = browser.redirects[0]
        browser.get("/connexion")
        assert browser.redirects[0] == home


def test_unknown_wrong_disabled_and_without_password_get_the_same_page(in_app: InApp, page: Open) -> None:
    member, disabled = in_app(build.company), in_app(build.company, "Imprimerie Berthet")
    in_app(service.disable_person, person_id=disabled.person_id)
    in_app(service.create_person, email="sans@vercors.example", name="Sans")
    texts = set()
    for email, password in [
        ("inconnu@vercors.example", build.PASSWORD),
        (member.email, "autre"),
        (disabled.email, build.PASSWORD),
        ("sans@vercors.example", build.PASSWORD),
        ("pas une adresse", build.PASSWORD),
    ]:
        browser = page()
        sign_in(browser, email, password, status=422)
        assert browser.page is not None
        texts.add(browser.page.text)
        assert browser.page.value_of("email") == email
        assert browser.page.one("input[name=password]").get("value") in (None, "")
    assert len(texts) == 1
    assert "ne vont pas ensemble" in texts.pop()


def test_somebody_whose_access_ended_is_told_so(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    in_app(build.accountant, member, ends_on=clock.today())
    browser = page()
    with clock.at(clock.now() + timedelta(days=2)):
        sign_in(browser, "cabinet@comptes.example", status=422)
    assert "Aucun accès n’est ouvert à votre nom" in (browser.page or "")


def test_signing_in_goes_on_to_the_page_that_was_wanted(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    browser = page()
    browser.get("/mon-entreprise")
    assert browser.redirects == ["/connexion?suite=%2Fmon-entreprise"]
    browser.submit(SIGN_IN, email=member.email, password="autre", status=422)
    browser.submit(SIGN_IN, email=member.email, password=build.PASSWORD)
    assert browser.redirects == ["/mon-entreprise"]


@pytest.mark.parametrize(
    "suite",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/%09/evil.example",
        "/%5cevil.example",
        "javascript:alert(1)",
        "/annonces%0d%0aX:y",
        "%00",
    ],
)
def test_a_hostile_wish_leads_to_the_first_page(in_app: InApp, page: Open, suite: str) -> None:
    member = in_app(build.company)
    browser = page()
    sign_in(browser, member.email, suite=suite)
    home = browser.redirects
    other = page()
    sign_in(other, member.email)
    assert home == other.redirects


def test_signing_out_ends_the_session_and_needs_a_token(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    browser = page(member.email)
    browser.get("/mon-entreprise")
    browser.post("/deconnexion", csrf=False, status=400)
    browser.get("/mon-entreprise")
    browser.submit("Se déconnecter")
    assert browser.page is not None
    assert browser.page.url == "/"
    browser.get("/mon-entreprise")
    assert browser.redirects == ["/connexion?suite=%2Fmon-entreprise"]


def test_a_new_password_ends_open_sessions(in_app: InApp, page: Open) -> None:
    member = in_app(build.company)
    browser = page(member.email)
    browser.get("/mon-entreprise")
    in_app(service.set_password, person_id=member.person_id, password_hash=in_app(build.password_hash))
    browser.get("/mon-entreprise")
    assert browser.redirects == ["/connexion?suite=%2Fmon-entreprise"]


def test_demo_people_enter_with_one_button_in_demo_mode_only(app: Flask, in_app: InApp, page: Open) -> None:
    hashed = in_app(service.hash_password, "demo-barter-2026")
    member = in_app(build.company)
    in_app(service.set_password, person_id=member.person_id, password_hash=hashed)
    app.config["DEMO_PEOPLE"] = (
        SimpleNamespace(name="Léa Martin", email=member.email, what="Transporteuse"),
    )
    assert "Transporteuse" not in page().get("/connexion")
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mode="demo", second_factor="off")
    browser = page()
    shown = browser.get("/connexion?suite=/mon-entreprise")
    assert "demo-barter-2026" in shown.html
    browser.submit("Entrer comme Léa")
    assert browser.redirects == ["/mon-entreprise"]


# --------------------------------------------------------------------------------------------------- roles


def test_somebody_with_two_companies_changes_hats(in_app: InApp, page: Open) -> None:
    vercors, berthet = in_app(build.company), in_app(build.company, "Imprimerie Berthet")
    in_app(build.person, vercors.email, "administrator", company_id=berthet.company_id)
    browser = page(vercors.email)
    browser.get("/mon-entreprise")
    shown = browser.follow("Changer de rôle")
    assert "comme administrateur\u00a0: Imprimerie Berthet" in shown
    browser.submit("Agir pour Transports du Vercors")
    browser.get("/mon-entreprise")
    assert browser.page is not None
    assert browser.page.text_of("h1") == "Transports du Vercors"


def test_a_role_that_is_not_ones_own_does_not_exist(in_app: InApp, page: Open) -> None:
    vercors, berthet = in_app(build.company), in_app(build.company, "Imprimerie Berthet")
    theirs = in_app(lambda: build.queries.hats_of(berthet.person_id)[0].role_id)
    browser = page(vercors.email)
    browser.get("/mon-entreprise")
    for role_id in (theirs, "rol_x", ""):
        browser.post("/roles", {"role_id": role_id}, status=404)
        browser.get("/mon-entreprise")
        assert browser.page is not None
        assert browser.page.text_of("h1") == "Transports du Vercors"


# --------------------------------------------------------------------------------------------- invitations


@pytest.fixture
def link(app: Flask, in_app: InApp) -> str:
    """The link of an invitation just sent to Léa."""
    in_app(lambda: build.admit(build.application()))
    with app.app_context():
        payload = db.session.scalars(
            sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "invitation")
        ).one()
        return payload["url"]


def test_somebody_invited_chooses_a_password_and_is_in(link: str, page: Open) -> None:
    browser = page()
    shown = browser.get(link)
    assert shown.one("#email").get("value") == "lea@vercors.example"
    assert shown.headers["Cache-Control"] == "no-store"
    browser.submit("Ouvrir mon accès", password=build.PASSWORD, again=build.PASSWORD)
    assert name_shown(browser) == "Léa Martin"
    sign_in(page(), "lea@vercors.example")


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("", "", "Choisissez un mot de passe."),
        ("court", "court", "12 caractères au moins"),
        ("motdepasse2026", "motdepasse2026", "se devine trop vite"),
        ("Lea-Martin-2026", "Lea-Martin-2026", "se devine trop vite"),
        ("x" * 201, "x" * 201, "200 caractères au plus"),
        (build.PASSWORD, build.PASSWORD + "!", "diffèrent"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_stays(
    link: str, page: Open, password: str, again: str, sentence: str
) -> None:
    browser = page()
    browser.get(link)
    browser.submit("Ouvrir mon accès", password=password, again=again, status=422)
    assert browser.page is not None
    assert sentence in browser.page.text_of(".error-summary")
    assert browser.page.headers["Cache-Control"] == "no-store"
    browser.submit("Ouvrir mon accès", password=build.PASSWORD, again=build.PASSWORD)


def test_used_expired_and_unknown_links_show_the_same_page(app: Flask, link: str, page: Open) -> None:
    browser = page()
    with clock.at(clock.now() + timedelta(days=15)):
        expired = page().get(link, status=404)
    browser.get(link)
    browser.submit("Ouvrir mon accès", password=build.PASSWORD, again=build.PASSWORD)
    used = page().get(link, status=404)
    unknown = page().get("/invitation/" + "x" * 43, status=404)
    assert expired.text == used.text == unknown.text
    assert "Ce lien n’est plus valable" in used
    browser.post(link, {"password": build.PASSWORD, "again": build.PASSWORD}, status=404)


def test_a_disabled_persons_invitation_opens_nothing(
    app: Flask, in_app: InApp, link: str, page: Open
) -> None:
    with app.app_context():
        person_id = db.session.scalars(
            sa.select(Person.id).where(Person.email == "lea@vercors.example")
        ).one()
    in_app(service.disable_person, person_id=person_id)
    page().get(link, status=404)


def test_a_role_that_ended_meanwhile_leads_to_the_home_page(in_app: InApp, page: Open, app: Flask) -> None:
    member = in_app(build.company)
    yesterday = clock.today()
    in_app(
        lambda: service.invite_person(
            actor=member.actor,
            invitee=build.Invitee(
                kind="accountant", name="Inès", email="ines@comptes.example", ends_on=yesterday
            ),
        )
    )
    with app.app_context():
        payload = db.session.scalars(
            sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "accountant_invited")
        ).one()
    browser = page()
    with clock.at(clock.now() + timedelta(days=3)):
        browser.get(payload["url"])
        browser.submit("Ouvrir mon accès", password=build.PASSWORD, again=build.PASSWORD)
    assert browser.redirects == ["/"]
    assert date.min < yesterday
