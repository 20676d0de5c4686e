"""Pages of a member's standing, as the company, the staff of its cluster and the operator see them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from barterweb import clock, ledger
from barterweb.ids import new_id
from barterweb.members import queries, service
from barterweb.members.facts import RegionSettings
from barterweb.money import Credits
from barterweb.standing import queries as standing_queries
from barterweb.standing import service as standing
from tests import build_members as build
from tests import build_trades
from tests.page import Browser, assert_swap_equals_page

InApp = Callable[..., Any]
Open = Callable[..., Browser]

OPERATOR = "exploitant@barter.example"
STAFF = "equipe@pole.example"


@pytest.fixture
def member(in_app: InApp) -> build.Member:
    def make() -> build.Member:
        build.region(terms=RegionSettings(membership_waived=False))
        made = build.company()
        build.operator()
        build.staff(build.cluster())
        return made

    built: build.Member = in_app(make)
    return built


def picture(width: int = 300, height: int = 100) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "#0b5d4e").save(data, "PNG")
    return data.getvalue()


def test_a_line_is_asked_for_and_granted(app: Flask, page: Open, member: build.Member) -> None:
    lea, nadia = page(member.email), page(OPERATOR)
    lea.get("/mon-entreprise/credit")
    lea.submit("Envoyer la demande", wanted="1 000", turnover="800 000", sells="Fret.", status=422)
    assert "Votre ligne est déjà de 2\u202f000,00\u00a0B" in (lea.page or "")
    lea.submit("Envoyer la demande", wanted="5 000", turnover="800 000", sells="Fret et stockage.")
    assert "Votre demande est chez l’exploitant" in (lea.page or "")
    nadia.get("/operateur/credit")
    nadia.follow("Étudier\u00a0: Transports du Vercors")
    assert "Fret et stockage." in (nadia.page or "")
    nadia.submit("Accorder cette ligne", granted="4 000", reason=" ", status=422)
    nadia.submit("Accorder cette ligne", granted="4 000", reason="Comptes examinés.")
    shown = lea.get("/mon-entreprise/credit")
    assert "Comptes examinés." in shown
    assert "4\u202f000,00\u00a0B" in shown
    with app.app_context():
        assert ledger.account_view(member.account_id).credit_limit_cents == 400_000


def test_a_request_decided_meanwhile_is_shown_as_it_stands(
    in_app: InApp, page: Open, member: build.Member
) -> None:
    request_id = new_id("dcr")
    in_app(
        lambda: (
            standing.ask_credit(
                actor=member.actor,
                request_id=request_id,
                wanted=Credits(500_000),
                turnover=Credits(1),
                sells="Fret.",
            )
            and None
        )
    )
    nadia = page(OPERATOR)
    nadia.get(f"/operateur/credit/{request_id}")
    in_app(lambda: standing.withdraw_credit_request(actor=member.actor, request_id=request_id))
    nadia.submit("Refuser la demande", reason="Trop tôt.", status=409)
    assert "décidée ou retirée" in (nadia.page or "")


def test_a_membership_is_paid_and_undone(app: Flask, page: Open, member: build.Member) -> None:
    lea, nadia = page(member.email), page(OPERATOR)
    assert "282,00\u00a0€" in lea.get("/mon-entreprise/adhesion")
    nadia.get("/operateur/adhesions")
    nadia.follow("Enregistrer le virement\u00a0: Transports du Vercors")
    nadia.submit("Enregistrer le virement de 282,00\u00a0€", reference="", status=422)
    nadia.submit("Enregistrer le virement de 282,00\u00a0€", reference="VIR 4471")
    assert "Règlement enregistré" in (nadia.page or "")
    assert "VIR 4471" in lea.get("/mon-entreprise/adhesion")
    nadia.get("/operateur/adhesions?liste=reglees")
    nadia.follow("Voir\u00a0: Transports du Vercors")
    nadia.submit("Annuler ce règlement", reason="Virement d’un autre membre.")
    assert "de nouveau à régler" in (nadia.page or "")
    for name in ("a-regler", "en-retard", "offertes", "reglees"):
        nadia.get(f"/operateur/adhesions?liste={name}")
    nadia.get("/operateur/adhesions?liste=toutes", status=404)
    nadia.get("/operateur/adhesions?page=2", status=404)


def test_staff_change_a_status_with_a_reason_the_company_reads(page: Open, member: build.Member) -> None:
    hugo, lea = page(STAFF), page(member.email)
    hugo.get("/pole/entreprises")
    hugo.follow("Transports du Vercors")
    hugo.submit("Changer l’état", {"status": "suspended", "reason": "Adresse à mettre à jour."})
    assert "Suspendue" in (hugo.page or "")
    shown = lea.get("/mon-entreprise")
    assert "Adresse à mettre à jour." in shown
    assert "Hugo Blanc" in shown
    assert "Axelera" in shown


def test_staff_of_another_cluster_see_no_file(in_app: InApp, page: Open, member: build.Member) -> None:
    in_app(lambda: build.staff(build.cluster("Minalogic"), email="autre@pole.example") and None)
    stranger = page("autre@pole.example")
    stranger.get(f"/pole/entreprises/{member.company_id}", status=404)
    stranger.get("/pole/entreprises")
    stranger.post(
        f"/pole/entreprises/{member.company_id}/etat", {"status": "active", "reason": "–"}, status=404
    )
    page(STAFF).get("/operateur/credit", status=403)


def test_a_company_leaves_and_its_debt_is_settled(
    app: Flask, in_app: InApp, page: Open, member: build.Member
) -> None:
    small = build_trades.terms(build_trades.line(100_000))
    in_app(lambda: build_trades.settled(member, build.company("Imprimerie Berthet"), small) and None)
    lea, nadia = page(member.email), page(OPERATOR)
    assert "dû en euros" in lea.get("/mon-entreprise/depart")
    lea.submit("Quitter le réseau", {"reason": "Cession."}, status=422)
    lea.submit("Quitter le réseau", {"reason": "Cession.", "sure": True})
    assert "Départ enregistré" in (lea.page or "")
    assert "1\u202f200,00\u00a0€" in lea.get("/mon-entreprise/depart")
    nadia.get("/operateur/creances")
    nadia.follow("Enregistrer un règlement\u00a0: Transports du Vercors")
    nadia.submit("Enregistrer l’opération", how="paid", amount="5 000", reference="VIR 88", status=422)
    assert "Il ne reste que 1\u202f200,00\u00a0€ à régler" in (nadia.page or "")
    nadia.submit("Enregistrer l’opération", how="paid", amount="1 200", reference="VIR 88")
    with app.app_context():
        assert ledger.account_view(member.account_id).balance_cents == 0


def test_the_operator_freezes_an_insolvent_company(app: Flask, page: Open, member: build.Member) -> None:
    nadia = page(OPERATOR)
    nadia.get(f"/pole/entreprises/{member.company_id}")
    tomorrow = f"{clock.today() + timedelta(days=1):%d/%m/%Y}"
    nadia.submit("Geler le compte", opened_on=tomorrow, reason="Tribunal de Grenoble.", status=422)
    nadia.submit("Geler le compte", opened_on=f"{clock.today():%d/%m/%Y}", reason="Tribunal de Grenoble.")
    assert "En procédure collective" in (nadia.page or "")
    with app.app_context():
        assert ledger.account_view(member.account_id).status == "frozen"


def test_the_operator_sets_limits(app: Flask, page: Open, member: build.Member) -> None:
    nadia = page(OPERATOR)
    nadia.get(f"/pole/entreprises/{member.company_id}")
    nadia.submit(
        "Changer les limites", credit_limit="", balance_cap="9 000", reason="À la demande de l’entreprise."
    )
    with app.app_context():
        account = ledger.account_view(member.account_id)
        assert (account.credit_limit_cents, account.balance_cap_cents) == (0, 900_000)


def test_terms_of_a_region_are_set_from_a_day_to_come(app: Flask, page: Open, member: build.Member) -> None:
    nadia = page(OPERATOR)
    shown = nadia.get("/operateur/territoires")
    assert "235,00\u00a0€" in shown
    nadia.submit("Enregistrer ces conditions", starts_on=f"{clock.today():%d/%m/%Y}", status=422)
    assert "Choisissez un jour à venir" in (nadia.page or "")
    day = clock.today() + timedelta(days=40)
    nadia.submit(
        "Enregistrer ces conditions",
        starts_on=f"{day:%d/%m/%Y}",
        commission_rate_bp="4,5",
        membership_fee_cents="250",
    )
    assert "À venir" in (nadia.page or "")
    with app.app_context():
        region_id = queries.company(member.company_id).region_id
        terms = queries.terms_in_force(region_id, day)
        assert (terms.commission_rate_bp, terms.membership_fee_cents) == (450, 25_000)


def test_a_logo_is_drawn_anew_and_hidden_at_will(app: Flask, page: Open, member: build.Member) -> None:
    lea, visitor = page(member.email), page()
    address = f"/entreprises/{member.company_id}/logo"
    visitor.get(address, status=404)
    lea.get("/mon-entreprise/fiche")
    lea.submit("Envoyer le logo", logo=("logo.png", b"GIF89a nonsense"))
    assert "Logo enregistré" not in (lea.page or "")
    lea.submit("Envoyer le logo", logo=("logo.png", picture()))
    assert "Logo enregistré" in (lea.page or "")
    assert visitor.get(address).headers["Content-Type"] in {"image/png", "image/jpeg"}
    assert visitor.get(f"/entreprises/{member.company_id}").all("main img")
    lea.get("/mon-entreprise/fiche")
    lea.submit("Enregistrer la page", shown=["street"])
    visitor.get(address, status=404)
    lea.get(address)
    lea.get("/mon-entreprise/fiche")
    lea.submit("Retirer le logo")
    with app.app_context():
        assert queries.company(member.company_id).logo_sha256 is None


def test_a_company_chooses_what_its_page_shows(app: Flask, page: Open, member: build.Member) -> None:
    lea, visitor = page(member.email), page()
    lea.get("/mon-entreprise/fiche")
    lea.submit("Enregistrer la page", website="vercors", public_phone="appelez-nous", status=422)
    lea.submit(
        "Enregistrer la page",
        {
            "capacities": "Semi-remorque frigorifique\n\n Entrepôt 400 m² ",
            "website": "https://www.vercors.example",
            "public_phone": "04 76 00 00 00",
            "shown": ["capacities", "contacts", "street"],
        },
    )
    shown = visitor.get(f"/entreprises/{member.company_id}")
    for part in ("Entrepôt 400 m²", "https://www.vercors.example", "12 rue des Écouges"):
        assert part in shown
    for part in ("Effectif", "Membre depuis"):
        assert part not in shown
    assert "1 entreprise" in visitor.get("/entreprises?q=frigorifique")
    assert "1 entreprise" in visitor.get("/entreprises?secteur=H")
    lea.get("/mon-entreprise/fiche")
    lea.submit("Enregistrer la page", shown=[])
    assert "frigorifique" not in visitor.get(f"/entreprises/{member.company_id}")
    assert "0 entreprise" in visitor.get("/entreprises?q=frigorifique")


def test_caps_are_set_on_the_companys_page(
    app: Flask, in_app: InApp, page: Open, member: build.Member
) -> None:
    trader = in_app(build.person, "max@vercors.example", "trader", company_id=member.company_id)
    lea = page(member.email)
    lea.get("/mon-entreprise")
    lea.submit("Enregistrer le plafond", cap="500")
    lea.submit("Enregistrer le plafond de l’entreprise", cap="3 000")
    assert "Plafond de l’entreprise\u00a0: 3\u202f000,00\u00a0B" in (lea.page or "")
    lea.submit("Enregistrer le plafond de l’entreprise", cap="beaucoup", status=422)
    stranger = page(in_app(build.company, "Imprimerie Berthet").email)
    stranger.get("/mon-entreprise")
    stranger.post(f"/mon-entreprise/acces/{trader.person_id}/plafond", {"cap": "1"}, status=404)


def test_the_company_stops_selling_and_sells_again(app: Flask, page: Open, member: build.Member) -> None:
    lea = page(member.email)
    lea.get("/mon-entreprise")
    lea.submit("Ne plus vendre pour le moment")
    with app.app_context():
        assert queries.company(member.company_id).status == "standby"
        service.set_company_status(
            actor=build.operator(), company_id=member.company_id, status="suspended", reason="–"
        )
    lea.post("/mon-entreprise/statut", {"status": "active"}, status=404)


def test_the_mandate_is_given_and_taken_back_with_its_text(
    app: Flask, page: Open, member: build.Member
) -> None:
    lea = page(member.email)
    lea.get("/mon-entreprise/textes")
    lea.submit("Retirer le mandat de facturation")
    assert "retiré le" in (lea.page or "")
    with app.app_context():
        assert not queries.company(member.company_id).has_mandate
        sha256 = queries.acceptances_of(member.company_id)[0].sha256
    assert sha256 in lea.get(f"/mon-entreprise/textes/{sha256}")
    lea.get("/mon-entreprise/textes/" + "0" * 64, status=404)
    lea.get("/mon-entreprise/textes")
    lea.submit("Donner le mandat de facturation")
    with app.app_context():
        assert queries.company(member.company_id).has_mandate


def test_the_reserve_is_shown_beside_what_members_owe(
    in_app: InApp, page: Open, member: build.Member
) -> None:
    small = build_trades.terms(build_trades.line(100_000))
    in_app(lambda: build_trades.settled(member, build.company("Imprimerie Berthet"), small) and None)
    assert "1\u202f200,00\u00a0B" in page(OPERATOR).get("/operateur/credit")
    (reserve,) = in_app(lambda: [(r.debt_cents, r.balance_cents) for r in standing_queries.reserves()])
    assert reserve == (120_000, 0)


def test_companies_are_listed_by_status_in_pages_and_found_by_a_word(
    in_app: InApp, page: Open, member: build.Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barterweb.standing.routes.companies.PAGE_SIZE", 1)
    in_app(lambda: build.company("Écrins Métal") and None)
    hugo = page(STAFF)
    first = hugo.get("/pole/entreprises")
    assert ("Écrins Métal" in first, "Transports du Vercors" in first) == (True, False)
    assert "Transports du Vercors" in hugo.follow("Suivante")
    hugo.get("/pole/entreprises")
    assert "Transports du Vercors" in hugo.submit("Chercher", mots="VERCORS")
    assert "Aucune entreprise ne contient ces mots" in hugo.submit("Chercher", mots="Zinguerie")
    assert "Écrins Métal" in hugo.submit("Chercher", mots="ecrins")
    assert_swap_equals_page(hugo, "/pole/entreprises", "#entreprises", "/pole/entreprises?page=2")


def test_claims_still_open_come_first_in_pages(
    in_app: InApp, page: Open, member: build.Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barterweb.standing.routes.books.PAGE_SIZE", 2)

    def leave_three() -> None:
        small = build_trades.terms(build_trades.line(1_000))
        for day, name in enumerate(("Un", "Deux", "Trois")):
            with clock.at(clock.now() + timedelta(days=day)):
                leaving = build.company(name)
                build_trades.settled(leaving, member, small)
                standing.leave_network(actor=leaving.actor, company_id=leaving.company_id, reason="Cession")
        (first, *_), total = standing_queries.claims(limit=1)
        assert (first.company.name, total) == ("Un", 3)
        standing.record_claim_payment(
            actor=build.operator(),
            claim_id=first.id,
            clearing_id=new_id("rgl"),
            amount=Credits(first.open_cents),
            paid_on=clock.today(),
            reference="VIR 1",
        )

    in_app(leave_three)
    nadia = page(OPERATOR)
    shown = nadia.get("/operateur/creances")
    assert [row.text for row in shown.all("tbody th a")] == ["Deux", "Trois"]
    last = nadia.follow("Suivante")
    assert [row.text for row in last.all("tbody th a")] == ["Un"]
    (reserve,) = in_app(lambda: [r.open_claims_cents for r in standing_queries.reserves()])
    assert reserve == 2 * 1_200
