"""An application in steps: each keeps what was typed, can be left and resumed, and is sent once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.ids import new_id
from barterweb.joining import register, service
from barterweb.joining.facts import KEPT_DAYS, STEPS
from barterweb.joining.models import Draft
from barterweb.joining.register import Answer, Found
from barterweb.members import queries
from barterweb.members.models import Acceptance, AcceptedText, Application, Company
from barterweb.outbox.models import OutboxMessage
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

BEGIN, CHECK, KEEP, SEND = (
    "Commencer la candidature",
    "Vérifier et continuer",
    "Enregistrer et continuer",
    "Envoyer la candidature",
)
CONTACT = {"contact_name": "Léa Martin", "contact_email": "Lea@Vercors.example"}


def typed(cluster_id: str) -> dict[str, dict[str, Any]]:
    """Return what is typed at each step."""
    return {
        "siret": {"siret": "732 829 320 00074"},
        "entreprise": {
            "name": "Transports du Vercors",
            "sector": "Transport routier",
            "naf": "4941b",
            "size_band": "10-49",
            "description": "Transport de marchandises.\nStockage sous abri.",
            "street": "12 rue des Écouges",
            "postal_code": "38000",
            "city": "Grenoble",
        },
        "factures": {
            "legal_form": "SARL",
            "capital": "10 000",
            "rcs_city": "Grenoble",
            "vat_regime": "normal",
            "vat_on_debits": True,
            "vat_number": "",
        },
        "poles": {"clusters": [cluster_id]},
        "annonce": {
            "kind": "need",
            "title": "Expertise comptable",
            "listing_description": "Bilan et conseil pour l’année.",
        },
        "envoi": {"terms": True, "mandate": True},
    }


@pytest.fixture
def cluster_id(in_app: InApp) -> str:
    return str(in_app(build.cluster))


@pytest.fixture
def visitor(page: Open, cluster_id: str) -> Browser:
    browser = page()
    browser.get("/adhesion")
    return browser


def go(browser: Browser, cluster_id: str, until: str = "", **changes: dict[str, Any]) -> str:
    """Begin and fill in the steps before `until` (all but the last one when it is empty); return the draft's id."""
    browser.submit(BEGIN, CONTACT)
    assert browser.page is not None
    draft_id = browser.page.url.split("/")[2]
    for step in STEPS[:-1]:
        if step.slug == until:
            break
        fields = {**typed(cluster_id)[step.slug], **changes.get(step.slug, {})}
        browser.submit(CHECK if step.slug == "siret" else KEEP, fields)
    return draft_id


def at(browser: Browser, slug: str) -> bool:
    assert browser.page is not None
    return browser.page.url.endswith(f"/etape/{slug}")


def link(app: Flask) -> str:
    """Return the latest link that proves an address."""
    with app.app_context():
        payload = db.session.scalars(
            sa.select(OutboxMessage.payload)
            .where(OutboxMessage.kind == "application_begun")
            .order_by(OutboxMessage.id.desc())
        ).first()
    assert payload is not None
    return payload["url"]


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_company_applies_step_by_step(app: Flask, visitor: Browser, cluster_id: str) -> None:
    draft_id = go(visitor, cluster_id)
    assert at(visitor, "envoi")
    visitor.submit(SEND, typed(cluster_id)["envoi"])
    assert visitor.page is not None
    assert visitor.page.url == f"/adhesion/{draft_id}/recue"
    assert "Candidature reçue" in visitor.page.title
    with app.app_context():
        application = queries.application(draft_id)
        company = application.company
        assert (application.contact_email, application.email_verified_at) == ("lea@vercors.example", None)
        assert (company.siret, company.naf, company.department) == ("73282932000074", "49.41B", "Isère")
        assert (company.vat_number, company.capital_cents, company.vat_on_debits) == (
            "FR44732829320",
            1_000_000,
            True,
        )
        assert company.has_mandate
        draft = db.session.get_one(Draft, draft_id)
        assert (draft.answers, draft.register) == ({}, {}), "the application holds it now"


def test_both_texts_are_archived_word_for_word_with_their_hash(
    app: Flask, visitor: Browser, cluster_id: str
) -> None:
    draft_id = go(visitor, cluster_id)
    visitor.submit(SEND, typed(cluster_id)["envoi"])
    with app.app_context():
        company = queries.application(draft_id).company
        rows = db.session.execute(
            sa.select(Acceptance, AcceptedText)
            .join(AcceptedText, AcceptedText.sha256 == Acceptance.sha256)
            .where(Acceptance.company_id == company.id)
            .order_by(AcceptedText.kind)
        ).all()
        assert [text.kind for _, text in rows] == ["mandate", "terms"]
        assert {acceptance.accepted_by for acceptance, _ in rows} == {"Léa Martin <lea@vercors.example>"}
        assert company.mandate_sha256 == rows[0].AcceptedText.sha256
        assert "article 289, I-2" in rows[0].AcceptedText.body


