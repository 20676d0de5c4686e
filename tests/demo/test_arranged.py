"""What is arranged waits for the people who can be played, and the founding example is left to them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.demo import cast, corpus, history, network, story
from barterweb.demo.network import Network, acting
from barterweb.demo.timeline import midnight
from barterweb.members.models import Company
from barterweb.staff import queries as staff
from barterweb.trades import queries as trades
from tests import build_members

PLAYED = ("transport@barter.example", "cabinet@barter.example", "admin@barter.example")


def only_what_waits() -> cast.Cast:
    """Return the corpus without the companies and listings that no arranged trade is about."""
    whole = cast.whole_corpus()
    slugs = {slug for waiting in story.WAITING for slug in (waiting.seller, waiting.buyer)}
    return replace(
        whole,
        companies=tuple(company for company in whole.companies if company.slug in slugs),
        listings={
            slug: tuple(
                listing
                for listing in whole.listings[slug]
                if any(w.seller == slug and listing.title.startswith(w.offer) for w in story.WAITING)
            )
            for slug in slugs
        },
    )


@pytest.fixture(scope="module")
def arranged(new_app: Callable[[], Flask]) -> Iterator[Network]:
    """A network of half a year with nothing in it but the trades that wait."""
    app = new_app()
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        patch.setattr(network, "YEAR", timedelta(days=150))
        patch.setattr(history, "LATE_ONE_IN", 1_000)
        patch.setattr(story, "MOODS", {})
        patch.setattr(story, "STATUSES", ())
        patch.setattr(story, "REGULARS", ())
        made = Network(only_what_waits(), clock.today())
        assert story.arrange(made) == len(story.WAITING)
        history.begin(made)
        history.add_applicants(made)
        history.play(made, midnight(made.today), lambda _moment: None)
    with app.app_context():
        yield made


def waiting_for(actor: Actor) -> set[tuple[str, str, bool]]:
    """Return state, side and whether the terms were countered, of each trade that the person can act on."""
    return {
        (trade.state, "buys" if trade.buyer_id == actor.company_id else "sells", trade.version > 1)
        for trade in trades.dashboard(actor).to_do
    }


def test_everybody_has_something_to_do(arranged: Network) -> None:
    for email in PLAYED:
        assert {
            ("proposed", "sells", False),
            ("proposed", "buys", True),
            ("agreed", "sells", False),
            ("delivered", "buys", False),
        } <= waiting_for(acting(email)), email
    queue = staff.queue_of(acting("pole@barter.example"))
    assert (queue.applications.total, queue.disputes.total, queue.deliveries.total) == (2, 1, 1)
    queue = staff.queue_of(acting("operateur@barter.example"))
    assert (queue.applications.total, queue.disputes.total) == (4, 2)


def test_all_of_them_wait_as_arranged(arranged: Network) -> None:
    page = trades.trades_of(arranged.operator, group="open", number=1)
    assert (page.total, len(story.WAITING)) == (19, 18), "one more waits for an approval"
    assert Counter(trade.state for trade in page.trades) == {
        "proposed": 9,
        "agreed": 4,
        "delivered": 4,
        "disputed": 2,
    }


def test_the_founding_example_can_be_played(arranged: Network) -> None:
    haulier = arranged.members[corpus.STORY.haulier]
    firm = arranged.members[corpus.STORY.accounting_firm]
    assert (ledger.account_view(haulier.account_id).available_cents or 0) >= 600_000
    assert (ledger.account_view(firm.account_id).room_cents or 0) >= 600_000


def test_what_waits_is_on_offers_of_companies_of_one_region() -> None:
    regions = {cluster.slug: cluster.region for cluster in corpus.clusters()}
    homes = {company.slug: regions[company.clusters[0]] for company in corpus.companies()}
    for waiting in story.WAITING:
        (listing,) = (
            listing
            for listing in corpus.listings()
            if listing.company == waiting.seller and listing.title.startswith(waiting.offer)
        )
        assert (listing.kind, listing.price_cents is None) == ("offer", False), waiting.offer
        assert homes[waiting.seller] == homes[waiting.buyer], waiting.offer
        days = [waiting.proposed, *(day for _, day in waiting.steps)]
        assert days == sorted(days, reverse=True)
        assert all(before - after >= 4 for before, after in pairwise(days)), "a weekend fits between"


def test_companies_in_a_mood_are_in_the_corpus() -> None:
    slugs = {company.slug for company in corpus.companies()}
    named = {*story.MOODS, *story.REGULARS, *story.LOWER_CEILINGS, *(slug for slug, *_ in story.STATUSES)}
    assert named <= slugs
    assert set(story.LOWER_CEILINGS) <= set(story.MOODS)


def test_companies_say_what_their_years_listings_and_trades_say(arranged: Network) -> None:
    companies = session.scalars(select(Company).where(Company.account_id.is_not(None))).all()
    assert {company.traded_since is None for company in companies} == {True, False}
    for company in companies:
        build_members.assert_facts(company)
