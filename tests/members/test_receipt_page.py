"""The receipt of an application, which can answer; and the same application sent from several sides at once."""

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
from barterweb.members.models import Company
from barterweb.members.service import joining
from tests import build_members as build
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]


@pytest.fixture
def cluster_id(in_app: InApp) -> str:
    return str(in_app(build.cluster))


def only_company(app: Flask) -> Company:
    with app.app_context():
        return db.session.scalars(sa.select(Company)).one()


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
