"""The main journey on the browsers of old computers, with and without scripts: search, propose, accept, deliver, confirm.

Not part of `make check`: `make browsers` fetches Chromium 80, installs Firefox and runs these.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from barterweb import clock
from barterweb.web.filters import barter
from tests import build_trades
from tests.browser.old.drivers import CHROMIUM80, Chromium, Firefox, OldBrowser, expect
from tests.browser.reports import write_report
from tests.build_members import PASSWORD, Member

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM80.exists(), reason="`make browsers` fetches what this needs"),
]

BROWSERS: dict[str, Callable[..., OldBrowser]] = {"Chromium 80": Chromium, "Firefox": Firefox}
_done: list[str] = []


def sign_in(browser: OldBrowser, site: str, email: str) -> None:
    browser.goto(f"{site}/connexion")
    browser.fill("[name=email]", email)
    browser.fill("[name=password]", PASSWORD)
    browser.press("Se connecter")
    expect(browser, "Tableau de bord")


def sign_out(browser: OldBrowser, site: str) -> None:
    browser.press("Se déconnecter")
    expect(browser, "Payez avec votre production")


def propose(browser: OldBrowser, site: str, listing: str) -> str:
    browser.goto(f"{site}/annonces/{listing}/proposition")
    browser.press("Vérifier avant d’envoyer")
    expect(browser, "À corriger avant de continuer")
    browser.fill("[name=lines-0-quantity_milli]", "1")
    browser.fill("[name=lines-0-unit_price_cents]", "500,00")
    browser.fill("[name=delivery_on]", clock.today().strftime("%d/%m/%Y"))
    browser.fill("[name=delivery_place]", "Grenoble")
    browser.press("Vérifier avant d’envoyer")
    expect(browser, "Rien n’est débité, rien n’est réservé.")
    browser.press(f"Envoyer la proposition de {barter(60_000)}")
    expect(browser, "En attente de la réponse")
    return browser.address()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("name", BROWSERS)
def test_the_main_journey(
    name: str,
    scripts: bool,
    site: str,
    companies: dict[str, Member],
    in_app: Callable[..., Any],
    tmp_path: Path,
) -> None:
    buyer, seller = companies["agency"], companies["firm"]
    listing = in_app(build_trades.listing, seller, "Tenue de comptabilité", price_cents=50_000)
    in_app(build_trades.listing, seller, "Location d’une salle de réunion")
    browser = BROWSERS[name](tmp_path / "profile", scripts=scripts)
    try:
        browser.goto(f"{site}/annonces")
        expect(browser, "salle de réunion")
        browser.fill("#mots", "comptabilites")
        browser.press("Rechercher")
        expect(browser, "1 annonce")
        assert "salle de réunion" not in browser.text()
        assert "mots=comptabilites" in browser.address()

        sign_in(browser, site, buyer.email)
        trade = propose(browser, site, listing)
        sign_out(browser, site)

        sign_in(browser, site, seller.email)
        browser.goto(f"{trade}/accord")
        browser.tick("[name=read]")
        browser.press(f"Accepter et réserver {barter(60_000)}")
        expect(browser, "sont réservés")
        browser.goto(f"{trade}/livraison")
        browser.press("Déclarer la livraison")
        expect(browser, "Livraison déclarée")
        sign_out(browser, site)

        sign_in(browser, site, buyer.email)
        browser.goto(f"{trade}/confirmation")
        browser.press(f"Confirmer et verser {barter(60_000)}")
        expect(browser, "Réglée")
        browser.goto(f"{site}/tableau-de-bord")
        expect(browser, barter(-60_000))
    finally:
        browser.close()
    _done.append(
        f"✓ {name}, {'with' if scripts else 'without'} scripts: search, propose, accept, deliver, confirm"
    )
    write_report("browsers", _done)
