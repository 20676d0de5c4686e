"""The monthly job: a statement is issued once, archived and announced; nobody waits because of somebody else."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock
from barterweb.db import session
from barterweb.documents import queries, service
from barterweb.documents.archive import FolderArchive
from barterweb.documents.errors import InconsistentFacts
from barterweb.documents.facts import StatementFacts
from barterweb.documents.models import Document, StatementLeftOut, StatementRound
from barterweb.documents.service import monthly
from barterweb.members.models import Company
from barterweb.outbox import mail
from barterweb.outbox.facts import Message
from barterweb.outbox.models import OutboxMessage
from barterweb.standing import service as standing
from tests import build_members, build_trades
from tests.build_members import Member

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


def on(day: date) -> AbstractContextManager[None]:
    return clock.at(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


@pytest.fixture
def pair(app: Flask) -> Iterator[tuple[Member, Member]]:
    """A buyer and a seller who settle a trade of 1,200 B on 20 August 2026, and an accountant of both; in a context."""
    with app.app_context():
        with on(date(2026, 8, 20)):
            buyer = build_members.company("Transports du Vercors")
            seller = build_members.company("Cabinet Marcellin")
            for member in (buyer, seller):
                build_members.accountant(member)
            build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000)))
        yield buyer, seller


def statements() -> list[StatementFacts]:
    query = select(Document.facts).where(Document.kind == "statement").order_by(Document.source)
    return [StatementFacts.from_json(text) for text in session.scalars(query)]


def letters() -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.kind == "statements_ready")
    return list(session.scalars(query.order_by(OutboxMessage.to_email, OutboxMessage.id)))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Companies whose statements cannot be issued, by id."""
    wrong: set[str] = set()
    issue = monthly.issue_statement

    def issue_or_fail(company: Company, start: date, end: date) -> str:
        if company.id in wrong:
            raise InconsistentFacts("the closing balance is not 0")
        return issue(company, start, end)

    monkeypatch.setattr(monthly, "issue_statement", issue_or_fail)
    return wrong


def test_last_month_is_issued_archived_and_announced_once(pair: tuple[Member, Member], tmp_path: Any) -> None:
    archive = FolderArchive(tmp_path)
    with on(date(2026, 9, 1)):
        assert service.issue_monthly_statements() == 2
        assert [(f.period_start, f.period_end) for f in statements()] == [(AUGUST, date(2026, 8, 31))] * 2
        assert {f.holder.name: f.closing_cents for f in statements()} == {
            "Transports du Vercors": -120_000,
            "Cabinet Marcellin": 120_000,
        }
        service.render_waiting(archive)
        document_id, *_ = queries.monthly_statements(pair[1].company_id)[0]
        file = queries.file_of(document_id)
        assert file is not None
        assert archive.read(file.sha256).startswith(b"%PDF-")
    for day in (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 30)):
        with on(day):
            assert service.issue_monthly_statements() == 0
    assert len(statements()) == 2
    assert len(letters()) == 3


def test_each_reader_gets_one_letter_that_leads_to_what_it_announces(pair: tuple[Member, Member]) -> None:
    with on(date(2026, 9, 1)):
        service.issue_monthly_statements()
    written = {letter.to_email: letter for letter in letters()}
    assert set(written) == {"cabinet@comptes.example", pair[0].email, pair[1].email}
    assert written["cabinet@comptes.example"].payload["path"] == "/comptes"
    assert (
        written["cabinet@comptes.example"].payload["companies"] == "Cabinet Marcellin, Transports du Vercors"
    )
    own = written[pair[1].email]
    assert own.payload["path"] == f"/comptes/{pair[1].company_id}?du=01/08/2026&au=31/08/2026"
    message = Message(own.id, own.to_email, own.to_name, own.kind, own.payload)
    letter = mail.render(message, site="https://barter.example")
    assert letter.subject == "Relevé Barter\u00a0: août 2026"
    assert "Le relevé de compte pour août 2026 est archivé\u00a0: Cabinet Marcellin." in letter.text


def test_a_month_missed_is_caught_up_and_those_announced_are_not(pair: tuple[Member, Member]) -> None:
    with on(date(2026, 9, 2)):
        service.issue_monthly_statements()
    with on(date(2026, 10, 15)):
        late = build_members.company("Imprimerie Berthet")
    with on(date(2026, 12, 1)):
        assert service.issue_monthly_statements() == 2 + 3 + 3
        assert service.issue_monthly_statements() == 0
    assert session.scalars(select(StatementRound.month).order_by(StatementRound.month)).all() == [
        AUGUST, SEPTEMBER, OCTOBER, date(2026, 11, 1),
    ]  # fmt: skip
    assert [start for _, start, _ in queries.monthly_statements(late.company_id)] == [
        date(2026, 11, 1),
        OCTOBER,
    ]
    told = [letter.payload["month"] for letter in letters() if letter.to_email == pair[1].email]
    assert sorted(told) == ["2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01"]


def test_the_first_month_ever_is_the_last_one(pair: tuple[Member, Member]) -> None:
    with on(date(2026, 12, 1)):
        assert service.issue_monthly_statements() == 2
    assert {facts.period_start for facts in statements()} == {date(2026, 11, 1)}


def test_a_company_that_fails_keeps_nobody_waiting_and_is_tried_again(
    pair: tuple[Member, Member], failing: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    buyer, seller = pair
    failing.add(buyer.company_id)
    with on(date(2026, 9, 1)):
        assert service.issue_monthly_statements() == 1
        assert f"statement of {buyer.company_id} for 2026-08-01 not issued" in caplog.text
        assert [facts.holder.name for facts in statements()] == ["Cabinet Marcellin"]
        assert {letter.payload["companies"] for letter in letters()} == {"Cabinet Marcellin"}
        assert service.issue_monthly_statements() == 0
    with on(date(2026, 10, 1)):
        assert service.issue_monthly_statements() == 1, "September of the other one"
    failing.clear()
    with on(date(2026, 10, 2)):
        assert service.issue_monthly_statements() == 2, "August and September of this one"
        assert service.issue_monthly_statements() == 0
    told = [letter.payload["month"] for letter in letters() if letter.to_email == buyer.email]
    assert sorted(told) == ["2026-08-01", "2026-09-01"]
    assert len([letter for letter in letters() if letter.to_email == seller.email]) == 2
    assert not session.scalars(select(StatementLeftOut.company_id)).all()


def test_what_another_process_announced_meanwhile_is_not_announced_again(
    pair: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = monthly._tried

    def tried_while_another_finishes(company_id: str, month: date) -> bool:
        monkeypatch.setattr(monthly, "_tried", tried)
        assert service.issue_monthly_statements() == 2
        return tried(company_id, month)

    monkeypatch.setattr(monthly, "_tried", tried_while_another_finishes)
    with on(date(2026, 9, 1)):
        assert service.issue_monthly_statements() == 0
    assert len(statements()) == 2
    assert len(letters()) == 3


def test_a_closed_account_gets_no_more_statements(pair: tuple[Member, Member]) -> None:
    with on(date(2026, 8, 20)):
        idle = build_members.company("Imprimerie Berthet")
    with on(date(2026, 9, 3)):
        standing.leave_network(actor=idle.actor, company_id=idle.company_id, reason="Cession.")
        standing.close_left_accounts()
    with on(date(2026, 10, 1)):
        assert service.issue_monthly_statements() == 2
    assert "Imprimerie Berthet" not in {facts.holder.name for facts in statements()}
