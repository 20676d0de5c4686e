"""The page of one listing: what it says, what the reader's balance allows, the one thing to do, and the feed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from barterweb import clock
from barterweb.listings import service
from barterweb.members import service as members
from tests import build_listings, build_members
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]

ATOM = "{http://www.w3.org/2005/Atom}"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def actions(browser: Browser) -> set[str]:
    """Return what the card beside the listing offers to do."""
    shown = browser.page
    assert shown is not None
    return {"".join(e.itertext()).strip() for tag in ("a", "button") for e in shown.all(f"aside {tag}.btn")}


def test_a_visitor_reads_who_what_price_when_and_where(page: Open, in_app: InApp) -> None:
    listing_id = in_app(lambda: build_listings.listing(build_members.company()))
    visitor = page()
    text = visitor.get(f"/annonces/{listing_id}")
    for expected in (
        "Stockage de palettes à Grenoble",
        "Transports du Vercors",
        "720,00\u00a0B / mois",
        "hors taxe, TVA à 20\u00a0%",
        "Dès maintenant",
        "Grenoble (Isère)",
    ):
        assert expected in text
    assert actions(visitor) == {"Proposer un échange"}
    assert "Se connecter" in visitor.follow("Proposer un échange")


def test_a_member_reads_how_often_the_balance_pays_the_price(page: Open, in_app: InApp) -> None:
    owner, reader = in_app(build_members.company), in_app(build_members.company, "Cabinet Marcellin")
    cheap = in_app(build_listings.listing, owner)
    dear = in_app(build_listings.listing, owner, "Entrepôt entier", price_cents=2_000_00)
    need = in_app(build_listings.listing, owner, "Expertise comptable", kind="need")
    lea = page(reader.email)
    assert (
        "Votre disponible\u00a0: 2\u202f000,00\u00a0B, de quoi payer 2 fois ce prix, TVA comprise."
        in lea.get(f"/annonces/{cheap}")
    )
    assert "Il manque 400,00\u00a0B, TVA comprise" in lea.get(f"/annonces/{dear}")
    assert "Vous pouvez encore recevoir 15\u202f000,00\u00a0B" in lea.get(f"/annonces/{need}")
    assert actions(lea) == {"Proposer un échange"}


def test_the_owner_is_offered_to_change_the_listing_not_to_answer_it(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    listing_id = in_app(build_listings.listing, owner)
    lea = page(owner.email)
    lea.get(f"/annonces/{listing_id}")
    assert actions(lea) == {"Modifier l’annonce", "Retirer l’annonce"}
    lea.submit("Retirer l’annonce")
    assert "L’annonce est retirée" in lea.page
    lea.get(f"/annonces/{listing_id}")
    assert actions(lea) == {"Modifier l’annonce", "Mettre en ligne"}
    lea.submit("Mettre en ligne")
    assert "L’annonce est en ligne jusqu’au" in lea.page


def test_who_cannot_trade_is_offered_nothing(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    listing_id = in_app(build_listings.listing, owner)
    in_app(build_members.operator)
    operator = page("exploitant@barter.example")
    accountant = page(in_app(lambda: build_members.accountant(owner)) and "cabinet@comptes.example")
    operator.get(f"/annonces/{listing_id}")
    accountant.get(f"/annonces/{listing_id}")
    assert actions(operator) == {"Modifier l’annonce", "Retirer l’annonce"}
    assert actions(accountant) == set()


def test_a_withdrawn_listing_tells_members_so_and_does_not_exist_for_visitors(
    page: Open, in_app: InApp
) -> None:
    owner, reader = in_app(build_members.company), in_app(build_members.company, "Cabinet Marcellin")
    listing_id = in_app(build_listings.listing, owner)
    in_app(service.withdraw_listing, actor=owner.actor, listing_id=listing_id)
    page().get(f"/annonces/{listing_id}", status=404)
    lea = page(reader.email)
    assert "Annonce retirée" in lea.get(f"/annonces/{listing_id}")
    assert actions(lea) == set()


def test_a_listing_past_its_end_cannot_be_answered_before_the_job_ran(page: Open, in_app: InApp) -> None:
    with clock.at(MONDAY):
        listing_id = in_app(lambda: build_listings.listing(build_members.company()))
    with clock.at(MONDAY + timedelta(days=181)):
        visitor = page()
        assert "Annonce arrivée à son terme le 29 août 2026" in visitor.get(f"/annonces/{listing_id}")
        assert actions(visitor) == set()


def test_a_listing_of_a_suspended_company_does_not_exist_for_visitors(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    listing_id = in_app(build_listings.listing, owner)
    in_app(
        lambda: members.set_company_status(
            actor=build_members.operator(), company_id=owner.company_id, status="suspended"
        )
    )
    page().get(f"/annonces/{listing_id}", status=404)


def test_a_malformed_or_unknown_listing_does_not_exist(page: Open) -> None:
    for wrong in ("lst_01m7zez1r9tq24f5yffpxv2r6n", "lst_x", "trd_01m7zez1r9tq24f5yffpxv2r6n", "%00"):
        page().get(f"/annonces/{wrong}", status=404)


def test_the_feed_of_a_search_holds_its_listings_newest_first(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    for day, title in enumerate(("Palettes au sec", "Palettes & caisses <neuves>", "Expertise comptable")):
        with clock.at(MONDAY + timedelta(days=day)):
            in_app(build_listings.listing, owner, title, description="Voir le titre.")
    with clock.at(MONDAY + timedelta(days=5)):
        visitor = page()
        visitor.get("/annonces?mots=palettes")
        feed = visitor.follow("Suivre cette recherche (flux Atom)")
    assert feed.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert feed.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in feed.headers
    root = ET.fromstring(feed.data)  # noqa: S314  our own feed
    assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == [
        "Offre\u00a0: Palettes & caisses <neuves>",
        "Offre\u00a0: Palettes au sec",
    ]
    assert root.findtext(f"{ATOM}updated") == "2026-03-03T09:00:00+00:00"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["alternate"] == "http://localhost/annonces?mots=palettes"


def test_a_feed_that_did_not_change_is_not_sent_again(page: Open, in_app: InApp) -> None:
    in_app(lambda: build_listings.listing(build_members.company()))
    etag = page().get("/annonces.atom").headers["ETag"]
    page().get("/annonces.atom", status=304, headers={"If-None-Match": etag})


def test_no_shared_cache_keeps_the_feed_of_somebody_signed_in(page: Open, in_app: InApp) -> None:
    owner = in_app(build_members.company)
    assert page(owner.email).get("/annonces.atom").headers["Cache-Control"] == "no-store"
