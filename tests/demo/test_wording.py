"""What people write fits what they trade: no wet pallets in a consultant's report."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from barterweb import clock
from barterweb.demo import corpus, wording
from barterweb.demo.bargaining import WISHES, Parties, Wish, counter_terms
from barterweb.demo.network import Ad, Member
from barterweb.demo.wording import fitting
from barterweb.documents.facts import InvoiceLine
from barterweb.listings.facts import CATEGORIES
from barterweb.trades.facts import Terms

PHRASES = corpus.phrases()
EVERY_SENTENCE = " ".join(
    (
        *PHRASES.proposals,
        *PHRASES.delivery_notes,
        *PHRASES.disputes,
        *PHRASES.cancellations,
        *PHRASES.declines,
    )
)


@pytest.mark.parametrize("part", wording.parts_known())
def test_every_part_of_a_sentence_is_found_in_the_corpus(part: str) -> None:
    assert part in EVERY_SENTENCE


@pytest.mark.parametrize("category", CATEGORIES)
def test_there_is_something_to_say_about_every_category(category: str) -> None:
    rng = Random(1)
    for bank in (PHRASES.delivery_notes, PHRASES.disputes, PHRASES.cancellations):
        assert fitting(bank, rng, category)
    for speaker in ("buyer", "seller"):
        assert fitting(PHRASES.declines, rng, category, speaker=speaker)
        assert fitting(PHRASES.proposals, rng, category, speaker=speaker, settlement="share")


def test_a_sentence_about_settlement_is_said_only_of_that_settlement() -> None:
    said = {
        settlement: {
            fitting(
                PHRASES.proposals, Random(seed), "conseil-gestion", speaker="buyer", settlement=settlement
            )
            for seed in range(200)
        }
        for settlement in ("barter", "net_in_barter", "share")
    }
    assert any("TVA comprise" in sentence for sentence in said["barter"])
    assert not any("TVA" in sentence for sentence in said["share"])
    assert not any("TVA comprise" in sentence for sentence in said["net_in_barter"])


def test_a_seller_does_not_speak_of_its_own_credit() -> None:
    said = {fitting(PHRASES.declines, Random(seed), "formation", speaker="seller") for seed in range(200)}
    assert len(said) > 3
    assert not any("ligne de crédit" in sentence for sentence in said)


def parties(category: str = "machines") -> Parties:
    listing = next(row for row in corpus.listings() if row.category == category and row.kind == "offer")
    companies = {company.slug: company for company in corpus.companies()}
    actor = object()
    seller, buyer = (
        Member(companies[slug], "ara", "cmp", "acc", actor, actor)  # type: ignore[arg-type]
        for slug in (listing.company, corpus.STORY.haulier)
    )
    return Parties(Ad(listing, "lst", seller), buyer, seller)


def terms() -> Terms:
    line = InvoiceLine(
        description="Fraisage", quantity_milli=8_000, unit="heure", unit_price_cents=7_200, vat_rate_bp=2000
    )
    return Terms((line,), "barter", clock.today() + timedelta(days=20), "Valence")


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.words)
def test_every_wish_has_its_one_sentence(wish: Wish) -> None:
    assert sum(wish.words in sentence for sentence in PHRASES.counter_proposals) == 1


CHANGED: dict[str, Callable[[Terms, Terms], bool]] = {
    "d’un quart": lambda _before, after: after.lines[0].quantity_milli == 6_000,
    "TVA en euros": lambda before, after: (
        (after.settlement, after.euro_cents) == ("net_in_barter", before.vat_cents)
    ),
    "moitié": lambda before, after: after.euro_cents == before.gross_cents // 2,
    "budget": lambda before, after: after.gross_cents < before.gross_cents,
    "ajouter une heure": lambda _before, after: after.lines[0].quantity_milli == 9_000,
    "plus tôt": lambda before, after: after.delivery_on == before.delivery_on - timedelta(days=4),
    "lundi suivant": lambda before, after: (
        after.delivery_on.weekday() == 0 and after.delivery_on > before.delivery_on
    ),
    "demi-journée de formation": lambda _before, after: len(after.lines) == 2,
}


def test_a_counter_proposal_changes_what_its_message_says() -> None:
    said = set()
    for seed in range(300):
        for who in ("buyer", "seller"):
            after = counter_terms(terms(), parties(), who, Random(seed))
            (part,) = (part for part in CHANGED if part in after.message)
            assert CHANGED[part](terms(), after), part
            said.add(part)
    assert said == set(CHANGED)
