"""Deciding on applications: admit, ask, refuse, once, with everything an admission creates."""

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db, ledger
from barterweb.errors import NotFound
from barterweb.listings.models import Listing
from barterweb.members.errors import ApplicationDecided
from barterweb.members.models import Company
from barterweb.money import Credits
from barterweb.staff import service
from barterweb.web.filters import barter, euro, siret
from tests import build_members
from tests.staff.conftest import OPERATOR, STAFF, InApp, Network, Open


def apply(network: Network, **changes: object) -> str:
    values: dict[str, object] = {"cluster_ids": [network.cluster_id], "name": "Fonderie Belle", **changes}
    return build_members.application(**values)  # type: ignore[arg-type]


def listings_of(name: str) -> list[tuple[str, str, str, str]]:
    rows = db.session.execute(
        sa.select(Listing.title, Listing.status, Listing.category, Listing.nature)
        .join(Company)
        .where(Company.name == name)
    )
    return [tuple(row) for row in rows]


def test_approving_opens_the_account_invites_and_publishes_in_one_transaction(
    page: Open, in_app: InApp, network: Network
) -> None:
    application_id = in_app(apply, network, kind="offer", title="Moulage au sable")
    staff = page(STAFF)
    staff.get("/pole")
    staff.follow("Étudier\u00a0: Fonderie Belle")
    assert "Moulage au sable" in staff.page
    staff.submit("Admettre l’entreprise", category="machines")
    assert staff.redirects == [f"/pole/candidatures/{application_id}"]
    for text in (
        "Entreprise admise",
        f"ligne de crédit {barter(800_000)}",
        f"offerte pendant le pilote ({euro(23_500)} HT)",
        "Moulage au sable\u00a0: en ligne",
        "Invitation de Léa Martin",
        "L’opérateur peut la lire dans ses messages.",
    ):
        assert text in staff.page
    assert in_app(listings_of, "Fonderie Belle") == [("Moulage au sable", "online", "machines", "service")]
    assert "Moulage au sable" in page().get("/annonces?mots=moulage")


def test_the_operator_reads_the_invitation_and_follows_its_link(
    page: Open, in_app: InApp, network: Network
) -> None:
    application_id = in_app(apply, network)
    operator = page(OPERATOR)
    operator.get(f"/pole/candidatures/{application_id}")
    operator.submit("Admettre l’entreprise", category="brouillon")
    assert in_app(listings_of, "Fonderie Belle") == [("Expertise comptable", "draft", "", "service")]
    operator.follow("Lire l’invitation")
    links = [link.get("href") or "" for link in operator.page.all("a[href]")]
    invitation = next(link for link in links if "/invitation/" in link)
    assert "Choisissez votre mot de passe" in page().get(invitation)


def test_a_category_of_goods_makes_the_first_listing_one_of_goods(app: Flask, network: Network) -> None:
    with app.app_context():
        application_id = apply(network)
        service.approve_application(
            actor=network.staff, application_id=application_id, category="fournitures-biens"
        )
        assert listings_of("Fonderie Belle") == [
            ("Expertise comptable", "online", "fournitures-biens", "goods")
        ]


def test_approving_twice_is_refused_and_creates_nothing_more(app: Flask, network: Network) -> None:
    with app.app_context():
        application_id = apply(network)
        service.approve_application(actor=network.staff, application_id=application_id, category="machines")
        with pytest.raises(ApplicationDecided):
            service.approve_application(
                actor=network.operator, application_id=application_id, category="machines"
            )
        assert len(listings_of("Fonderie Belle")) == 1


def test_staff_of_another_cluster_cannot_approve(app: Flask, network: Network) -> None:
    with app.app_context():
        application_id = apply(network)
        with pytest.raises(NotFound):
            service.approve_application(
                actor=network.other_staff, application_id=application_id, category="machines"
            )
        assert listings_of("Fonderie Belle") == []


def test_an_admission_that_cannot_publish_admits_nobody(
    app: Flask, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_facts: object) -> None:
        raise RuntimeError

    with app.app_context():
        application_id = apply(network)
        monkeypatch.setattr("barterweb.listings.service.create_listing_in", fail)
        with pytest.raises(RuntimeError):
            service.approve_application(
                actor=network.staff, application_id=application_id, category="machines"
            )
        company = db.session.scalars(sa.select(Company).where(Company.name == "Fonderie Belle")).one()
        assert (company.status, company.account_id) == ("applied", None)


