"""The network that `make bench-scale` loads, in small: the ledger finds it true, and its pages read the past by index."""

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import ledger
from barterweb.db import session
from barterweb.members.models import Company
from bench.scale import pages
from bench.scale.network import load
from bench.scale.places import LEFT_OUT, places
from tests import build_members

COMPANIES, TRANSFERS = 40, 2_000
MOST_QUERIES = 50
"""Of one page: a member's dashboard, which makes four searches."""
MEMBERS = ("companies", "company_clusters", "listings", "memberships", "applications", "ledger_accounts")


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
        assert len(visited.asked) <= MOST_QUERIES, place.name


@pytest.mark.only_on("sqlite")
def test_the_queue_reads_nothing_whole_but_the_balances(network: None, app: Flask) -> None:
    """What waits is found in the order of an index; balances have none, since each booking would write it."""
    for place in places(app):
        if place.endpoint == "staff.queue_GET":
            visited = pages.visit(app, pages.client_of(app, place.who), place)
            read = pages.whole_reads(app, visited.asked, of=(*pages.HISTORY, *MEMBERS))
            assert set(read) <= {"SCAN ledger_accounts"}, place.name


def test_a_company_says_what_its_years_listings_and_trades_say(network: None, app: Flask) -> None:
    """What the loader writes of companies is what migration 0070 makes of their rows."""
    with app.app_context():
        for company in session.scalars(sa.select(Company).where(Company.account_id.is_not(None))):
            build_members.assert_facts(company)


def test_what_is_left_out_exists(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {name.partition(",")[0] for name in LEFT_OUT} <= endpoints


def test_the_number_of_transfers_is_read_off_the_chain(network: None, app: Flask) -> None:
    with app.app_context():
        assert ledger.journal_size() == ledger.totals().transfers == TRANSFERS
