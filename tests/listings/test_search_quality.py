"""The aims of the search, measured on the development set: invented listings and judged searches that built nothing."""

from flask import Flask

from bench import search as bench


def test_the_search_reaches_its_aims_and_beats_what_it_is_made_of(app: Flask) -> None:
    with app.app_context():
        queries = bench.load_judged()["queries"]
        whole = bench.measure(bench.found, queries)
        stems_only = bench.measure(lambda asked: bench.found(asked, exact=True), queries)
        like = bench.measure(bench.like, queries)
    assert whole["all"].recall >= 0.88
    assert whole["all"].ndcg >= 0.80
    assert whole["typo"].recall >= 0.85
    assert whole["syn"].recall >= 0.85
    assert whole["lex"].empty == whole["nat"].empty == 0
    assert whole["all"].recall > stems_only["all"].recall > like["all"].recall
