"""Verbs of the outbox: queue a letter within the transaction that causes it, then hand over what waits.

A letter leaves **at least once**: it is claimed in one short transaction, handed over outside of any, and its outcome
recorded in another. A crash between handing over and recording leaves the claim to run out, after which the letter goes a
second time, with the same Message-ID; it is never lost. Why: docs/decisions/0050-outbox.md.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select, update

from barterweb import clock
from barterweb.db import essential_transaction, require_transaction, session, transaction
from barterweb.ids import new_id
from barterweb.outbox import facts
from barterweb.outbox.errors import DeliveryFailed, NotFailed
from barterweb.outbox.facts import MAX_ATTEMPTS, Deliver, Message, Outcome
from barterweb.outbox.models import OutboxMessage

BATCH = 20
CLAIM = timedelta(minutes=15)
"""How long a claimed letter is left alone: more than a batch takes when every server in it times out (20 × 30 s)."""


def queue_mail(*, to_email: str, to_name: str, kind: str, payload: Mapping[str, str]) -> str:
    """Write a letter into the outbox of the caller's transaction and return its id: no transaction, no letter.

    Raises `TransactionMisuse` outside of a transaction, `IncompletePayload` when the kind's template would lack something.
    """
    require_transaction()
    facts.require_payload(kind, payload)
    now = clock.now()
    message = OutboxMessage(
        id=new_id("msg"),
        to_email=to_email,
        to_name=to_name,
        kind=kind,
        payload=dict(payload),
        next_attempt_at=now,
        created_at=now,
    )
    session.add(message)
    return message.id


def send_waiting(*, deliver: Deliver) -> int:
    """Hand over every letter that is due, batch by batch, and return how many were sent or kept.

    One that fails waits a minute, then longer each time; after `MAX_ATTEMPTS` failures it is given up ("failed") and
    operator staff see it.
    """
    done = 0
    while batch := _claim():
        for attempt, message in batch:
            try:
                outcome = deliver(message)
            except DeliveryFailed as error:
                _record_failure(message_id=message.id, attempt=attempt, summary=error.summary)
            else:
                _record_success(message_id=message.id, outcome=outcome)
                done += 1
    return done


@essential_transaction
def send_again(*, message_id: str) -> None:
    """Put a letter that was given up back among those that wait, with all its attempts; raises `NotFailed`."""
    row = session.get(OutboxMessage, message_id, with_for_update=True)
    if row is None or row.status != "failed":
        raise NotFailed(message_id)
    row.status, row.attempts, row.next_attempt_at = "waiting", 0, clock.now()


@transaction
def keep_waiting() -> int:
    """Keep every waiting letter where it is, as if it had been handed over, and return how many; nothing ever leaves.

    For an invented network: its people have no mailbox, whatever server this site sends its letters by.
    """
    kept = session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.status == "waiting")
        .values(status="kept", sent_at=clock.now())
        .returning(OutboxMessage.id)
    )
    return len(kept.all())


@essential_transaction
def _claim() -> list[tuple[int, Message]]:
    """Take letters that are due so that no other sender does, each with the number of the attempt that begins."""
    now = clock.now()
    due = (
        select(OutboxMessage)
        .where(OutboxMessage.status == "waiting", OutboxMessage.next_attempt_at <= now)
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for row in session.scalars(due):
        if (
            row.attempts >= MAX_ATTEMPTS
        ):  # the last attempt was never recorded: the sender dies of this letter
            row.status, row.last_error = "failed", "interrupted"
            continue
        row.attempts += 1
        row.next_attempt_at = now + CLAIM
        message = Message(row.id, row.to_email, row.to_name, row.kind, dict(row.payload))
        claimed.append((row.attempts, message))
    return claimed


@essential_transaction
def _record_success(*, message_id: str, outcome: Outcome) -> None:
    """The letter left or is kept, whatever another sender meant to do with it. A link that left is forgotten here."""
    row = session.get_one(OutboxMessage, message_id)
    row.status, row.last_error, row.sent_at = outcome, "", clock.now()
    if outcome == "sent" and facts.SINGLE_USE_LINK in row.payload:
        row.payload = {**row.payload, facts.SINGLE_USE_LINK: ""}


@essential_transaction
def _record_failure(*, message_id: str, attempt: int, summary: str) -> None:
    """The attempt failed; says nothing when a later attempt has begun or the letter has left meanwhile."""
    row = session.get_one(OutboxMessage, message_id, with_for_update=True)
    if row.status != "waiting" or row.attempts != attempt:
        return
    row.last_error = summary[:120]
    if attempt >= MAX_ATTEMPTS:
        row.status = "failed"
    else:
        row.next_attempt_at = clock.now() + facts.wait_after(attempt)
