"""The dashboard: first steps of a new member, suggestions with their reason, twelve months of sales and purchases."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from barterweb import clock
from barterweb.trades import queries
from barterweb.web.filters import amount
from tests import build_listings, build_trades
from tests.page import Browser, Page
from tests.trades.conftest import Cast

InApp = Callable[..., Any]
Open = Callable[..., Browser]


def to_do(shown: Page) -> list[str]:
    """Return the first steps that remain."""
    return ["".join(link.itertext()) for link in shown.all(".checklist a")]


def test_a_new_member_is_led_from_a_first_offer_to_a_first_trade(
    page: Open, in_app: InApp, cast: Cast
) -> None:
    haulier = page(cast.haulier.email)
    assert to_do(haulier.get("/tableau-de-bord")) == [
        "Publier une offre",
        "Publier un besoin",
        "Parcourir les offres",
    ]
    in_app(build_listings.listing, cast.haulier, "Stockage de palettes")
    assert to_do(haulier.get("/tableau-de-bord")) == ["Publier un besoin", "Parcourir les offres"]
    in_app(build_listings.listing, cast.haulier, "Comptabilité", kind="need")
    in_app(build_trades.proposed, cast.haulier, cast.firm)
    assert "Bien commencer" not in haulier.get("/tableau-de-bord")


def test_suggestions_answer_the_companys_own_listings_and_say_which(
    page: Open, in_app: InApp, cast: Cast
) -> None:
    in_app(
        build_listings.listing, cast.haulier, "Expertise comptable", kind="need", category="conseil-gestion"
    )
    offer = in_app(
        build_listings.listing, cast.firm, "Expertise comptable annuelle", category="conseil-gestion"
    )
    in_app(build_listings.listing, cast.roaster, "Café vert, stockage au sec", category="stockage")
    shown = page(cast.haulier.email).get("/tableau-de-bord")
    links = [link.get("href") for link in shown.all("section[aria-labelledby=suggestions] a")]
    assert links == [f"/annonces/{offer}"]
    assert "Pour votre besoin «\u00a0Expertise comptable\u00a0»" in shown
    assert "Suggestions" not in page(cast.agency.email).get("/tableau-de-bord")


def test_months_hold_what_was_settled_in_paris_time(in_app: InApp, cast: Cast) -> None:
    with clock.at(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)):  # the 1st of July in Paris
        in_app(build_trades.settled, cast.haulier, cast.firm)
    with clock.at(datetime(2026, 8, 15, 12, tzinfo=UTC)):
        months = {
            who: in_app(queries.dashboard, member.actor).months
            for who, member in (("buyer", cast.haulier), ("seller", cast.firm))
        }
    amount = 600_000
    bought = {(month.end.month, month.bought_cents) for month in months["buyer"] if month.bought_cents}
    assert bought == {(7, amount)}
    assert {(m.end.month, m.sold_cents) for m in months["seller"] if m.sold_cents} == {(7, amount)}
    assert [month.balance_cents for month in months["buyer"]][-3:] == [0, -amount, -amount]
    assert len(months["buyer"]) == 12


def test_plots_say_their_figures_in_a_table(page: Open, in_app: InApp, cast: Cast) -> None:
    in_app(build_trades.settled, cast.haulier, cast.firm)
    shown = page(cast.haulier.email).get("/tableau-de-bord")
    last = shown.all("section[aria-labelledby=evolution] tbody tr")[-1]
    assert [amount(-600_000), amount(0), amount(600_000)] == ["".join(cell.itertext()) for cell in last[1:]]
