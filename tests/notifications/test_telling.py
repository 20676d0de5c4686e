"""Whom a company's notifications reach, which of them leave as e-mails, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock
from barterweb.db import TransactionMisuse, open_transaction, session
from barterweb.errors import NotFound
from barterweb.notifications import queries, service
from barterweb.notifications.errors import UnknownNotification
from barterweb.notifications.facts import KINDS, URGENT_KINDS
from barterweb.notifications.models import Notification
from barterweb.outbox.facts import KINDS as LETTERS
from barterweb.outbox.models import OutboxMessage
from tests.notifications.conftest import TRADE, Team, payload, tell


def told(company_id: str) -> set[str]:
    return set(session.scalars(select(Notification.person_id).where(Notification.company_id == company_id)))


def letters(kind: str) -> list[tuple[str, str]]:
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind))
    return sorted((row.to_email, row.payload["company"]) for row in rows)


def test_every_current_trader_and_administrator_is_told_once_and_nobody_else(app: Flask, team: Team) -> None:
    with app.app_context():
        tell(team.company_id, "settled")
        assert told(team.company_id) == {team.administrator.person_id, team.trader.person_id}
        assert len(session.scalars(select(Notification.id)).all()) == 2, (
            "who is both trader and administrator is one"
        )


def test_whoever_did_it_is_not_told(app: Flask, team: Team) -> None:
    with app.app_context():
        tell(team.company_id, "proposal", but=team.trader.person_id)
        assert told(team.company_id) == {team.administrator.person_id}
        assert letters("proposal") == [(team.administrator_email, "Transports du Vercors")]


def test_only_what_is_urgent_leaves_as_an_e_mail(app: Flask, team: Team) -> None:
    with app.app_context():
        for kind in KINDS:
            tell(team.company_id, kind)
            expected = [team.administrator_email, team.trader_email] if kind in URGENT_KINDS else []
            assert [email for email, _ in letters(kind)] == sorted(expected), kind


def test_the_urgent_kinds_are_those_of_the_product_and_all_have_a_letter() -> None:
    named = {"proposal", "counter_proposal", "agreement", "delivery_to_confirm", "dispute", "limit_reached"}
    assert named <= URGENT_KINDS <= LETTERS.keys()
    assert {"settled", "declined", "withdrawn", "expired", "invoice_ready"}.isdisjoint(URGENT_KINDS)


def test_telling_belongs_to_the_transaction_that_causes_it(app: Flask, team: Team) -> None:
    with app.app_context():
        with pytest.raises(TransactionMisuse):
            service.notify_company(
                company_id=team.company_id, kind="settled", subject_id=TRADE, payload=payload()
            )
        with pytest.raises(ZeroDivisionError):
            tell_then_fail(team.company_id)
        assert told(team.company_id) == set()
        assert letters("proposal") == []


def tell_then_fail(company_id: str) -> None:
    with open_transaction():
        service.notify_company(company_id=company_id, kind="proposal", subject_id=TRADE, payload=payload())
        session.flush()
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("love_letter", {}), ("proposal", {"amount_cents": "6 000,00"}), ("proposal", {"due_on": "demain"})],
)
def test_what_no_sentence_could_say_is_refused_at_once(
    app: Flask, team: Team, kind: str, changes: dict[str, str]
) -> None:
    with app.app_context(), pytest.raises(UnknownNotification):
        tell(team.company_id, kind, **changes)


def test_a_payload_that_lacks_something_and_a_company_that_does_not_exist_are_refused(
    app: Flask, team: Team
) -> None:
    incomplete = {name: value for name, value in payload().items() if name != "title"}
    with app.app_context(), open_transaction():
        with pytest.raises(UnknownNotification):
            service.notify_company(
                company_id=team.company_id, kind="proposal", subject_id=TRADE, payload=incomplete
            )
        with pytest.raises(NotFound):
            service.notify_company(
                company_id="cmp_absent", kind="proposal", subject_id=TRADE, payload=payload()
            )


def test_reading_stops_at_what_was_displayed(app: Flask, team: Team) -> None:
    now = clock.now()
    with app.app_context():
        for minutes in range(3):
            with clock.at(now + timedelta(minutes=minutes)):
                tell(team.company_id, "settled", title=f"Échange {minutes}", trade_id=f"trd_{minutes}")
        newest = queries.inbox(team.trader, 1).newest_unread_id
        with clock.at(now + timedelta(minutes=5)):
            tell(team.company_id, "proposal", title="Arrivé entre-temps")
        assert newest is not None
        service.mark_read(actor=team.trader, newest_id=newest)
        inbox = queries.inbox(team.trader, 1)
        assert [(matter.latest.title, matter.latest.read) for matter in inbox.matters] == [
            ("Arrivé entre-temps", False),
            ("Échange 2", True),
            ("Échange 1", True),
            ("Échange 0", True),
        ]
        assert (inbox.total, inbox.unread) == (4, 1)
        assert queries.unread_count(team.trader.person_id, team.company_id) == 1
        assert queries.unread_count(team.administrator.person_id, team.company_id) == 4, (
            "each reads for themselves"
        )


def test_nobody_marks_what_is_somebody_else_s(app: Flask, team: Team) -> None:
    with app.app_context():
        tell(team.company_id, "settled")
        newest = queries.inbox(team.administrator, 1).newest_unread_id
        assert newest is not None
        with pytest.raises(NotFound):
            service.mark_read(actor=team.trader, newest_id=newest)
        assert queries.unread_count(team.trader.person_id, team.company_id) == 1


def test_unread_ones_come_first_then_the_newest(app: Flask, team: Team) -> None:
    now = clock.now()
    with app.app_context():
        for minutes in range(4):
            with clock.at(now + timedelta(minutes=minutes)):
                tell(team.company_id, "settled", title=str(minutes), trade_id=f"trd_{minutes}")
        rows: list[Any] = [
            *session.scalars(
                select(Notification)
                .where(Notification.person_id == team.trader.person_id)
                .order_by(Notification.id)
            )
        ]
        first, second = rows[0].id, rows[1].id
        service.mark_read(actor=team.trader, newest_id=second)
        assert first != second
        matters = queries.inbox(team.trader, 1).matters
        assert [matter.latest.title for matter in matters] == ["3", "2", "1", "0"]
        assert [matter.unread for matter in matters] == [1, 1, 0, 0]
        with open_transaction():
            service.mark_subject_read(person_id=team.trader.person_id, kind="settled", subject_id="trd_3")
        matters = queries.inbox(team.trader, 1).matters
        assert [matter.latest.title for matter in matters] == ["2", "3", "1", "0"]
