"""What the queue lets staff decide on the line itself, who may, and the queue as a file."""

import csv
import io
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import select

from barterweb import clock
from barterweb.db import session
from barterweb.ids import new_id
from barterweb.members.models import Membership
from barterweb.money import Credits
from barterweb.staff import exports, facts, queries
from barterweb.standing import service as standing
from barterweb.standing.models import CreditRequest
from barterweb.web.filters import euro
from tests import build_listings, build_members, build_trades
from tests.build_members import Member
from tests.page import Page
from tests.staff.conftest import FOUNDED, OPERATOR, STAFF, InApp, Network, Open


def days_later(days: int) -> object:
    return clock.at(FOUNDED + timedelta(days=days))


def ask_credit(member: Member) -> str:
    asked = standing.ask_credit(
        actor=member.actor,
        request_id=new_id("dcr"),
        wanted=Credits(900_000),
        turnover=Credits(50_000_000),
        sells="Fret.",
    )
    return asked.id


def rows_of(page: Page) -> list[list[str]]:
    text = page.data.decode("utf-8-sig")
    assert "\r\n" in text
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_credit_is_granted_on_the_line_and_the_queue_comes_back(
    page: Open, in_app: InApp, network: Network
) -> None:
    request_id = in_app(ask_credit, network.haulier)
    nadia = page(OPERATOR)
    nadia.get("/pole")
    shown = nadia.submit("Accorder\u00a0: Transports du Vercors", granted="8 500", reason="Comptes examinés.")
    assert shown.url == "/pole"
    assert "Demandes de crédit 0" in shown

    def stored() -> tuple[str, int | None, str]:
        row = session.get_one(CreditRequest, request_id)
        return row.status, row.granted_cents, row.reason

    assert in_app(stored) == ("granted", 850_000, "Comptes examinés.")


def test_credit_refused_without_a_reason_keeps_what_was_typed(
    page: Open, in_app: InApp, network: Network
) -> None:
    request_id = in_app(ask_credit, network.haulier)
    nadia = page(OPERATOR)
    nadia.get("/pole")
    shown = nadia.submit("Refuser\u00a0: Transports du Vercors", reason=" ", granted="1 234", status=422)
    assert shown.value_of("granted") == "1 234"
    assert "Écrivez le motif" in shown
    nadia.submit("Refuser la demande", reason="Trop tôt.")
    assert nadia.page is not None
    assert nadia.page.url == f"/operateur/credit/{request_id}"


def test_a_membership_comes_up_a_week_before_it_is_due_and_is_settled_on_the_line(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    nadia = page(OPERATOR)
    with days_later(22):
        assert "Adhésions à régler 0" in nadia.get("/pole")
    nadia = page(OPERATOR)
    with days_later(23):
        assert len(nadia.get("/pole").all("#adhesions tbody tr")) == 3
        paid = f"Enregistrer {euro(28_200)}\u00a0: Transports du Vercors"
        assert "Indiquez la référence" in nadia.submit(paid, reference="", status=422)
        nadia.get("/pole")
        shown = nadia.submit(paid, reference="VIR 12")
        assert shown.url == "/pole"
        assert "Adhésions à régler 2" in shown

    def stored() -> list[str | None]:
        of_company = Membership.company_id == paying_network.haulier.company_id
        return list(session.scalars(select(Membership.payment_reference).where(of_company)))

    assert in_app(stored) == ["VIR 12"]


def test_a_listing_is_prolonged_on_the_line(page: Open, in_app: InApp, network: Network) -> None:
    with days_later(0):
        in_app(build_listings.listing, network.firm, "Nettoyage de bureaux")
    with days_later(170):
        hugo = page(STAFF)
        hugo.get("/pole")
        shown = hugo.submit("Prolonger\u00a0: Nettoyage de bureaux")
        assert shown.url == "/pole"
        assert "Annonces bientôt expirées 0" in shown
        assert "L’annonce est en ligne jusqu’au" in shown


def test_staff_of_a_cluster_read_what_only_the_operator_decides(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    in_app(ask_credit, paying_network.haulier)
    in_app(ask_credit, paying_network.agency)
    with days_later(40):
        shown = page(STAFF).get("/pole")
        assert "Transports du Vercors" in shown.text_of("#credit")
        assert "Agence Quai Neuf" not in shown
        assert len(shown.all("#adhesions tbody tr")) == 2
        assert not shown.all("#credit form") + shown.all("#adhesions form")
        links = {link.get("href") for link in shown.all("#credit td a[href]")}
        assert links == {f"/pole/entreprises/{paying_network.haulier.company_id}"}


def test_the_file_holds_the_queue_of_its_reader_and_no_formula(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    def fill() -> None:
        ask_credit(paying_network.haulier)
        ask_credit(paying_network.agency)
        build_members.application(cluster_ids=[paying_network.cluster_id], name="=HYPERLINK(1)")
        build_listings.listing(paying_network.firm, "+33 Nettoyage", kind="need")
        build_trades.delivered(paying_network.haulier, paying_network.firm, title="-2+3 Bilan")

    with days_later(0):
        in_app(fill)
    with days_later(40):
        rows = rows_of(page(STAFF).get("/pole/file.csv"))
        everything = rows_of(page(OPERATOR).get("/pole/file.csv"))
    assert {len(row) for row in rows} == {8}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    found = {(row[0], row[1], row[2]): row[3:] for row in rows[1:]}
    assert found["Candidatures", "à décider", "'=HYPERLINK(1)"][3] == "05/01/2026"
    assert found["Demandes de crédit", "ligne souhaitée", "Transports du Vercors"] == [
        "", "9000,00", "B", "05/01/2026", "demandée le",
    ]  # fmt: skip
    assert found["Besoins sans réponse", "'+33 Nettoyage", "Cabinet Marcellin"][3:] == [
        "05/01/2026", "publié le",
    ]  # fmt: skip
    assert found["Livraisons à confirmer", "'-2+3 Bilan", "Cabinet Marcellin"][0] == "Transports du Vercors"
    assert found["Adhésions à régler", "en retard", "Cabinet Marcellin"][1:3] == ["282,00", "€"]
    assert not any("Agence" in cell for row in rows for cell in row)
    assert any("Agence" in cell for row in everything for cell in row)


def test_the_file_says_what_it_leaves_out(
    page: Open, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barterweb.staff.facts.IN_FILE", 1)
    with days_later(1):
        rows = rows_of(page(OPERATOR).get("/pole/file.csv"))
    shown, left_out = [row for row in rows if row[0] == "Membres sans offre"]
    assert shown[2] in {"Agence Quai Neuf", "Cabinet Marcellin", "Transports du Vercors"}
    assert left_out == ["Membres sans offre", "et 2 autres", "", "", "", "", "", ""]


def test_every_kind_of_line_has_a_title_and_a_row_of_the_file() -> None:
    names = [field.name for field in fields(queries.Queue)]
    assert list(facts.SECTIONS) == names
    assert set(exports._QUEUE_LINES) == set(names)


def test_the_fields_of_many_decisions_have_ids_of_their_own(
    page: Open, in_app: InApp, paying_network: Network
) -> None:
    in_app(ask_credit, paying_network.haulier)
    in_app(ask_credit, paying_network.firm)
    shown = page(OPERATOR).get("/pole")
    labels = [label.get("for") for label in shown.all("#credit label[for]")]
    assert len(labels) == len(set(labels)) == 4