def test_a_draft_is_resumed_where_it_was_left(
    app: Flask, visitor: Browser, page: Open, cluster_id: str
) -> None:
    go(visitor, cluster_id, until="poles")
    elsewhere = page()
    shown = elsewhere.get(link(app))
    assert "lea@vercors.example" in shown
    elsewhere.submit("Confirmer et continuer ma candidature")
    assert at(elsewhere, "poles")
    assert elsewhere.page is not None
    assert "Votre adresse est confirmée" in elsewhere.page
    elsewhere.follow("Entreprise (remplie)")
    assert elsewhere.page.value_of("name") == "Transports du Vercors"


def test_the_proof_of_an_address_reaches_the_application(
    app: Flask, visitor: Browser, cluster_id: str
) -> None:
    draft_id = go(visitor, cluster_id)
    visitor.submit(SEND, typed(cluster_id)["envoi"])
    visitor.get(link(app))
    visitor.submit("Confirmer et continuer ma candidature")
    assert visitor.page is not None
    assert visitor.page.url == f"/adhesion/{draft_id}/recue"
    with app.app_context():
        assert queries.application(draft_id).email_verified_at is not None


def test_a_link_serves_once_and_only_the_last_one_does(
    app: Flask, visitor: Browser, page: Open, cluster_id: str
) -> None:
    go(visitor, cluster_id, until="siret")
    first = link(app)
    visitor.submit("Envoyer de nouveau le lien")
    second = link(app)
    assert first != second
    page().get(first, status=404)
    browser = page()
    browser.get(second)
    browser.submit("Confirmer et continuer ma candidature")
    browser.get(second, status=404)
    assert "Rien n’est perdu" in (browser.page or "")


def test_looking_at_the_link_proves_nothing(
    app: Flask, visitor: Browser, page: Open, cluster_id: str
) -> None:
    draft_id = go(visitor, cluster_id, until="siret")
    page().get(link(app))
    with app.app_context():
        assert db.session.get_one(Draft, draft_id).email_verified_at is None


def test_another_address_needs_another_proof(app: Flask, visitor: Browser, cluster_id: str) -> None:
    draft_id = go(visitor, cluster_id, until="siret")
    visitor.get(link(app))
    visitor.submit("Confirmer et continuer ma candidature")
    visitor.follow("Corriger vos coordonnées")
    visitor.submit(KEEP, contact_email="lea.martin@vercors.example")
    with app.app_context():
        draft = db.session.get_one(Draft, draft_id)
        assert (draft.contact_email, draft.email_verified_at) == ("lea.martin@vercors.example", None)


@pytest.mark.parametrize(
    ("step", "field", "value", "sentence"),
    [
        ("siret", "siret", "", "Indiquez le SIRET."),
        ("siret", "siret", "732 829 320 0007", "vous en avez écrit 13"),
        ("siret", "siret", "732 829 320 00075", "sa clé de contrôle est fausse"),
        ("siret", "siret", "732 829 320 O0074", "ne contient que des chiffres"),
        ("siret", "siret", "356 000 000 00002", "sa clé de contrôle est fausse"),
        ("entreprise", "name", "", "Indiquez le nom de l’entreprise."),
        ("entreprise", "postal_code", "99999", "Écrivez un code postal français"),
        ("entreprise", "naf", "49.41", "Écrivez un code de quatre chiffres et une lettre"),
        ("entreprise", "description", "x" * 2001, "Écrivez 2000 caractères au plus."),
        ("factures", "capital", "dix mille", "Écrivez un montant positif"),
        ("factures", "vat_number", "FR40303265045", "celui d’une autre entreprise"),
        ("factures", "vat_number", "FR45732829320", "pas un numéro de TVA français"),
        ("poles", "clusters", [], "Choisissez au moins un pôle"),
        ("annonce", "title", "x" * 81, "Écrivez 80 caractères au plus."),
        ("annonce", "title", " \t ", "Donnez un intitulé"),
        ("envoi", "terms", False, "Acceptez les conditions d’adhésion"),
    ],
)
def test_a_wrong_field_is_named_and_everything_typed_is_kept(
    app: Flask, visitor: Browser, cluster_id: str, step: str, field: str, value: Any, sentence: str
) -> None:
    go(visitor, cluster_id, until=step)
    sent = {**typed(cluster_id)[step], field: value}
    button = {"siret": CHECK, "envoi": SEND}.get(step, KEEP)
    visitor.submit(button, sent, status=422)
    page = visitor.page
    assert page is not None
    assert sentence in page.text_of(".error-summary")
    if isinstance(value, str):
        assert page.value_of(field) == value.strip()
    assert count(app, Application) == 0


