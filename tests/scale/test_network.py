"""The network that `make bench-scale` loads, in small: the ledger finds it true, and its pages read the past by index."""

import pytest
from flask import Flask

from barterweb import ledger
from bench.scale import pages
from bench.scale.network import load
from bench.scale.places import LEFT_OUT, places

COMPANIES, TRANSFERS = 40, 2_000


@pytest.fixture
def network(app: Flask) -> None:
    """Forty companies and two thousand transfers."""
    with app.app_context():
        load(COMPANIES, TRANSFERS)


def test_the_ledger_finds_a_loaded_network_true(network: None, app: Flask) -> None:
    with app.app_context():
        verification = ledger.verify()
    assert verification.findings == ()
    assert verification.checked["ledger_transfers"] == verification.checked["ledger_seals"] == TRANSFERS


def test_no_page_reads_the_past_from_end_to_end(network: None, app: Flask) -> None:
    """Every page of the site opens, or is left out by name (`LookupError` otherwise)."""
    for place in places(app):
        visited = pages.visit(app, pages.client_of(app, place.who), place)
        assert (place.name, pages.whole_reads(app, visited.asked, small=True)) == (place.name, [])


def test_what_is_left_out_exists(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {name.partition(",")[0] for name in LEFT_OUT} <= endpoints


def test_the_number_of_transfers_is_read_off_the_chain(network: None, app: Flask) -> None:
    with app.app_context():
        assert ledger.journal_size() == ledger.totals().transfers == TRANSFERS
