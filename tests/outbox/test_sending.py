"""Queued with what causes it, handed over outside of any transaction, tried again, given up, never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import TransactionMisuse, open_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.outbox import mail, queries, service
from barterweb.outbox.errors import IncompletePayload
from barterweb.outbox.facts import MAX_ATTEMPTS, Message, Outcome
from tests.outbox.conftest import PROPOSAL, Postman

NOON = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)


def test_a_letter_is_queued_only_within_a_transaction(app: Flask) -> None:
    with app.app_context(), pytest.raises(TransactionMisuse):
        service.queue_mail(to_email="a@b.example", to_name="A", kind="proposal", payload=PROPOSAL)


def test_a_letter_vanishes_with_the_transaction_that_wrote_it(app: Flask) -> None:
    @transaction
    def agree_then_fail() -> None:
        service.queue_mail(to_email="a@b.example", to_name="A", kind="proposal", payload=PROPOSAL)
        session.flush()
        raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            agree_then_fail()
        assert queries.count_by_status() == {"waiting": 0, "sent": 0, "kept": 0, "failed": 0}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("love_letter", PROPOSAL),
        ("proposal", {name: value for name, value in PROPOSAL.items() if name != "title"}),
        ("proposal", {**PROPOSAL, "amount_cents": 600000}),
    ],
)
def test_a_letter_that_could_not_be_written_is_refused_when_queued(
    app: Flask, kind: str, payload: Any
) -> None:
    with app.app_context(), open_transaction(), pytest.raises(IncompletePayload):
        service.queue_mail(to_email="a@b.example", to_name="A", kind=kind, payload=payload)


def test_what_waits_is_sent_once(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    message_id = queue()
    with app.app_context(), clock.at(NOON + timedelta(days=365)):
        assert service.send_waiting(deliver=postman) == 1
        assert service.send_waiting(deliver=postman) == 0
    assert [(m.id, m.to_email, m.kind, m.payload["title"]) for m in postman.taken] == [
        (message_id, "claire@morel.example", "proposal", "Expertise comptable")
    ]
    row = kept(message_id)
    assert (row["status"], row["attempts"], row["sent_at"]) == ("sent", 1, NOON + timedelta(days=365))


def test_more_than_a_batch_leaves_in_one_go(app: Flask, queue: Callable[..., str], postman: Postman) -> None:
    waiting = {queue() for _ in range(service.BATCH * 2 + 1)}
    with app.app_context():
        assert service.send_waiting(deliver=postman) == len(waiting)
    assert {message.id for message in postman.taken} == waiting


def test_letters_are_handed_over_outside_of_any_transaction(app: Flask, queue: Callable[..., str]) -> None:
    queue()
    seen: list[bool] = []

    def deliver(_message: Message) -> Outcome:
        seen.append(session().in_transaction())
        return "sent"

    with app.app_context():
        service.send_waiting(deliver=deliver)
    assert seen == [False]


def test_a_letter_that_fails_waits_longer_each_time_and_is_given_up_after_six_failures(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    with clock.at(NOON):
        message_id = queue()
    postman.drops = True
    moment, waits = NOON, []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with app.app_context(), clock.at(moment):
            assert service.send_waiting(deliver=postman) == 0
        row = kept(message_id)
        assert (row["attempts"], row["last_error"]) == (attempt, "SMTPConnectError 421")
        waits.append(row["next_attempt_at"] - moment)
        with app.app_context(), clock.at(row["next_attempt_at"] - timedelta(seconds=1)):
            service.send_waiting(deliver=postman)
        assert kept(message_id)["attempts"] == attempt, "tried again too early"
        moment = row["next_attempt_at"]
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == timedelta(minutes=1)
    assert row["status"] == "failed"
    postman.drops = False
    with app.app_context(), clock.at(moment + timedelta(days=30)):
        assert service.send_waiting(deliver=postman) == 0


def test_a_letter_that_failed_leaves_when_the_server_is_back(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    with clock.at(NOON):
        message_id = queue()
    postman.drops = True
    with app.app_context(), clock.at(NOON):
        service.send_waiting(deliver=postman)
    postman.drops = False
    with app.app_context(), clock.at(NOON + timedelta(minutes=2)):
        assert service.send_waiting(deliver=postman) == 1
    row = kept(message_id)
    assert (row["status"], row["attempts"], row["last_error"]) == ("sent", 2, "")


def test_letters_of_an_invented_network_are_kept_and_never_handed_over(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    waiting = [queue(), queue("invitation", {"company": "Cabinet Morel", "url": "/invitation/abc"})]
    with app.app_context(), clock.at(NOON):
        assert service.keep_waiting() == 2
        assert service.keep_waiting() == 0
    with app.app_context():
        assert service.send_waiting(deliver=postman) == 0
    for message_id in waiting:
        row = kept(message_id)
        assert (row["status"], row["sent_at"], row["attempts"]) == ("kept", NOON, 0)
    assert kept(waiting[1])["payload"]["url"] == "/invitation/abc", "operator staff read it in the list"


def test_one_bad_letter_does_not_hold_up_the_others(
    app: Flask, queue: Callable[..., str], postman: Postman
) -> None:
    bad, good = queue(), queue()

    def deliver(message: Message) -> Outcome:
        postman.drops = message.id == bad
        return postman(message)

    with app.app_context():
        assert service.send_waiting(deliver=deliver) == 1
    assert [message.id for message in postman.taken] == [good]


class Crash(BaseException):
    """The machine stops."""


def test_a_crash_while_sending_sends_again_later_and_never_loses_the_letter(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    with clock.at(NOON):
        message_id = queue()

    def crash(_message: Message) -> Outcome:
        raise Crash

    with app.app_context(), clock.at(NOON), pytest.raises(Crash):
        service.send_waiting(deliver=crash)
    assert kept(message_id)["status"] == "waiting"
    with app.app_context(), clock.at(NOON + timedelta(minutes=1)):
        assert service.send_waiting(deliver=postman) == 0, "another sender may still be at it"
    with app.app_context(), clock.at(NOON + service.CLAIM):
        assert service.send_waiting(deliver=postman) == 1


def test_a_letter_that_kills_its_sender_every_time_is_given_up(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]]
) -> None:
    with clock.at(NOON):
        message_id = queue()

    def crash(_message: Message) -> Outcome:
        raise Crash

    for attempt in range(MAX_ATTEMPTS):
        with app.app_context(), clock.at(NOON + attempt * service.CLAIM), pytest.raises(Crash):
            service.send_waiting(deliver=crash)
    with app.app_context(), clock.at(NOON + MAX_ATTEMPTS * service.CLAIM):
        assert service.send_waiting(deliver=crash) == 0
    assert (kept(message_id)["status"], kept(message_id)["last_error"]) == ("failed", "interrupted")


def test_a_slow_sender_neither_takes_back_nor_spoils_what_another_one_did_meanwhile(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    with clock.at(NOON):
        message_id = queue()

    def slow(message: Message) -> Outcome:
        with clock.at(NOON + service.CLAIM):
            assert service.send_waiting(deliver=postman) == 1
        postman.drops = True
        return postman(message)

    with app.app_context(), clock.at(NOON):
        assert service.send_waiting(deliver=slow) == 0
    assert (kept(message_id)["status"], kept(message_id)["attempts"]) == ("sent", 2)


def test_two_senders_at_once_share_the_work_and_send_each_letter_once(
    app: Flask, queue: Callable[..., str]
) -> None:
    waiting = sorted(queue() for _ in range(service.BATCH * 2))
    both_have_a_batch = Barrier(2, timeout=60)
    taken: list[str] = []

    def send() -> int:
        first = []

        def deliver(message: Message) -> Outcome:
            if not first:
                both_have_a_batch.wait()
            first.append(message.id)
            taken.append(message.id)
            return "sent"

        with app.app_context():
            return service.send_waiting(deliver=deliver)

    with ThreadPoolExecutor(2) as senders:
        counts = [sender.result() for sender in [senders.submit(send) for _ in range(2)]]
    assert counts == [service.BATCH, service.BATCH]
    assert sorted(taken) == waiting


def test_a_single_use_link_is_forgotten_once_it_has_left(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]], postman: Postman
) -> None:
    message_id = queue("invitation", {"company": "Cabinet Morel", "url": "/invitation/jeton-secret"})
    with app.app_context():
        service.send_waiting(deliver=postman)
    assert postman.taken[0].payload["url"] == "/invitation/jeton-secret"
    row = kept(message_id)
    assert "jeton-secret" not in str(row)
    letter = mail.render(
        Message(message_id, "a@b.example", "A", row["kind"], row["payload"]), site="http://localhost"
    )
    assert "effacé après l’envoi" in letter.text
    assert "effacé après l’envoi" in letter.html


def test_without_a_server_letters_are_kept_with_their_links(
    app: Flask, queue: Callable[..., str], kept: Callable[[str], dict[str, Any]]
) -> None:
    message_id = queue("invitation", {"company": "Cabinet Morel", "url": "/invitation/jeton"})
    with app.app_context():
        assert service.send_waiting(deliver=mail.delivery(app.config["SETTINGS"])) == 1
        assert queries.count_by_status() == {"waiting": 0, "sent": 0, "kept": 1, "failed": 0}
    assert kept(message_id)["payload"]["url"] == "/invitation/jeton"


def test_operator_staff_read_letters_newest_first_and_nobody_else_does(
    app: Flask, queue: Callable[..., str]
) -> None:
    with clock.at(NOON):
        older = queue()
    with clock.at(NOON + timedelta(hours=1)):
        newer = queue()
    operator = Actor("per_1", "Nadia", "operator", "France Clusters")
    trader = Actor("per_2", "Claire", "trader", "Cabinet Morel", company_id="cmp_1")
    with app.app_context():
        assert [row.id for row in queries.latest_messages(limit=10)] == [newer, older]
        assert [row.id for row in queries.latest_messages(limit=1, offset=1)] == [older]
        assert queries.latest_messages(status="failed", limit=10) == []
        assert queries.message_for(older, operator).to_email == "claire@morel.example"
        for message_id, actor in ((older, trader), ("msg_absent", operator)):
            with pytest.raises(NotFound):
                queries.message_for(message_id, actor)
