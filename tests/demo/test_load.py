"""A small network is made through the services, the same one each time, and adds up; one that exists is left alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import clock, db, ledger
from barterweb.demo import corpus, pictures, service
from barterweb.demo.errors import HalfMade, LedgerWrong
from barterweb.demo.network import PASSWORD
from barterweb.documents.archive import DatabaseArchive, archive_of
from barterweb.documents.models import Document
from barterweb.ledger import Finding, Verification
from barterweb.listings.models import Listing, ListingPhoto, SavedSearch
from barterweb.members import queries as members
from barterweb.members.models import Company, Person, Region, Role
from barterweb.members.service import check_password
from barterweb.notifications.models import Notification
from barterweb.outbox.models import OutboxMessage
from barterweb.trades.models import Trade, TradeMessage, TradeVersion
from tests.documents.added_up import assert_year

COMPANIES, LISTINGS, TRADES = 8, 20, 25


@dataclass(frozen=True)
class Loaded:
    """A network with what was said while it was made."""

    app: Flask
    said: list[str]

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a function within the network."""
        with self.app.app_context():
            return question(*args, **kwargs)


@pytest.fixture(scope="module")
def make(new_app: Callable[[], Flask]) -> Callable[[], Loaded]:
    """Make a small network on a database of its own."""

    def load() -> Loaded:
        said: list[str] = []
        loaded = Loaded(new_app(), said)
        archive = archive_of(loaded.app.config["SETTINGS"])
        loaded.ask(
            service.load,
            archive=archive,
            companies=COMPANIES,
            listings=LISTINGS,
            trades=TRADES,
            say=said.append,
        )
        return loaded

    return load


@pytest.fixture(scope="module")
def network(make: Callable[[], Loaded]) -> Loaded:
    """The small network."""
    return make()


