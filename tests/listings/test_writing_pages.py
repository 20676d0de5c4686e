"""Publishing and changing a listing in the browser: what was typed is kept, what is refused is said, who may do it."""

from collections.abc import Callable
from typing import Any

import pytest

from barterweb.ids import new_id
from barterweb.members import service as members
from tests import build_listings, build_members
from tests.build_members import Member
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

TYPED = {
    "kind": "offer",
    "title": "Fraisage 5 axes, pièces jusqu’à 650 mm",
    "category": "machines",
    "description": "Plateau de 650 mm.\nOpérateur compris.",
    "nature": "service",
    "price_cents": "72,50",
    "unit": "heure",
    "vat_rate_bp": "2000",
    "availability": "Le samedi",
    "postal_code": "38000",
    "city": "Grenoble",
}


@pytest.fixture
def owner(in_app: InApp) -> Member:
    """A company that may publish."""
    member: Member = in_app(build_members.company)
    return member


@pytest.fixture
def lea(page: Open, owner: Member) -> Browser:
    """Its administrator's browser."""
    return page(owner.email)


def test_a_member_publishes_a_listing_and_lands_on_its_page(lea: Browser) -> None:
    form = lea.get("/mes-annonces/nouvelle")
    assert form.value_of("city") == "Grenoble"
    shown = lea.submit("Publier l’annonce", TYPED)
    assert "L’annonce est en ligne jusqu’au" in shown
    assert "72,50\u00a0B / heure" in shown
    assert "Fraisage 5 axes" in lea.get("/annonces?mots=fraisages")


def test_a_draft_asks_for_a_title_only_and_is_published_later(lea: Browser) -> None:
    lea.get("/mes-annonces/nouvelle")
    kept = lea.submit("Enregistrer sans publier", {"title": "Fraisage 5 axes"})
    assert "Elle n’est pas en ligne" in kept
    assert "Brouillon" in kept
    refused = lea.submit("Mettre en ligne", status=422)
    assert "Il manque une catégorie et une description" in refused
    shown = lea.submit("Publier l’annonce", {**TYPED, "price_cents": ""})
    assert "L’annonce est en ligne" in shown
    assert "Sur devis" in shown


REFUSED = {
    "title": ("   ", "Donnez un titre à l’annonce."),
    "category": ("", "Choisissez une catégorie."),
    "description": ("", "Décrivez l’offre ou le besoin."),
    "price_cents": ("1e3", "Écrivez un montant positif"),
    "unit": ("", "Indiquez pour quoi est ce prix"),
    "postal_code": ("99999", "Ce code postal n’existe pas"),
    "city": ("", "Indiquez la ville"),
}


def test_a_refused_form_says_why_and_keeps_what_was_typed(lea: Browser) -> None:
    for name, (wrong, sentence) in REFUSED.items():
        lea.get("/mes-annonces/nouvelle")
        page = lea.submit("Publier l’annonce", {**TYPED, name: wrong}, status=422)
        assert sentence in page, name
        assert page.value_of("availability") == "Le samedi"
        assert page.value_of(name).strip() == wrong.strip()


FORGED = (
    {"kind": "gift"},
    {"nature": "dream"},
    {"category": "magie"},
    {"vat_rate_bp": "1234"},
    {"vat_rate_bp": "x"},
    {"listing_id": "lst_x"},
    {"listing_id": ""},
    {"title": "x" * 81},
    {"description": "x" * 4001},
    {"unit": "x" * 31},
    {"price_cents": "9" * 40},
    {"postal_code": "3800\u0660"},
    {"company_id": "cmp_x", "title": ""},
)


def test_a_forged_form_is_refused_and_nothing_is_published(lea: Browser) -> None:
    for changes in FORGED:
        lea.get("/mes-annonces/nouvelle")
        lea.post("/mes-annonces/nouvelle", {"listing_id": new_id("lst"), **TYPED, **changes}, status=422)
    lea.post("/mes-annonces/nouvelle", {}, status=422)
    assert "Rien de publié pour l’instant" in lea.get("/mes-annonces")


def test_characters_that_no_database_takes_are_left_out(lea: Browser) -> None:
    lea.get("/mes-annonces/nouvelle")
    fields = {"listing_id": new_id("lst"), **TYPED, "title": "Frai\x00sage", "city": "\x00Grenoble"}
    assert "Fraisage" in lea.post("/mes-annonces/nouvelle", fields)