@pytest.mark.parametrize("siret", ["356 000 000 00048", "35600000009075", "40483304800022"])
def test_a_siret_is_accepted_by_its_key_or_as_la_postes(
    visitor: Browser, cluster_id: str, siret: str
) -> None:
    go(visitor, cluster_id, until="siret")
    visitor.submit(CHECK, siret=siret)
    assert at(visitor, "entreprise")
    assert "SIRET valide" in (visitor.page or "")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer("off"), "Écrivez le nom et l’adresse"),
        (Answer("unknown"), "ne le connaît pas encore"),
        (Answer("hidden"), "ne pas paraître dans le registre public"),
        (Answer("unavailable"), "ne répond pas en ce moment"),
        (Answer("closed"), "fermé d’après le registre"),
        (Answer("found", Found(name="VERCORS SA", postal_code="26100", city="Romans")), "SIRET reconnu"),
    ],
)
def test_what_the_register_says_is_worded_and_never_blocks(
    visitor: Browser, cluster_id: str, monkeypatch: pytest.MonkeyPatch, answer: Answer, sentence: str
) -> None:
    monkeypatch.setattr(register.NoRegister, "look_up", lambda *_: answer)
    go(visitor, cluster_id, until="entreprise")
    page = visitor.page
    assert page is not None
    assert sentence in page
    if answer.found:
        assert (page.value_of("name"), page.value_of("postal_code")) == ("VERCORS SA", "26100")
    visitor.submit(KEEP, typed(cluster_id)["entreprise"])
    assert at(visitor, "factures")


def test_a_siret_known_here_is_told_at_once(in_app: InApp, visitor: Browser, cluster_id: str) -> None:
    in_app(build.application, siret="73282932000074")
    go(visitor, cluster_id, until="siret")
    visitor.submit(CHECK, typed(cluster_id)["siret"], status=422)
    assert visitor.page is not None
    assert "est déjà connue ici" in visitor.page.text_of(".error-summary")


def test_clusters_of_two_regions_are_refused(in_app: InApp, visitor: Browser, cluster_id: str) -> None:
    region = in_app(build.region, code="BFC", name="Bourgogne-Franche-Comté")
    other = in_app(build.cluster, "Microtechniques", region_id=region)
    go(visitor, cluster_id, until="poles")
    visitor.submit(KEEP, clusters=[cluster_id, other], status=422)
    assert "Choisissez des pôles d’un même territoire" in (visitor.page or "")


def test_steps_are_taken_in_their_order(visitor: Browser, cluster_id: str) -> None:
    draft_id = go(visitor, cluster_id, until="factures")
    visitor.get(f"/adhesion/{draft_id}/etape/envoi")
    assert at(visitor, "factures")
    visitor.post(f"/adhesion/{draft_id}/etape/envoi", {"terms": "y"})
    assert at(visitor, "factures")


def test_a_double_click_on_the_last_button_is_one_application(
    app: Flask, visitor: Browser, cluster_id: str
) -> None:
    draft_id = go(visitor, cluster_id)
    for _ in range(2):
        visitor.get("/adhesion")
        visitor.post(f"/adhesion/{draft_id}/etape/envoi", {"terms": "y"})
        assert visitor.page is not None
        assert visitor.page.url == f"/adhesion/{draft_id}/recue"
    assert (count(app, Application), count(app, Company)) == (1, 1)
    visitor.get("/adhesion")
    visitor.post("/adhesion", {"application_id": draft_id, **CONTACT})
    assert visitor.page.url == f"/adhesion/{draft_id}/recue"


def test_columns_of_the_company_cannot_be_set_by_a_step(
    app: Flask, visitor: Browser, cluster_id: str
) -> None:
    draft_id = go(visitor, cluster_id, until="annonce")
    wished = {"status": "active", "siret": "40483304800022", "account_id": "acc_1", "department": "Paris"}
    visitor.post(f"/adhesion/{draft_id}/etape/annonce", {**typed(cluster_id)["annonce"], **wished})
    with app.app_context():
        answers = db.session.get_one(Draft, draft_id).answers
        assert answers["siret"] == "73282932000074"
        assert not {"status", "account_id", "department"} & answers.keys()


def test_pages_of_a_draft_are_not_kept_by_the_browser(visitor: Browser, cluster_id: str) -> None:
    go(visitor, cluster_id, until="entreprise")
    assert visitor.page is not None
    assert visitor.page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["", "/contact", "/etape/siret", "/etape/inconnue"])
def test_an_unknown_draft_does_not_exist(page: Open, path: str) -> None:
    page().get(f"/adhesion/{new_id('adh')}{path}", status=404)


def test_a_draft_nobody_touches_is_forgotten(app: Flask, visitor: Browser, cluster_id: str) -> None:
    go(visitor, cluster_id, until="entreprise")
    now = clock.now()
    with app.app_context(), clock.at(now + timedelta(days=KEPT_DAYS - 1)):
        assert service.forget_drafts() == 0
    with app.app_context(), clock.at(now + timedelta(days=KEPT_DAYS + 1)):
        assert service.forget_drafts() == 1
    assert count(app, Draft) == 0
