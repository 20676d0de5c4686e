"""The order of results: places, equivalents, rare words, compound terms."""

import pytest

from barterweb.listings.search.ranking import Scorer
from barterweb.listings.search.reading import Concept

STORAGE = Concept(own=(("stockag",),), others={("entrepot",): 0.7}, near={("entrepos",): 0.45})
COLD = Concept(own=(("frigorif",),))
GREEN = Concept(own=(("espac", "vert"),), near={("espac",): 0.25, ("vert",): 0.25})


def score(
    concepts: list[Concept], title: str = "", body: str = "", extra: str = "", label: str = ""
) -> float:
    return Scorer(concepts).score(title, body, extra, label)


def test_title_counts_more_than_description_than_company_or_category() -> None:
    scores = [score([STORAGE], **{place: "stockag"}) for place in ("title", "body", "extra")]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    assert score([STORAGE], title="stockag") == 1
    assert 0 < score([STORAGE], label="stockag") <= scores[2]


def test_the_word_itself_counts_more_than_an_equivalent_than_a_derived_form() -> None:
    scores = [score([STORAGE], title=stem) for stem in ("stockag", "entrepot", "entrepos", "autre")]
    assert scores == [1, 0.7, 0.45, 0]


def test_synonyms_and_repetitions_do_not_add_up() -> None:
    assert score([STORAGE], title="stockag entrepot stockag", body="entrepot stockag") == score(
        [STORAGE], title="stockag"
    )


def test_the_rarer_word_decides() -> None:
    rare = Concept(own=(("frigorif",),), rarity=0.9)
    common = Concept(own=(("locat",),), rarity=0.2)
    assert score([rare, common], title="frigorif") > score([rare, common], title="locat")
    assert score([rare, common], title="frigorif locat") == 1


def test_a_compound_term_counts_most_in_one_piece_then_scattered_then_by_one_word() -> None:
    scores = [
        score([GREEN], title=title)
        for title in ("entretien espac vert", "espac ouvert vert", "espac bureau", "bureau")
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1
    assert len(set(scores)) == 4


def test_a_stem_is_not_found_within_a_longer_one() -> None:
    assert score([STORAGE], title="destockag stockage2") == 0


def test_what_no_listing_can_hold_changes_nothing() -> None:
    nowhere = Concept(own=(), rarity=1)
    assert score([STORAGE, nowhere], title="stockag") == score([STORAGE], title="stockag")
    assert score([nowhere], title="stockag") == 0


@pytest.mark.parametrize("concepts", [[STORAGE], [STORAGE, COLD], [STORAGE, COLD, GREEN]])
def test_scores_lie_between_nothing_and_everything(concepts: list[Concept]) -> None:
    assert score(concepts) == 0
    assert score(concepts, title="stockag frigorif espac vert") == 1
