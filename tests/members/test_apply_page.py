"""The application page: one form that keeps what was typed, three outcomes of the SIRET, a receipt that can answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db
from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.members.facts import Contact, FirstListing
from barterweb.members.models import Application, Company
from barterweb.members.service import joining
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

SEND = "Envoyer la candidature"


def typed(cluster_id: str, **changes: Any) -> dict[str, Any]:
    """Return a complete form with some changes."""
    return {
        "siret": "732 829 320 00074",
        "name": "Transports du Vercors",
        "legal_form": "SARL",
        "capital": "10 000",
        "rcs_city": "Grenoble",
        "vat_regime": "normal",
        "vat_on_debits": True,
        "vat_number": "",
        "street": "12 rue des Écouges",
        "postal_code": "38000",
        "city": "Grenoble",
        "sector": "Transport routier",
        "naf": "4941b",
        "size_band": "10-49",
        "description": "Transport de marchandises.\nStockage sous abri.",
        "clusters": [cluster_id],
        "kind": "need",
        "title": "Expertise comptable",
        "listing_description": "Bilan et conseil pour l’année.",
        "contact_name": "Léa Martin",
        "contact_email": "lea@vercors.example",
        "terms": True,
        "mandate": True,
        **changes,
    }


@pytest.fixture
def cluster_id(in_app: InApp) -> str:
    return str(in_app(build.cluster))


@pytest.fixture
def visitor(page: Open, cluster_id: str) -> Browser:
    browser = page()
    browser.get("/adhesion")
    return browser


def only_company(app: Flask) -> Company:
    with app.app_context():
        return db.session.scalars(sa.select(Company).options(sa.orm.selectinload(Company.clusters))).one()


def test_a_visitor_applies_and_reads_what_happens_next(app: Flask, visitor: Browser, cluster_id: str) -> None:
    visitor.submit(SEND, typed(cluster_id))
    assert visitor.page is not None
    assert visitor.page.title.startswith("Candidature reçue")
    assert "Lecture par Axelera" in visitor.page
    assert "lea@vercors.example" not in visitor.page
    company = only_company(app)
    assert (company.status, company.siret, company.siren) == ("applied", "73282932000074", "732829320")
    assert (company.vat_number, company.vat_regime, company.capital_cents) == (
        "FR44732829320",
        "normal",
        1_000_000,
    )
    assert company.vat_on_debits
    assert (company.naf, company.department) == ("49.41B", "Isère")
    assert [cluster.id for cluster in company.clusters] == [cluster_id]
    assert company.mandate_accepted_at is not None


def test_an_exempt_company_needs_no_vat_number(app: Flask, visitor: Browser, cluster_id: str) -> None:
    visitor.submit(
        SEND, typed(cluster_id, vat_regime="franchise", mandate=False, capital="", rcs_city="", naf="")
    )
    company = only_company(app)
    assert (company.vat_number, company.mandate_accepted_at, company.capital_cents) == (None, None, None)
    assert (company.rcs_city, company.naf) == ("", "")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("siret", "", "Indiquez le SIRET."),
        ("siret", "   ", "Indiquez le SIRET."),
        ("siret", "732 829 320 0007", "vous en avez écrit 13"),
        ("siret", "732 829 320 00075", "sa clé de contrôle est fausse"),
        ("siret", "732 829 320 O0074", "ne contient que des chiffres"),
        ("name", "", "Indiquez le nom de l’entreprise."),
        ("name", "x" * 121, "Écrivez 120 caractères au plus."),
        ("legal_form", "x" * 21, "Écrivez 20 caractères au plus."),
        ("capital", "dix mille", "Écrivez un montant positif"),
        ("capital", "1e6", "Écrivez un montant positif"),
        ("vat_number", "FR40303265045", "celui d’une autre entreprise"),
        ("vat_number", "FR45732829320", "pas un numéro de TVA français"),
        ("vat_number", "x" * 21, "Écrivez 20 caractères au plus."),
        ("postal_code", "99999", "Écrivez un code postal français"),
        ("postal_code", "3800", "Écrivez un code postal français"),
        ("postal_code", "", "Indiquez le code postal."),
        ("naf", "49.41", "Écrivez un code de quatre chiffres et une lettre"),
        ("naf", "transport de marchandises", "8 caractères au plus"),
        ("description", "", "Décrivez l’entreprise"),
        ("description", "x" * 2001, "Écrivez 2000 caractères au plus."),
        ("title", "x" * 81, "Écrivez 80 caractères au plus."),
        ("title", " \t ", "Donnez un intitulé"),
        ("contact_email", "lea", "Écrivez une adresse complète"),
        ("contact_email", "lea@vercors", "Écrivez une adresse complète"),
        ("contact_email", "lea@vercors.example, x@y.example", "Écrivez une adresse complète"),
        ("contact_email", "lea@vercors..example", "Écrivez une adresse complète"),
        ("contact_email", "lea@-vercors.example", "Écrivez une adresse complète"),
        ("contact_email", "Léa Martin <lea@vercors.example>", "Écrivez une adresse complète"),
        ("contact_email", "l" * 65 + "@vercors.example", "Écrivez une adresse complète"),
        ("contact_email", "lea@" + "a." * 130 + "example", "Écrivez une adresse complète"),
        ("clusters", [], "Choisissez au moins un pôle"),
        ("terms", False, "Acceptez les conditions d’adhésion"),
    ],
)
def test_a_wrong_field_is_named_and_everything_typed_is_kept(
    app: Flask, visitor: Browser, cluster_id: str, field: str, value: Any, sentence: str
) -> None:
    sent = typed(cluster_id, **{field: value})
    visitor.submit(SEND, sent, status=422)
    page = visitor.page
    assert page is not None
    assert sentence in page.text_of(".error-summary")
    assert page.all(f'.error-summary a[href="#{field}"]') or field in {"clusters", "terms"}
    for name in ("name", "sector", "title", "contact_email", "postal_code", "capital"):
        assert page.value_of(name) == str(sent[name]).strip()
    assert page.value_of("siret") == sent["siret"].strip()
    assert "Stockage sous abri." in page.value_of("description") or field == "description"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Company)) == 0


@pytest.mark.parametrize(
    "forged",
    [
        {"application_id": "adh_x"},
        {"application_id": "trd_01kc3v5t4yq8k00000000000000"[:30]},
        {"application_id": ""},
        {"clusters": ["pol_unknown"]},
        {"kind": "gift"},
        {"size_band": "huge"},
        {"vat_regime": "none"},
        {"contact_email": "lea@vercors.example\r\nBcc: all@evil.example"},
    ],
)
def test_what_no_browser_sends_is_refused(visitor: Browser, cluster_id: str, forged: dict[str, Any]) -> None:
    sent = {**typed(cluster_id), "application_id": new_id("adh"), "terms": "y", "mandate": "y", **forged}
    visitor.post("/adhesion", sent, status=422)


def test_missing_and_repeated_and_strange_fields_get_a_page_that_says_so(
    visitor: Browser, cluster_id: str
) -> None:
    visitor.post("/adhesion", {}, status=422)
    visitor.post("/adhesion", {name: [value, value] for name, value in typed(cluster_id).items()}, status=422)
    strange = {
        **dict.fromkeys(typed(cluster_id), "\x00\ufffd" + "x" * 10_000),
        "capital": "٣",
        "terms": "y",
        "mandate": "y",
        "vat_on_debits": "y",
    }
    visitor.post("/adhesion", strange, status=422)


def test_control_characters_are_left_out(app: Flask, visitor: Browser, cluster_id: str) -> None:
    sent = {
        **typed(cluster_id),
        "application_id": new_id("adh"),
        "terms": "y",
        "name": "Trans\x00ports\x07 du Vercors",
    }
    visitor.post("/adhesion", sent)
    assert only_company(app).name == "Transports du Vercors"


def test_columns_of_the_company_cannot_be_set_by_the_form(
    app: Flask, visitor: Browser, cluster_id: str
) -> None:
    wished = {
        "status": "active",
        "account_id": "acc_1",
        "joined_on": "2020-01-01",
        "department": "Paris",
        "region_id": "reg_1",
    }
    visitor.post("/adhesion", {**typed(cluster_id), "application_id": new_id("adh"), "terms": "y", **wished})
    company = only_company(app)
    assert (company.status, company.account_id, company.joined_on, company.department) == (
        "applied",
        None,
        None,
        "Isère",
    )


def test_a_siret_known_here_is_told_apart(in_app: InApp, visitor: Browser, cluster_id: str) -> None:
    in_app(build.application, siret="73282932000074")
    visitor.submit(SEND, typed(cluster_id), status=422)
    assert visitor.page is not None
    assert "est déjà connue ici" in visitor.page.text_of(".error-summary")
    assert visitor.page.all('.error-summary a[href="#siret"]')


def test_a_valid_siret_is_said_to_be_valid_when_something_else_is_wrong(
    visitor: Browser, cluster_id: str
) -> None:
    visitor.submit(SEND, typed(cluster_id, name=""), status=422)
    assert visitor.page is not None
    assert visitor.page.text_of("#siret-aide") == "SIRET valide, du SIREN 732\u00a0829\u00a0320."


def test_clusters_of_two_regions_are_refused_at_the_clusters(
    in_app: InApp, page: Open, cluster_id: str
) -> None:
    other_region = in_app(build.region, code="BFC", name="Bourgogne-Franche-Comté")
    other = in_app(build.cluster, "Microtechniques", region_id=other_region)
    browser = page()
    shown = browser.get("/adhesion")
    assert [legend.text for legend in shown.all("#clusters legend")] == [
        "Auvergne-Rhône-Alpes",
        "Bourgogne-Franche-Comté",
    ]
    browser.submit(SEND, typed(cluster_id, clusters=[cluster_id, other]), status=422)
    assert browser.page is not None
    assert "Choisissez des pôles d’un même territoire" in browser.page.text_of("#clusters")


def test_a_double_click_is_one_application(app: Flask, visitor: Browser, cluster_id: str) -> None:
    sent = {**typed(cluster_id), "application_id": new_id("adh"), "terms": "y"}
    first = visitor.post("/adhesion", sent)
    visitor.get("/adhesion")
    second = visitor.post("/adhesion", sent)
    assert first.url == second.url
    only_company(app)
    visitor.get("/adhesion")
    visitor.post("/adhesion", {**sent, "siret": "404 833 048 00022"}, status=422)


def sender_of_one_form(app: Flask, cluster_id: str) -> Callable[[], str]:
    """Return what sends the same application each time it is called, from any thread."""
    application_id, details = new_id("adh"), build.details()

    def send() -> str:
        with app.app_context():
            return service.register_company(
                application_id=application_id,
                details=details,
                cluster_ids=[cluster_id],
                contact=Contact(name="Léa Martin", email="lea@vercors.example"),
                first_listing=FirstListing(kind="offer", title="Stockage", description="Place."),
                mandate_accepted=True,
            )

    return send


def test_the_same_form_sent_at_once_from_four_sides_is_one_application(
    app: Flask, in_app: InApp, cluster_id: str
) -> None:
    send = sender_of_one_form(app, cluster_id)
    with ThreadPoolExecutor(4) as together:
        assert len({sent.result() for sent in [together.submit(send) for _ in range(4)]}) == 1
    only_company(app)


def test_the_same_form_committed_while_its_siret_is_looked_up_is_no_stranger(
    app: Flask, in_app: InApp, cluster_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = sender_of_one_form(app, cluster_id)
    known = joining.siret_is_known
    overtaken: list[str] = []

    def overtake(siret: str) -> bool:
        monkeypatch.setattr(joining, "siret_is_known", known)
        if in_app(db.dialect_name) == "postgresql":  # on SQLite the first writer keeps all others waiting
            with ThreadPoolExecutor(1) as other:
                overtaken.append(other.submit(send).result())
        return known(siret)

    monkeypatch.setattr(joining, "siret_is_known", overtake)
    company_id = send()
    assert set(overtaken) <= {company_id}
    only_company(app)


def test_the_receipt_shows_the_question_and_takes_the_answer(app: Flask, in_app: InApp, page: Open) -> None:
    application_id = in_app(build.application)

    def ask() -> None:
        service.ask_applicant(
            actor=build.operator(),
            application_id=application_id,
            question="Quel effectif\u00a0?\nEt où\u00a0?",
        )

    in_app(ask)
    browser = page()
    shown = browser.get(f"/adhesion/{application_id}/recue")
    assert "Quel effectif" in shown
    browser.submit("Envoyer la réponse", answer="  ", status=422)
    browser.submit("Envoyer la réponse", answer="Douze personnes.")
    assert browser.page is not None
    assert "Votre réponse est transmise" in browser.page
    assert browser.page.title.startswith("Candidature reçue")
    with app.app_context():
        assert queries.application(application_id).answer == "Douze personnes."
    browser.get("/adhesion")
    browser.post(f"/adhesion/{application_id}/recue", {"answer": "Treize."}, status=422)


def test_the_receipt_follows_the_decision(in_app: InApp, page: Open) -> None:
    admitted, refused = in_app(build.application), in_app(build.application)
    in_app(build.admit, admitted)
    in_app(
        lambda: service.refuse_application(
            actor=build.operator(), application_id=refused, reason="Hors de la région."
        )
    )
    assert "est membre du réseau" in page().get(f"/adhesion/{admitted}/recue")
    shown = page().get(f"/adhesion/{refused}/recue")
    assert "n’a pas donné suite" in shown
    assert "Hors de la région" not in shown  # the address is no secret worth a reason


@pytest.mark.parametrize(
    "wrong", ["adh_x", "adh_01kc3v5t4yq8k000000000000x", "cmp_01kc3v5t4yq8k0000000000000"]
)
def test_an_unknown_receipt_does_not_exist(page: Open, wrong: str) -> None:
    page().get(f"/adhesion/{wrong}/recue", status=404)


def test_no_application_is_lost_without_csrf_token(app: Flask, visitor: Browser, cluster_id: str) -> None:
    visitor.post("/adhesion", {**typed(cluster_id), "application_id": new_id("adh")}, csrf=False, status=400)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Application)) == 0
