"""The lexicon: its format, its longest phrases, its directions, and the data in the repository."""

import pytest

from barterweb.listings.search import lexicon
from barterweb.listings.search.analysis import tokens
from barterweb.listings.search.lexicon import EQUIVALENT, NARROWER, InvalidLexicon


def stems(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in tokens(text, join_hyphens=False))


def found(known: lexicon.Lexicon, searched: str) -> dict[str, float]:
    """Return what else is found for a term of the lexicon, stems joined by spaces."""
    length, others = known.match(stems(searched), 0)
    assert length == len(stems(searched)), f"{searched} is no term"
    return {" ".join(term): weight for term, weight in others.items()}


def test_terms_of_a_group_find_each_other() -> None:
    known = lexicon.read("paysagiste, espaces verts, jardinier")
    assert found(known, "espace vert") == {"paysag": EQUIVALENT, "jardini": EQUIVALENT}
    assert found(known, "Paysagistes") == {
        " ".join(stems("espaces verts")): EQUIVALENT,
        "jardini": EQUIVALENT,
    }


def test_a_broad_term_finds_the_narrow_ones_but_not_the_other_way_round() -> None:
    known = lexicon.read("usinage > tournage, fraisage")
    assert found(known, "usinage") == {stems("tournage")[0]: NARROWER, stems("fraisage")[0]: NARROWER}
    assert known.match(stems("tournage"), 0) == (0, {})


def test_a_term_in_several_groups_has_them_all_at_its_best_weight() -> None:
    known = lexicon.read("usinage > fraisage\nusinage, fraisage\nusinage, découpe")
    assert found(known, "usinage") == {stems("fraisage")[0]: EQUIVALENT, stems("découpe")[0]: EQUIVALENT}


def test_the_longest_phrase_wins() -> None:
    known = lexicon.read("bilan carbone, empreinte carbone\nbilan, comptes\ncarbone, composite")
    length, others = known.match(stems("notre bilan carbone annuel"), 0)
    assert (length, list(others)) == (2, [stems("empreinte carbone")])
    assert known.match(stems("bilan annuel"), 0)[0] == 1


def test_a_hyphenated_term_is_found_in_one_piece_too() -> None:
    known = lexicon.read("e-commerce, boutique en ligne")
    assert found(known, "ecommerce") == found(known, "e commerce") | {
        " ".join(stems("e-commerce")): EQUIVALENT
    }


def test_derived_forms_find_what_the_lexicon_says_by_their_root() -> None:
    known = lexicon.read("paysagiste, espaces verts")
    assert known.of_root["paysag"] == {stems("espaces verts"): EQUIVALENT}


@pytest.mark.parametrize(
    "line", ["usinage", "usinage,", "usinage >", "> usinage", "usinage, usinages", "le, la", "a > b > c, , d"]
)
def test_a_line_that_pairs_nothing_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(InvalidLexicon, match="line 2"):
        lexicon.read(f"# a comment\n{line}")


def test_comments_and_empty_lines_are_skipped() -> None:
    assert lexicon.read("\n# nothing\n\nclim, climatisation # short\n").others.keys() == {
        ("clim",),
        stems("climatisation"),
    }


def test_the_lexicon_of_the_repository_is_read_and_large() -> None:
    known = lexicon.default()
    assert len(known.others) > 2_000
    assert all(len(term) <= 5 for term in known.others)


@pytest.mark.parametrize(
    ("searched", "term"),
    [
        ("brevet", "propriété industrielle"),
        ("pellets", "granulés de bois"),
        ("paysagiste", "espaces verts"),
        ("CND", "contrôle non destructif"),
        ("usinage", "fraisage"),
    ],
)
def test_trades_known_by_several_names_are_in_the_lexicon(searched: str, term: str) -> None:
    assert " ".join(stems(term)) in found(lexicon.default(), searched)
