"""Saved searches: kept by whoever may, looked at once a day, told once a listing, in one letter, forgotten on request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.listings import saved, service
from barterweb.listings.errors import ListingIdTaken, SearchesFull
from barterweb.listings.models import SavedSearch, ToldListing
from barterweb.listings.search import Filters
from barterweb.members.service import disable_person
from barterweb.notifications.models import Notification
from barterweb.outbox.models import OutboxMessage
from barterweb.privacy import queries as privacy
from barterweb.privacy import service as forgetting
from tests import build_members, build_trades
from tests.build_members import Member
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]
DAY = timedelta(days=1)
OFFERS = Filters(words="expertise comptable", kinds=("offer",))


@dataclass(frozen=True)
class Two:
    """A haulier who searches, and an accounting firm that publishes."""

    haulier: Member
    firm: Member


@pytest.fixture
def two(in_app: InApp) -> Two:
    made: Two = in_app(lambda: Two(build_members.company("Transports"), build_members.company("Cabinet")))
    return made


def save(
    actor: Actor, filters: Filters = OFFERS, name: str = "Comptable", search_id: str | None = None
) -> str:
    search_id = search_id or ids.new_id("rec")
    saved.save_search(actor=actor, search_id=search_id, name=name, filters=filters)
    return search_id


def look(days: int) -> int:
    """Let the job run so many days from now."""
    with clock.at(clock.now() + days * DAY):
        return saved.tell_new_listings()


def letters() -> list[str]:
    """Return what the letters of new listings say, the oldest first."""
    query = select(OutboxMessage.payload).where(OutboxMessage.kind == "new_listings")
    return [payload["searches"] for payload in session.scalars(query.order_by(OutboxMessage.created_at))]


def test_new_listings_are_told_once_the_day_after(in_app: InApp, two: Two) -> None:
    def story() -> None:
        build_trades.listing(two.firm, "Expertise comptable d’hier")
        with clock.at(clock.now() + timedelta(minutes=1)):
            search_id = save(two.haulier.actor)
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm, "Expertise comptable neuve")
            build_trades.listing(two.firm, "Expertise comptable", kind="need")
            assert saved.tell_new_listings() == 0, "not on the day it was saved"
        assert look(1) == 1
        assert letters() == [f"{search_id} 1 Comptable"]
        assert look(1) == 0, "once a day"
        assert look(2) == 0, "once a listing"
        told = session.scalars(select(Notification).where(Notification.subject_id == search_id)).one()
        assert (told.person_id, told.company_id) == (two.haulier.person_id, two.haulier.company_id)

    in_app(story)


def test_a_listing_taken_offline_and_put_online_again_is_not_told_twice(in_app: InApp, two: Two) -> None:
    def story() -> None:
        save(two.haulier.actor)
        with clock.at(clock.now() + timedelta(minutes=2)):
            listing_id = build_trades.listing(two.firm)
        assert look(1) == 1
        with clock.at(clock.now() + 1.5 * DAY):
            service.withdraw_listing(actor=two.firm.actor, listing_id=listing_id)
            service.republish_listing(actor=two.firm.actor, listing_id=listing_id)
        assert look(3) == 0
        assert len(letters()) == 1

    in_app(story)


def test_what_was_withdrawn_or_expired_meanwhile_is_not_told(in_app: InApp, two: Two) -> None:
    def story() -> None:
        save(two.haulier.actor)
        with clock.at(clock.now() + timedelta(minutes=2)):
            gone = build_trades.listing(two.firm)
            build_trades.listing(two.firm, "Expertise comptable, bilan")
        service.withdraw_listing(actor=two.firm.actor, listing_id=gone)
        assert look(300) == 0

    in_app(story)


def test_ones_own_are_not_told_nor_what_staff_typed_themselves(in_app: InApp, two: Two) -> None:
    def story() -> None:
        staff = build_members.staff(build_members.cluster())
        save(two.firm.actor)
        save(staff)
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm)
        assert look(1) == 1, "staff only"
        assert session.scalars(
            select(OutboxMessage.to_email).where(OutboxMessage.kind == "new_listings")
        ).all() == ["equipe@pole.example"]
        with clock.at(clock.now() + 1.5 * DAY):
            by_staff = Member(two.firm.company_id, two.firm.account_id, staff.person_id, "", staff)
            build_trades.listing(by_staff, "Expertise comptable bis")
        assert look(3) == 0

    in_app(story)


def test_a_day_is_one_letter_for_all_searches_of_a_person(in_app: InApp, two: Two) -> None:
    def story() -> None:
        first = save(two.haulier.actor)
        second = save(two.haulier.actor, Filters(categories=("conseil-gestion",)), "Conseil")
        save(two.haulier.actor, Filters(kinds=("need",)), "Besoins")
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm)
        assert look(1) == 1
        (letter,) = letters()
        assert sorted(letter.split("\n")) == sorted([f"{first} 1 Comptable", f"{second} 1 Conseil"])

    in_app(story)


def test_a_paused_search_tells_nothing_and_resumes_from_then_on(in_app: InApp, two: Two) -> None:
    def story() -> None:
        search_id = save(two.haulier.actor)
        saved.pause_search(actor=two.haulier.actor, search_id=search_id)
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm)
        assert look(1) == 0
        with clock.at(clock.now() + 2 * DAY):
            saved.resume_search(actor=two.haulier.actor, search_id=search_id)
        assert look(3) == 0
        with clock.at(clock.now() + 3.5 * DAY):
            build_trades.listing(two.firm, "Expertise comptable bis")
        assert look(5) == 1

    in_app(story)


def test_who_has_no_role_any_more_is_told_nothing(in_app: InApp, two: Two) -> None:
    def story() -> None:
        save(two.haulier.actor)
        disable_person(person_id=two.haulier.person_id)
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm)
        assert look(1) == 0

    in_app(story)


def test_twenty_searches_and_no_more(in_app: InApp, two: Two) -> None:
    def story() -> None:
        kept = [save(two.haulier.actor) for _ in range(saved.MOST)]
        save(two.haulier.actor, search_id=kept[0])
        with pytest.raises(SearchesFull):
            save(two.haulier.actor)
        with pytest.raises(ListingIdTaken):
            save(two.firm.actor, search_id=kept[0])
        with pytest.raises(NotFound):
            saved.remove_search(actor=two.firm.actor, search_id=kept[0])
        saved.remove_search(actor=two.haulier.actor, search_id=kept[0])
        save(two.haulier.actor)

    in_app(story)


def test_a_search_comes_back_as_it_was_asked(in_app: InApp, two: Two) -> None:
    def story() -> None:
        asked = Filters(
            words="palettes",
            exact=True,
            kinds=("need",),
            categories=("stockage", "transport"),
            cluster="axelera",
            place="Isère",
            price_min_cents=100,
            price_max_cents=90_000,
            sort="prix",
            page=3,
        )
        found = saved.search_for(save(two.haulier.actor, asked), two.haulier.actor)
        assert saved.filters_of(found) == Filters(
            **{
                name: getattr(asked, name)
                for name in asked.__dataclass_fields__
                if name not in {"sort", "page", "per_page"}
            },
            sort="recentes",
        )

    in_app(story)


def test_a_person_takes_a_copy_of_them_and_is_forgotten_with_them(in_app: InApp, two: Two) -> None:
    def story() -> None:
        trader = build_members.person("t@transports.example", "trader", company_id=two.haulier.company_id)
        save(trader, name="Mon comptable")
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm)
        look(1)
        copied = privacy.own_data(trader.person_id)
        assert [row["name"] for row in copied["saved_searches.person_id"]] == ["Mon comptable"]
        forgetting.erase_person(person_id=trader.person_id)
        for table in (SavedSearch, ToldListing):
            assert session.scalar(select(func.count()).select_from(table)) == 0

    in_app(story)


def test_a_member_saves_renames_pauses_and_removes_a_search(page: Open, in_app: InApp, two: Two) -> None:
    owner = page(two.haulier.email)
    owner.get("/annonces?mots=palettes&type=offre&lieu=Grenoble")
    assert not [field for field in owner.page.all("#resultats input") if field.get("name") == "csrf_token"]
    owner.follow("Enregistrer cette recherche")
    assert owner.page.one("input[name=name]").get("value") == "palettes, Offres, Lieu\u00a0: Grenoble"
    owner.submit("Enregistrer la recherche", status=422, name="")
    assert "Donnez un nom à la recherche." in owner.page
    owner.submit("Enregistrer la recherche", name="Stockage")
    assert "Recherche enregistrée." in owner.page
    assert owner.page.text_of("tbody th a") == "Stockage"
    address = owner.page.one("tbody th a").get("href") or ""
    owner.follow("Stockage")
    assert owner.page.one("#mots").get("value") == "palettes"
    owner.get("/mes-recherches")
    owner.submit("Mettre en pause")
    assert "En pause" in owner.page
    owner.submit("Reprendre")
    assert "Active" in owner.page
    owner.get(f"{address}/nom")
    owner.submit("Renommer la recherche", name="Palettes")
    assert owner.page.text_of("tbody th a") == "Palettes"
    owner.submit("Retirer")
    assert "Aucune recherche enregistrée" in owner.page


def test_visitors_and_accountants_are_not_offered_to_save(page: Open, in_app: InApp, two: Two) -> None:
    in_app(build_members.accountant, two.haulier)
    for reader in (page(), page("cabinet@comptes.example")):
        assert "Enregistrer cette recherche" not in reader.get("/annonces?mots=palettes")
    assert "Enregistrer cette recherche" in page(two.firm.email).get("/annonces?mots=palettes")


def test_a_notification_leads_to_the_search(page: Open, in_app: InApp, two: Two) -> None:
    def story() -> str:
        search_id = save(two.haulier.actor)
        with clock.at(clock.now() + timedelta(minutes=2)):
            build_trades.listing(two.firm)
        look(1)
        return search_id

    search_id = in_app(story)
    shown = page(two.haulier.email).get("/notifications")
    assert shown.one("tbody a").get("href") == f"/mes-recherches/{search_id}"
    assert shown.text_of("tbody a") == "Comptable"
    assert "1 nouvelle annonce dans votre recherche." in shown
