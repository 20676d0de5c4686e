"""The network that `make bench-scale` loads, in small: the ledger finds it true, and its pages read the past by index."""

import pytest
from flask import Flask

from barterweb import ledger
from bench.scale import pages
from bench.scale.network import load

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
    for name, (email, path) in pages.pages(app).items():
        visited = pages.visit(app, pages.client_of(app, email), path)
        assert (name, pages.whole_reads(app, visited.asked, small=True)) == (name, [])
        assert len(visited.asked) <= 15, name


def test_the_number_of_transfers_is_read_off_the_chain(network: None, app: Flask) -> None:
    with app.app_context():
        assert ledger.journal_size() == ledger.totals().transfers == TRANSFERS
