"""The seed story played by hand: joining, publishing, searching, negotiating, settling, and what the accountant gets."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from barterweb import clock, ledger
from barterweb.web.filters import barter
from tests import build_members
from tests.build_members import PASSWORD, Member

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
HAULIER = "lea@vercors.example"
STAFF = "equipe@pole.example"
OPERATOR = "exploitant@barter.example"


def press(page: Page, text: str) -> None:
    page.locator("main").get_by_role("button", name=text, exact=True).click()


def follow(page: Page, text: str) -> None:
    page.locator("main").get_by_role("link", name=text).first.click()


def fill(page: Page, button: str, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    press(page, button)


def apply_for_membership(page: Page, siret: str) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_be_visible()
    page.goto("/adhesion")
    fill(page, "Commencer la candidature", contact_name="Léa Martin", contact_email=HAULIER)
    page.fill("[name=siret]", "123 456 789 00011")
    press(page, "Vérifier et continuer")
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.input_value("[name=siret]") == "123 456 789 00011"
    fill(page, "Vérifier et continuer", siret=siret)
    expect(page.locator("main")).to_contain_text("SIRET valide")
    company = {
        "name": "Transports du Vercors",
        "sector": "Transport routier",
        "naf": "49.41B",
        "description": "Transport et stockage.",
        "street": "12 rue des Écouges",
        "postal_code": "38000",
        "city": "Grenoble",
    }
    fill(page, "Enregistrer et continuer", **company)
    page.check("[name=vat_regime][value=normal]")
    fill(page, "Enregistrer et continuer", legal_form="SARL", capital="10 000", rcs_city="Grenoble")
    page.check("[name=clusters]")
    press(page, "Enregistrer et continuer")
    page.check("[name=kind][value=offer]")
    listing = {
        "title": "Stockage de palettes sous abri",
        "listing_description": "Vingt emplacements, accès à quai.",
    }
    fill(page, "Enregistrer et continuer", **listing)
    page.check("[name=terms]")
    page.check("[name=mandate]")
    press(page, "Envoyer la candidature")
    expect(page).to_have_url(re.compile(r"/adhesion/adh_\w+/recue"))


def approve(page: Page) -> None:
    page.goto("/pole")
    page.locator("main a[href*='/pole/candidatures/']").first.click()
    page.select_option("[name=category]", "stockage")
    press(page, "Admettre l’entreprise")
    expect(page.locator("main")).to_contain_text("Transports du Vercors")
    expect(page.locator("main")).to_contain_text(barter(800_000))


def invitation_link(page: Page) -> str:
    page.goto("/operateur/messages")
    page.locator("main tr", has_text="Léa Martin").locator(
        "a", has_text=re.compile("nvitation")
    ).first.click()
    expect(page.locator("#lettre")).to_contain_text("/invitation/")
    found = re.search(r"/invitation/[\w-]+", page.content())
    assert found is not None
    return found[0]


def accept_invitation(page: Page, link: str) -> None:
    page.goto(link)
    for field in ("password", "again"):
        page.fill(f"[name={field}]", PASSWORD)
    press(page, "Ouvrir mon accès")
    expect(page).not_to_have_url(re.compile("/invitation/"))


def publish(page: Page, kind: str, title: str, category: str, price: str) -> str:
    page.goto("/mes-annonces/nouvelle")
    page.check(f"[name=kind][value={kind}]")
    page.fill("[name=title]", title)
    page.select_option("[name=category]", category)
    page.fill("[name=description]", "Pour une petite entreprise, toute l’année.")
    page.check("[name=nature][value=service]")
    page.fill("[name=price_cents]", price)
    page.fill("[name=unit]", "forfait")
    page.fill("[name=postal_code]", "38000")
    page.fill("[name=city]", "Grenoble")
    press(page, "Publier l’annonce")
    page.goto("/annonces")
    page.fill("[name=mots]", title)
    page.locator("main form button:has-text('Rechercher')").first.click()
    found = page.locator("#resultats a", has_text=title).first
    expect(found).to_be_visible()
    return str(found.get_attribute("href"))


def propose(page: Page, listing: str, price: str, total: str) -> str:
    page.goto(listing)
    follow(page, "Proposer un échange")
    fill_terms(page, price)
    press(page, f"Envoyer la proposition de {total}")
    expect(page).to_have_url(re.compile(r"/echanges/trd_\w+$"))
    return page.url


def fill_terms(page: Page, price: str) -> None:
    page.fill("[name=lines-0-quantity_milli]", "1")
    page.fill("[name=lines-0-unit_price_cents]", price)
    page.fill("[name=delivery_on]", clock.today().strftime("%d/%m/%Y"))
    page.fill("[name=delivery_place]", "Grenoble")
    press(page, "Vérifier avant d’envoyer")
    expect(page.locator("main")).to_contain_text("Rien n’est débité, rien n’est réservé.")


def accept(page: Page, trade: str, total: str) -> None:
    page.goto(trade)
    follow(page, "Vérifier et accepter")
    page.check("[name=read]")
    press(page, f"Accepter et réserver {total}")
    expect(page.locator("main")).to_contain_text("sont réservés")
    expect(page).to_have_url(trade)


def deliver_and_confirm(seller: Page, buyer: Page, trade: str, total: str) -> None:
    seller.goto(trade)
    follow(seller, "Déclarer la livraison")
    press(seller, "Déclarer la livraison")
    expect(seller.locator("main")).to_contain_text("Livraison déclarée")
    buyer.goto(trade)
    follow(buyer, "Vérifier et confirmer")
    press(buyer, f"Confirmer et verser {total}")
    expect(buyer.locator("main h1 + p")).to_contain_text("Réglée")
    expect(buyer).to_have_url(trade)


def test_whole_story(
    person: Open, companies: dict[str, Member], in_app: Callable[..., Any], site: str, scripts: bool
) -> None:
    visitor, staff, operator = person(), person(STAFF), person(OPERATOR)
    apply_for_membership(visitor, in_app(build_members.siret))
    approve(staff)
    haulier = visitor
    accept_invitation(haulier, invitation_link(operator))

    firm, agency, roaster = (person(companies[name].email) for name in ("firm", "agency", "roaster"))
    need = publish(haulier, "need", "Expertise comptable annuelle", "conseil-gestion", "5 000")
    storage = publish(haulier, "offer", "Entrepôt sec à Grenoble", "stockage", "4 500")
    offer = publish(firm, "offer", "Tenue de comptabilité", "conseil-gestion", "5 000")
    website = publish(agency, "offer", "Site internet de quinze pages", "communication", "3 800")
    assert need != offer

    trade = propose(haulier, offer, "5 500", barter(660_000))
    firm.goto(trade)
    follow(firm, "Proposer d’autres conditions")
    fill_terms(firm, "5 000,00")
    press(firm, f"Envoyer la proposition de {barter(600_000)}")
    accept(haulier, trade, barter(600_000))
    deliver_and_confirm(firm, haulier, trade, barter(600_000))

    second = propose(firm, website, "3 800", barter(456_000))
    accept(agency, second, barter(456_000))
    deliver_and_confirm(agency, firm, second, barter(456_000))
    third = propose(roaster, storage, "4 500", barter(540_000))
    accept(haulier, third, barter(540_000))
    deliver_and_confirm(haulier, roaster, third, barter(540_000))

    haulier.goto("/tableau-de-bord")
    expect(haulier.locator("main")).to_contain_text(barter(-60_000))
    haulier.goto("/comptes")
    expect(haulier.locator("#releve tfoot")).to_contain_text("−600,00")
    for name in ("Relevé en PDF", "CSV"):
        address = str(haulier.locator("#releve").get_by_role("link", name=name).get_attribute("href"))
        assert haulier.request.get(f"{site}{address}").ok
    haulier.goto(trade)
    invoice = str(haulier.get_by_role("link", name="Facture (PDF)").get_attribute("href"))
    assert haulier.request.get(f"{site}{invoice}").body().startswith(b"%PDF-")

    in_app(build_members.accountant, companies["firm"])
    accountant = person("cabinet@comptes.example")
    accountant.goto("/comptes")
    expect(accountant.locator("main")).to_contain_text("Cabinet Marcellin")
    accountant.goto(trade)
    expect(accountant.locator("main .btn-primary")).to_have_count(0)

    operator.goto("/operateur/journal")
    expect(operator.locator("main")).to_contain_text("Site internet de quinze pages")
    operator.goto("/operateur/comptes")
    assert in_app(lambda: ledger.totals().balance_sum_cents) == 0
    assert in_app(lambda: ledger.verify().clean)


def test_search_narrows_as_one_types_and_by_the_button(
    person: Open, companies: dict[str, Member], in_app: Callable[..., Any], scripts: bool
) -> None:
    firm = person(companies["firm"].email)
    publish(firm, "offer", "Tenue de comptabilité", "conseil-gestion", "500")
    publish(firm, "offer", "Location d’une salle de réunion", "locaux", "120")
    visitor = person()
    visitor.goto("/annonces")
    expect(visitor.locator("#resultats")).to_contain_text("salle de réunion")
    visitor.locator("[name=mots]").press_sequentially("comptabilites")
    if not scripts:
        visitor.locator("main form button:has-text('Rechercher')").first.click()
    expect(visitor.locator("#resultats")).not_to_contain_text("salle de réunion")
    expect(visitor.locator("#resultats")).to_contain_text("Tenue de comptabilité")
    expect(visitor).to_have_url(re.compile("mots=comptabilites"))
    visitor.reload()
    expect(visitor.locator("#resultats")).to_contain_text("Tenue de comptabilité")
    assert visitor.input_value("[name=mots]") == "comptabilites"