def test_admitting_needs_a_category_and_keeps_what_was_typed(
    page: Open, in_app: InApp, network: Network
) -> None:
    application_id = in_app(apply, network)
    staff = page(STAFF)
    staff.get(f"/pole/candidatures/{application_id}")
    staff.submit("Admettre l’entreprise", message="Une remarque", status=422)
    assert "Choisissez la catégorie sous laquelle publier l’annonce." in staff.page
    assert staff.page.value_of("message") == "Une remarque"
    for fields in ({"decision": "approve", "category": "nimporte"}, {"decision": "delete"}, {}):
        staff.post(f"/pole/candidatures/{application_id}", fields, status=422)
    staff.post(f"/pole/candidatures/{application_id}", {"decision": "ask", "message": "a" * 2001}, status=422)
    assert "À décider" in staff.get(f"/pole/candidatures/{application_id}")


def test_a_question_waits_for_its_answer(page: Open, in_app: InApp, network: Network) -> None:
    application_id = in_app(apply, network)
    staff = page(STAFF)
    staff.get(f"/pole/candidatures/{application_id}")
    staff.submit("Poser la question", status=422)
    assert "Écrivez la question" in staff.page
    staff.submit("Poser la question", message="Combien de salariés\u00a0?")
    assert "La réponse de Léa Martin n’est pas encore arrivée." in staff.page
    applicant = page()
    applicant.get(f"/adhesion/{application_id}/recue")
    applicant.submit("Envoyer la réponse", answer="Nous sommes douze.")
    shown = staff.get(f"/pole/candidatures/{application_id}")
    assert "Nous sommes douze." in shown
    assert "À décider" in shown


def test_a_refusal_needs_a_reason_which_is_written_to_the_company(
    page: Open, in_app: InApp, network: Network
) -> None:
    application_id = in_app(apply, network)
    staff = page(STAFF)
    staff.get(f"/pole/candidatures/{application_id}")
    staff.submit("Refuser la candidature", status=422)
    assert "Écrivez le motif du refus" in staff.page
    staff.submit("Refuser la candidature", message="Hors du territoire.")
    assert "Candidature refusée" in staff.page
    assert "Hors du territoire." in staff.page
    assert "Fonderie Belle" not in staff.get("/pole")
    operator = page(OPERATOR)
    shown = operator.get("/operateur/messages")
    letter = next(
        link for link in shown.all("a[hx-get]") if "Candidature refusée" in "".join(link.itertext())
    )
    assert "Hors du territoire." in operator.get(letter.get("href") or "")


def test_who_decides_second_reads_what_the_first_decided(page: Open, in_app: InApp, network: Network) -> None:
    application_id = in_app(apply, network)
    url = f"/pole/candidatures/{application_id}"
    first, second = page(STAFF), page(OPERATOR)
    first.get(url)
    second.get(url)
    first.submit("Refuser la candidature", message="Hors du territoire.")
    shown = second.submit("Admettre l’entreprise", category="machines", status=409)
    assert "Quelqu’un a décidé avant vous" in shown
    assert "Hors du territoire." in shown
    assert in_app(listings_of, "Fonderie Belle") == []
    assert "Quelqu’un a décidé avant vous" in second.hx_post(
        url, {"decision": "ask", "message": "Où\u00a0?"}, status=409
    )


def test_companies_of_the_same_siren_are_shown(page: Open, in_app: InApp, network: Network) -> None:
    other = build_members.siret()
    first = in_app(apply, network, siret=other, name="Fonderie Belle Nord")
    in_app(
        lambda: build_members.service.refuse_application(
            actor=network.staff, application_id=first, reason="Doublon."
        )
    )
    second = in_app(apply, network, siret=other)
    shown = page(STAFF).get(f"/pole/candidatures/{second}")
    assert "Ce SIREN est déjà connu" in shown
    assert f"Fonderie Belle Nord, Grenoble, SIRET {siret(other)}\u00a0: refusée" in shown


def test_after_the_pilot_the_membership_has_its_price(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    application_id = in_app(apply, paying_network)
    staff = page(STAFF)
    staff.get(f"/pole/candidatures/{application_id}")
    staff.submit("Admettre l’entreprise", category="machines")
    assert "offerte" not in staff.page
    assert f"{euro(23_500)} HT" in staff.page


def test_the_account_of_a_new_member_has_the_regions_limits(in_app: InApp, network: Network) -> None:
    def limits() -> tuple[int | None, Credits]:
        done = service.approve_application(
            actor=network.operator, application_id=apply(network), category="machines"
        )
        view = ledger.account_view(done.account_id)
        return view.credit_limit_cents, Credits(view.balance_cents)

    assert in_app(limits) == (800_000, Credits(0))