def test_a_second_click_publishes_nothing_twice(lea: Browser) -> None:
    fields = {"listing_id": new_id("lst"), **TYPED}
    for _ in range(2):
        lea.get("/mes-annonces/nouvelle")
        lea.post("/mes-annonces/nouvelle", fields)
    assert "1 annonce, la dernière modifiée en tête" in lea.get("/mes-annonces")


def test_an_edit_changes_the_page_and_the_search(lea: Browser, owner: Member, in_app: InApp) -> None:
    listing_id = in_app(build_listings.listing, owner)
    form = lea.get(f"/mes-annonces/{listing_id}/modification")
    assert form.value_of("price_cents") == "720,00"
    lea.submit("Enregistrer les modifications", {"title": "Garde-meuble chauffé", "price_cents": "800"})
    assert "800,00\u00a0B" in lea.page
    assert "Garde-meuble" in lea.get("/annonces?mots=garde-meubles")


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(
    page: Open, lea: Browser, owner: Member, in_app: InApp
) -> None:
    listing_id = in_app(build_listings.listing, owner)
    karim = page(owner.email)
    for browser in (lea, karim):
        browser.get(f"/mes-annonces/{listing_id}/modification")
    lea.submit("Enregistrer les modifications", {"title": "Version de Léa"})
    refused = karim.submit("Enregistrer les modifications", {"title": "Version de Karim"}, status=409)
    assert "Quelqu’un d’autre a modifié cette annonce" in refused
    assert refused.value_of("title") == "Version de Karim"
    assert "Version de Karim" in karim.submit("Enregistrer les modifications")


def test_a_tampered_version_is_an_old_one(lea: Browser, owner: Member, in_app: InApp) -> None:
    listing_id = in_app(build_listings.listing, owner)
    address = f"/mes-annonces/{listing_id}/modification"
    for seen_at in ("", "hier", "9999-99-99", "0001-01-01T00:00:00+14:00"):
        lea.get(address)
        lea.post(address, {"listing_id": listing_id, "seen_at": seen_at, **TYPED}, status=409)


def test_strangers_reach_neither_the_form_nor_the_buttons(page: Open, owner: Member, in_app: InApp) -> None:
    listing_id = in_app(build_listings.listing, owner)
    stranger = page(in_app(build_members.company, "Cabinet Marcellin").email)
    stranger.get(f"/mes-annonces/{listing_id}/modification", status=404)
    for action in ("modification", "retrait", "remise-en-ligne"):
        stranger.get("/mes-annonces/nouvelle")
        stranger.post(f"/mes-annonces/{listing_id}/{action}", TYPED, status=404)
    in_app(lambda: build_members.accountant(owner))
    page("cabinet@comptes.example").get("/mes-annonces", status=403)
    assert "Se connecter" in page().get("/mes-annonces/nouvelle")


def test_a_company_on_stand_by_is_told_that_it_may_publish_needs_only(
    lea: Browser, owner: Member, in_app: InApp
) -> None:
    in_app(
        lambda: members.set_company_status(
            actor=build_members.operator(), company_id=owner.company_id, status="standby"
        )
    )
    lea.get("/mes-annonces/nouvelle")
    assert "L’entreprise est en veille" in lea.submit("Publier l’annonce", TYPED, status=422)
    assert "en ligne jusqu’au" in lea.submit("Publier l’annonce", {**TYPED, "kind": "need"})


def test_an_exempt_company_is_asked_for_no_rate_of_vat(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company, "Atelier Roux", vat_regime="franchise", vat_number=None)
    lea = page(owner.email)
    form = lea.get("/mes-annonces/nouvelle")
    assert [option.get("value") for option in form.all("select#vat_rate_bp option")] == ["0"]
    assert "sans TVA" in lea.submit("Publier l’annonce", {**TYPED, "vat_rate_bp": "0"})


def test_staff_choose_one_of_their_companies_and_publish_for_it(
    page: Open, owner: Member, in_app: InApp
) -> None:
    in_app(lambda: build_members.company("Ailleurs", cluster_ids=[build_members.cluster("Minalogic")]))
    in_app(lambda: build_members.staff(build_members.cluster()))
    staff = page("equipe@pole.example")
    form = staff.get(f"/mes-annonces/nouvelle?entreprise={owner.company_id}")
    assert form.value_of("company_id") == owner.company_id
    assert [o.get("value") for o in form.all("select#company_id option")] == ["", owner.company_id]
    staff.submit("Publier l’annonce", {**TYPED, "company_id": ""}, status=422)
    shown = staff.submit("Publier l’annonce", {"company_id": owner.company_id})
    assert "Transports du Vercors" in shown
    assert "Annonces des entreprises" in staff.get("/mes-annonces")
