"""Publishing, changing, withdrawing and expiring listings, and the search index that follows in the same transaction."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db
from barterweb.actors import Actor
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.listings import queries, search, service
from barterweb.listings.errors import (
    CompanyMayNotPublish,
    IncompleteListing,
    ListingChanged,
    ListingIdTaken,
    UnknownPlace,
)
from barterweb.listings.models import Listing
from barterweb.members import service as members
from barterweb.members.models import AuditEvent
from tests import build_listings, build_members
from tests.build_members import Member

InApp = Callable[..., Any]

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def found(words: str) -> list[str]:
    """Return the ids of the listings a search finds."""
    return list(search.find(search.Filters(words=words)).ids)


def row(listing_id: str) -> Listing:
    return db.session.get_one(Listing, listing_id)


def edit(owner: Member, listing_id: str, *, publish: bool = True, **changes: object) -> None:
    service.edit_listing(
        actor=owner.actor,
        listing_id=listing_id,
        content=build_listings.content(**changes),
        seen_at=row(listing_id).updated_at,
        publish=publish,
    )


def test_a_published_listing_is_found_until_the_end_of_its_last_day(app: Flask) -> None:
    with app.app_context():
        with clock.at(MONDAY):
            listing_id = build_listings.listing(build_members.company())
            assert row(listing_id).status == "online"
            assert row(listing_id).department == "Isère"
        with clock.at(MONDAY + timedelta(days=180)):
            assert found("palettes") == [listing_id]
        with clock.at(MONDAY + timedelta(days=181)):
            assert found("palettes") == []


def test_the_same_form_sent_twice_is_one_listing(app: Flask) -> None:
    with app.app_context():
        owner, listing_id = build_members.company(), new_id("lst")
        for title in ("Premier envoi", "Second envoi"):
            service.publish_listing(
                actor=owner.actor,
                listing_id=listing_id,
                company_id=owner.company_id,
                content=build_listings.content(title=title),
            )
        assert row(listing_id).title == "Premier envoi"


def test_the_same_form_sent_twice_at_once_is_one_listing(app: Flask, in_app: InApp) -> None:
    owner, listing_id = in_app(build_members.company), new_id("lst")

    def publish(_: int) -> None:
        in_app(
            service.publish_listing,
            actor=owner.actor,
            listing_id=listing_id,
            company_id=owner.company_id,
            content=build_listings.content(),
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish, range(4)))
    assert in_app(found, "palettes") == [listing_id]


def test_the_id_of_another_company_s_listing_is_refused(app: Flask) -> None:
    with app.app_context():
        listing_id = build_listings.listing(build_members.company())
        other = build_members.company("Cabinet Marcellin")
        with pytest.raises(ListingIdTaken):
            service.publish_listing(
                actor=other.actor,
                listing_id=listing_id,
                company_id=other.company_id,
                content=build_listings.content(),
            )


def test_nobody_publishes_for_a_company_that_is_not_theirs(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        elsewhere = build_members.staff(build_members.cluster("Minalogic"))
        strangers: list[Actor] = [
            build_members.company("Cabinet Marcellin").actor,
            build_members.accountant(owner),
            elsewhere,
        ]
        for stranger in strangers:
            with pytest.raises(NotFound):
                service.publish_listing(
                    actor=stranger,
                    listing_id=new_id("lst"),
                    company_id=owner.company_id,
                    content=build_listings.content(),
                )


def test_staff_of_its_cluster_publish_for_a_company_which_can_read_that_they_did(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        staff = build_members.staff(build_members.cluster())
        listing_id = new_id("lst")
        service.publish_listing(
            actor=staff,
            listing_id=listing_id,
            company_id=owner.company_id,
            content=build_listings.content(title="Saisi par le pôle"),
        )
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == listing_id)).one()
        assert (event.kind, event.company_id, event.person_id) == (
            "listing_entered",
            owner.company_id,
            staff.person_id,
        )
        assert event.detail == "Saisi par le pôle"
        assert row(listing_id).entered_by_id == staff.person_id


def test_what_members_do_with_their_own_listings_leaves_no_audit_event(app: Flask) -> None:
    with app.app_context():
        listing_id = build_listings.listing(build_members.company())
        assert db.session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == listing_id)).all() == []


@pytest.mark.parametrize(
    ("status", "kind", "allowed"),
    [
        ("standby", "need", True),
        ("standby", "offer", False),
        ("suspended", "need", False),
        ("suspended", "offer", False),
    ],
)
def test_what_a_company_may_publish_depends_on_its_status(
    app: Flask, status: str, kind: str, allowed: bool
) -> None:
    with app.app_context():
        owner = build_members.company()
        members.set_company_status(actor=build_members.operator(), company_id=owner.company_id, status=status)
        if allowed:
            assert row(build_listings.listing(owner, kind=kind)).status == "online"
        else:
            with pytest.raises(CompanyMayNotPublish):
                build_listings.listing(owner, kind=kind)


def test_an_exempt_company_sells_without_vat_but_its_needs_keep_their_rate(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company(vat_regime="franchise", vat_number=None)
        assert row(build_listings.listing(owner, vat_rate_bp=2000)).vat_rate_bp == 0
        assert row(build_listings.listing(owner, kind="need", vat_rate_bp=1000)).vat_rate_bp == 1000


def test_a_place_that_does_not_exist_is_refused_and_nothing_is_written(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(UnknownPlace):
            build_listings.listing(build_members.company(), postal_code="99999")
        assert db.session.scalars(sa.select(Listing)).all() == []


def test_a_draft_needs_a_title_only_and_is_not_found_before_it_goes_online(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        listing_id = build_listings.draft(
            owner, "Anodisation", category="", description="", city="", postal_code=""
        )
        assert found("anodisation") == []
        with pytest.raises(IncompleteListing) as refusal:
            service.republish_listing(actor=owner.actor, listing_id=listing_id)
        assert refusal.value.missing == ("category", "description", "city")
        edit(owner, listing_id, title="Anodisation")
        assert found("anodisation") == [listing_id]


def test_an_edit_is_found_by_its_new_words_and_keeps_place_and_end(app: Flask) -> None:
    with app.app_context():
        with clock.at(MONDAY):
            owner = build_members.company()
            listing_id = build_listings.listing(owner)
        with clock.at(MONDAY + timedelta(days=30)):
            edit(owner, listing_id, title="Fraisage cinq axes", description="Pièces de 650 mm.")
            assert found("fraisage") == [listing_id]
            assert found("palettes") == []
            assert row(listing_id).published_at == MONDAY
            assert row(listing_id).expires_on == clock.date_of(MONDAY) + timedelta(days=180)


def test_an_edit_from_an_old_form_is_refused(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        listing_id = build_listings.listing(owner)
        seen_at = row(listing_id).updated_at
        edit(owner, listing_id, title="La version de Léa")
        with pytest.raises(ListingChanged):
            service.edit_listing(
                actor=owner.actor,
                listing_id=listing_id,
                content=build_listings.content(title="La version d’un autre"),
                seen_at=seen_at,
                publish=True,
            )
        assert row(listing_id).title == "La version de Léa"


def test_an_online_listing_cannot_lose_its_category_by_an_edit(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        listing_id = build_listings.listing(owner)
        with pytest.raises(IncompleteListing):
            edit(owner, listing_id, publish=False, category="")


def test_a_stranger_can_neither_edit_nor_withdraw_nor_republish(app: Flask) -> None:
    with app.app_context():
        owner, stranger = build_members.company(), build_members.company("Cabinet Marcellin")
        listing_id = build_listings.listing(owner)
        with pytest.raises(NotFound):
            edit(replace(owner, actor=stranger.actor), listing_id)
        for verb in (service.withdraw_listing, service.republish_listing):
            with pytest.raises(NotFound):
                verb(actor=stranger.actor, listing_id=listing_id)
        assert row(listing_id).status == "online"


def test_a_withdrawn_listing_is_not_found_until_it_is_put_online_again(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        with clock.at(MONDAY):
            listing_id = build_listings.listing(owner)
            service.withdraw_listing(actor=owner.actor, listing_id=listing_id)
            service.withdraw_listing(actor=owner.actor, listing_id=listing_id)
            assert found("palettes") == []
        with clock.at(MONDAY + timedelta(days=10)):
            service.republish_listing(actor=owner.actor, listing_id=listing_id)
            assert found("palettes") == [listing_id]
            assert row(listing_id).published_at == clock.now()


def test_prolonging_moves_the_end_but_not_the_date_of_publication(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        with clock.at(MONDAY):
            listing_id = build_listings.listing(owner)
            first_end = row(listing_id).expires_on
            service.republish_listing(actor=owner.actor, listing_id=listing_id)
            assert row(listing_id).expires_on == first_end
        with clock.at(MONDAY + timedelta(days=160)):
            service.republish_listing(actor=owner.actor, listing_id=listing_id)
            assert row(listing_id).expires_on == clock.today() + timedelta(days=180)
            assert row(listing_id).published_at == MONDAY


def test_the_job_expires_what_is_past_its_end_once(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        with clock.at(MONDAY):
            old = build_listings.listings(owner, 3)
        with clock.at(MONDAY + timedelta(days=100)):
            young = build_listings.listing(owner, "Plus récente")
        with clock.at(MONDAY + timedelta(days=181)):
            assert service.expire_listings() == 3
            assert service.expire_listings() == 0
            assert {row(listing_id).status for listing_id in old} == {"expired"}
            assert row(young).status == "online"
            assert db.session.scalar(sa.text("SELECT count(*) FROM listing_search")) == 1


def test_the_job_works_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_EXPIRED_AT_ONCE", 2)
    with app.app_context():
        with clock.at(MONDAY):
            build_listings.listings(build_members.company(), 5)
        with clock.at(MONDAY + timedelta(days=200)):
            assert service.expire_listings() == 5


def test_an_expired_listing_is_republished_with_a_new_life(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        with clock.at(MONDAY):
            listing_id = build_listings.listing(owner)
        with clock.at(MONDAY + timedelta(days=200)):
            service.expire_listings()
            service.republish_listing(actor=owner.actor, listing_id=listing_id)
            assert queries.listing_for(listing_id, None).expires_on == clock.today() + timedelta(days=180)


def test_what_is_created_within_a_failing_transaction_leaves_nothing_behind(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()

        @db.transaction
        def fail_afterwards() -> None:
            service.create_listing_in(
                actor=owner.actor,
                listing_id=new_id("lst"),
                company_id=owner.company_id,
                content=build_listings.content(),
            )
            raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_afterwards()
        assert found("palettes") == []
        assert db.session.scalars(sa.select(Listing)).all() == []


def test_creating_within_no_transaction_is_a_mistake(app: Flask) -> None:
    with app.app_context():
        owner = build_members.company()
        with pytest.raises(db.TransactionMisuse):
            service.create_listing_in(
                actor=owner.actor,
                listing_id=new_id("lst"),
                company_id=owner.company_id,
                content=build_listings.content(),
            )
