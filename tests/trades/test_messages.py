"""Messages beside a trade: who reads and writes them, until when, whom they are told, and that they stay as they were."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import engine, session
from barterweb.errors import NotFound
from barterweb.notifications.models import Notification
from barterweb.outbox.models import OutboxMessage
from barterweb.trades import messages, queries, refunds, service
from barterweb.trades.errors import MessagesClosed, MessagesFull
from barterweb.trades.models import TradeMessage
from barterweb.trades.policy import MESSAGES_AFTER
from tests import build_members, build_trades
from tests.trades.conftest import Cast

InApp = Callable[..., Any]
SMALL = build_trades.terms(build_trades.line(1_000))


def write(trade_id: str, actor: Actor, body: str = "Bonjour", message_id: str | None = None) -> None:
    messages.write_message(
        actor=actor, trade_id=trade_id, message_id=message_id or ids.new_id("mes"), body=body, file=None
    )


def read(trade_id: str, actor: Actor) -> list[tuple[str, str, str]] | None:
    thread = messages.latest_of(queries.trade_for(trade_id, actor), actor)
    return thread and [(line.company_name, line.person_name, line.body) for line in thread.lines]


def told(person_id: str) -> int:
    mine = (Notification.person_id == person_id) & (Notification.kind == "message")
    return session.scalar(select(func.count(Notification.id)).where(mine)) or 0


def letters(email: str) -> int:
    his = (OutboxMessage.to_email == email) & (OutboxMessage.kind == "message")
    return session.scalar(select(func.count(OutboxMessage.id)).where(his)) or 0


def test_both_companies_read_what_each_wrote_in_order(in_app: InApp, cast: Cast) -> None:
    def story() -> None:
        trade_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        write(trade_id, cast.haulier.actor, "Quand passez-vous ?")
        write(trade_id, cast.firm.actor, "Mardi.")
        expected = [
            ("Transports du Vercors", cast.haulier.actor.person_name, "Quand passez-vous ?"),
            ("Cabinet Marcellin", cast.firm.actor.person_name, "Mardi."),
        ]
        assert read(trade_id, cast.haulier.actor) == read(trade_id, cast.firm.actor) == expected

    in_app(story)


def test_strangers_accountants_and_staff_neither_read_nor_write(in_app: InApp, cast: Cast) -> None:
    def story() -> None:
        trade_id = build_trades.delivered(cast.haulier, cast.firm, SMALL)
        write(trade_id, cast.haulier.actor)
        accountant = build_members.accountant(cast.haulier)
        staff = build_members.staff(build_members.cluster())
        operator = build_members.operator()
        for actor in (cast.agency.actor, accountant, staff, operator):
            with pytest.raises(NotFound):
                write(trade_id, actor)
        assert [read(trade_id, actor) for actor in (accountant, staff, operator)] == [None] * 3
        service.dispute_trade(actor=cast.haulier.actor, trade_id=trade_id, reason="Il manque tout.")
        assert read(trade_id, accountant) is None
        write(trade_id, staff, "Je vous appelle demain.")
        write(trade_id, operator, "Voici la règle.")
        assert [line[0] for line in read(trade_id, cast.firm.actor) or ()] == [
            "Transports du Vercors",
            "",
            "",
        ]
        assert told(cast.haulier.person_id) == told(cast.firm.person_id) == 1, "both sides hear of staff"

    in_app(story)


def test_a_closed_trade_is_written_to_for_ninety_days_after_its_last_movement(
    in_app: InApp, cast: Cast
) -> None:
    def story() -> None:
        trade_id = build_trades.settled(cast.haulier, cast.firm, SMALL)
        ended = clock.now()
        with clock.at(ended + MESSAGES_AFTER - timedelta(hours=1)):
            write(trade_id, cast.firm.actor)
            left = queries.left_to_refund(queries.trade_for(trade_id, cast.firm.actor)).gross_cents
            refunds.refund_trade(
                actor=cast.firm.actor,
                trade_id=trade_id,
                refund_id=ids.new_id("rmb"),
                gross_cents=100,
                left_cents=left,
                reason="Geste",
            )
        with clock.at(ended + MESSAGES_AFTER + timedelta(hours=1)):
            write(trade_id, cast.haulier.actor, "Merci.")
        with clock.at(ended + 2 * MESSAGES_AFTER), pytest.raises(MessagesClosed):
            write(trade_id, cast.firm.actor)
        assert len(read(trade_id, cast.firm.actor) or ()) == 2, "what was written is still read"

    in_app(story)


def test_the_other_side_is_told_once_until_it_reads_or_answers(in_app: InApp, cast: Cast) -> None:
    def story() -> None:
        trade_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        start = clock.now()
        for _ in range(3):
            write(trade_id, cast.haulier.actor)
        assert (told(cast.firm.person_id), letters(cast.firm.email)) == (1, 1)
        assert told(cast.haulier.person_id) == 0
        write(trade_id, cast.firm.actor)
        write(trade_id, cast.haulier.actor)
        assert (told(cast.firm.person_id), letters(cast.firm.email)) == (2, 2)
        with clock.at(start + timedelta(days=1, hours=1)):
            write(trade_id, cast.haulier.actor)
            write(trade_id, cast.haulier.actor)
        assert (told(cast.firm.person_id), letters(cast.firm.email)) == (3, 3)
        other_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        write(other_id, cast.haulier.actor)
        assert told(cast.firm.person_id) == 4, "another trade is another thing"

    in_app(story)


def test_the_same_message_sent_twice_is_one_and_its_id_is_nobody_elses(in_app: InApp, cast: Cast) -> None:
    def story() -> None:
        trade_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        message_id = ids.new_id("mes")
        write(trade_id, cast.haulier.actor, "Bonjour", message_id)
        write(trade_id, cast.haulier.actor, "Bonjour", message_id)
        with pytest.raises(NotFound):
            write(trade_id, cast.firm.actor, "Bonjour", message_id)
        assert len(read(trade_id, cast.firm.actor) or ()) == 1

    in_app(story)


def test_a_trade_holds_so_many_messages_and_no_more(
    in_app: InApp, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST", 2)

    def story() -> None:
        trade_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        write(trade_id, cast.haulier.actor)
        write(trade_id, cast.haulier.actor)
        with pytest.raises(MessagesFull):
            write(trade_id, cast.haulier.actor)

    in_app(story)


def test_the_database_refuses_to_change_or_remove_a_message(in_app: InApp, cast: Cast) -> None:
    def story() -> None:
        trade_id = build_trades.proposed(cast.haulier, cast.firm, SMALL)
        write(trade_id, cast.haulier.actor, "Je livre le 3.")
        for statement in (sa.update(TradeMessage).values(body="Je livre le 4."), sa.delete(TradeMessage)):
            with pytest.raises(IntegrityError, match="append-only"), engine().begin() as stranger:
                stranger.execute(statement)
        assert [line[2] for line in read(trade_id, cast.firm.actor) or ()] == ["Je livre le 3."]

    in_app(story)