def count(table: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def figures() -> dict[str, Any]:
    """Everything of a network that does not depend on identifiers."""
    rows = db.session.execute(
        sa.select(Trade.title, Trade.state, Trade.settled_how, Trade.created_at, TradeVersion.barter_cents)
        .join(TradeVersion, (TradeVersion.trade_id == Trade.id) & (TradeVersion.number == Trade.version))
        .order_by(Trade.created_at, Trade.title)
    )
    return {
        "accounts": [
            (a.name, a.balance_cents, a.held_cents, a.incoming_cents) for a in ledger.account_views()
        ],
        "trades": [tuple(row) for row in rows],
        "listings": sorted(
            tuple(row)
            for row in db.session.execute(sa.select(Listing.title, Listing.status, Listing.expires_on))
        ),
        "documents": count(Document),
        "letters": count(OutboxMessage),
    }


def test_it_has_the_size_asked_for(network: Loaded) -> None:
    def sizes() -> tuple[int, int, int, int]:
        return count(Company), count(Listing), count(Trade), count(Region)

    companies, listings, trades, regions = network.ask(sizes)
    assert (companies, listings, regions) == (COMPANIES, LISTINGS, 2)
    assert TRADES - 3 <= trades <= TRADES, "a trade may find nobody who can afford it"


def test_trades_come_to_different_ends_and_some_wait(network: Loaded) -> None:
    states = Counter(state for _, state, *_ in network.ask(figures)["trades"])
    assert states["settled"] >= 5
    assert len(states) >= 4


def test_everything_adds_up(network: Loaded) -> None:
    accounts = network.ask(figures)["accounts"]
    assert sum(balance for _, balance, _, _ in accounts) == 0
    assert any(balance > 0 for _, balance, _, _ in accounts)
    outcome = network.ask(ledger.verify)
    assert outcome.clean
    assert outcome.checked["ledger_transfers"] >= 5


def test_settled_trades_have_their_invoice(network: Loaded) -> None:
    settled = sa.select(Trade.invoice_id).where(Trade.state == "settled")
    invoices = network.ask(lambda: db.session.scalars(settled).all())
    assert invoices
    assert all(invoices), "every company of a small network has given its mandate"


def test_years_add_up_to_what_their_documents_say(network: Loaded) -> None:
    def years() -> int:
        start, end = clock.today() - timedelta(days=365), clock.today()
        companies = db.session.scalars(sa.select(Company).where(Company.account_id.is_not(None)))
        return sum(assert_year(company, start, end).invoices_sent for company in companies)

    assert network.ask(years) >= 5


def test_the_same_day_gives_the_same_network(network: Loaded, make: Callable[[], Loaded]) -> None:
    assert make().ask(figures) == network.ask(figures)


def test_progress_is_said_phase_by_phase(network: Loaded) -> None:
    phases = [line for line in network.said if line.startswith("To ")]
    assert len(phases) == 4
    assert f"{COMPANIES} companies, {LISTINGS} listings" in phases[-1]
    assert network.said[-1] == "The ledger is clean, the network is complete."


def test_the_people_of_the_sign_in_page_enter_with_the_password_it_prints(network: Loaded) -> None:
    people = service.demo_people()
    assert len(people) == 7
    for person in people:
        assert network.ask(check_password, email=person.email, password=PASSWORD), person.email


def test_they_have_read_what_they_were_told_but_for_the_last_days(network: Loaded) -> None:
    known = [person.email for person in service.demo_people()]
    told = (
        sa.select(Notification.created_at, Notification.read_at)
        .join(Person, Person.id == Notification.person_id)
        .where(Person.email.in_(known))
    )
    rows = network.ask(lambda: db.session.execute(told).all())
    until = clock.now() - timedelta(days=7)
    old = [read_at for created_at, read_at in rows if created_at < until]
    assert len(old) > 1
    assert None not in old


def test_nobody_else_has_a_password(network: Loaded) -> None:
    with_password = sa.select(Person.email).where(Person.password_hash.is_not(None))
    known = {person.email for person in service.demo_people()}
    assert set(network.ask(lambda: db.session.scalars(with_password).all())) == known


def test_the_accountant_reads_the_books_of_three_companies(network: Loaded) -> None:
    def books() -> frozenset[str]:
        person = members.person_by_email("comptable@barter.example")
        assert person is not None
        actor = members.actor_for(person.id, person.session_stamp, None)
        assert actor is not None
        assert actor.kind == "accountant"
        return actor.company_ids

    assert len(network.ask(books)) == 3


def test_each_company_has_an_administrator_and_a_trader(network: Loaded) -> None:
    roles = sa.select(Role.company_id, Role.kind, Role.person_id).where(Role.company_id.is_not(None))
    held = {tuple(row) for row in network.ask(lambda: db.session.execute(roles).all())}
    for company_id in {company_id for company_id, _, _ in held}:
        kinds = {kind for company, kind, _ in held if company == company_id}
        people = {person for company, kind, person in held if company == company_id and kind != "accountant"}
        assert {"administrator", "trader"} <= kinds
        assert len(people) == 2


def test_no_letter_of_an_invented_person_waits_to_be_sent(network: Loaded) -> None:
    statuses = sa.select(OutboxMessage.status).distinct()
    assert network.ask(lambda: db.session.scalars(statuses).all()) == ["kept"]


def test_a_database_that_has_a_network_is_left_alone(network: Loaded) -> None:
    before = network.ask(figures)
    said: list[str] = []
    network.ask(service.load, archive=DatabaseArchive(), say=said.append)
    assert said == [f"Nothing done: the database already has a network ({COMPANIES} companies)."]
    assert network.ask(figures) == before


def test_a_load_that_was_interrupted_says_how_to_start_over(app: Flask) -> None:
    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with app.app_context(), pytest.raises(KeyboardInterrupt):
        service.load(archive=DatabaseArchive(), companies=2, listings=2, trades=0, say=interrupt)
    with app.app_context(), pytest.raises(HalfMade, match="delete the data folder"):
        service.load(archive=DatabaseArchive(), say=print)
    shown = app.test_cli_runner().invoke(args=["demo", "load"])
    assert shown.exit_code == 1
    assert shown.output.startswith("Error: An earlier load")


def test_a_ledger_that_does_not_verify_stops_the_load(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Verification(
        ("all balances sum to zero",), {}, (Finding("all balances sum to zero", "ledger", "1"),)
    )
    monkeypatch.setattr(ledger, "verify", lambda: wrong)
    with app.app_context(), pytest.raises(LedgerWrong, match="all balances sum to zero"):
        service.load(archive=DatabaseArchive(), companies=2, listings=0, trades=0, say=lambda _line: None)


def test_demo_people_are_those_of_the_corpus_in_the_order_of_the_example() -> None:
    people = service.demo_people()
    assert [person.email.split("@")[0] for person in people] == [
        "transport",
        "cabinet",
        "admin",
        "comptable",
        "pole",
        "operateur",
        "region",
    ]
    names = {person.email: person.name for person in corpus.people()}
    assert all(person.name == names[person.email] for person in people)
    companies = {company.slug: company.name for company in corpus.companies()}
    for person in corpus.people():
        for shown in people:
            if shown.email == person.email and person.roles[0].kind in ("administrator", "trader"):
                assert companies[person.roles[0].company or ""] in shown.what


def test_people_keep_searches_and_write_beside_their_trades(network: Loaded) -> None:
    assert network.ask(count, SavedSearch) == 2
    assert network.ask(count, TradeMessage) >= 3


def test_a_listing_of_the_example_shows_its_photos(network: Loaded) -> None:
    def shown() -> dict[str, int]:
        rows = db.session.execute(
            sa.select(Listing.title, sa.func.count(ListingPhoto.id))
            .join(ListingPhoto, ListingPhoto.listing_id == Listing.id)
            .group_by(Listing.title)
        )
        return {row[0]: row[1] for row in rows}

    found = network.ask(shown)
    assert found
    assert found.items() <= {title: len(scenes) for title, scenes in pictures.HUNG.items()}.items()
