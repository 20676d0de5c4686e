"""Contesting an invoice drawn up under the mandate (CGI, art. 289, I-2; ann. II, art. 242 nonies).

A contest changes no invoice. What settles it is issued by the verbs that exist, a corrective invoice or the credit note of a
refund; or the seller takes it back, or the operator upholds the invoice and says why. Each step is dated and logged.
"""

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.documents.errors import ContestNotPossible, ContestOver, ContestSettled
from barterweb.documents.models import Document, InvoiceContest
from barterweb.documents.policy import may_answer_contest, may_contest, may_withdraw_contest
from barterweb.documents.queries import contest_deadline, contest_of, document_for, latest_version
from barterweb.documents.service.records import lock_seller
from barterweb.documents.service.telling import tell_answered, tell_contested
from barterweb.errors import NotFound
from barterweb.members.service import record_event


@transaction
def contest_invoice(*, actor: Actor, document_id: str, reason: str) -> None:
    """Contest an invoice, for its seller's people, within the days frozen on it; said twice, it is said once.

    Raises `NotFound`, `ContestOver` after the last day, `ContestNotPossible` once it was contested or corrected before.
    """
    document = document_for(document_id, actor)
    if not may_contest(document, actor):
        raise NotFound
    lock_seller(document)
    contest = contest_of(document_id)
    if contest is not None and contest.outcome == "open":
        return
    if contest is not None or latest_version(document).id != document.id:
        raise ContestNotPossible(document_id)
    last_day = contest_deadline(document)
    if clock.today() > last_day:
        raise ContestOver(last_day)
    session.add(
        InvoiceContest(
            document_id=document_id,
            company_id=str(document.company_id),
            person_id=actor.person_id,
            contested_at=clock.now(),
            reason=reason,
        )
    )
    record_event(
        actor=actor,
        kind="invoice_contested",
        company_id=document.company_id,
        subject=document_id,
        detail=str(document.number),
    )
    tell_contested(document)


@transaction
def withdraw_contest(*, actor: Actor, document_id: str) -> None:
    """Take a contest back, for the seller's people: the invoice stands. Raises `NotFound`, `ContestSettled`."""
    document, contest = _open_contest(actor, document_id)
    if not may_withdraw_contest(contest, actor):
        raise NotFound
    _settle(document, contest, "withdrawn", actor)


@transaction
def answer_contest(*, actor: Actor, document_id: str, answer: str) -> None:
    """Uphold a contested invoice and say why, for operator staff. Raises `NotFound`, `ContestSettled`."""
    document, contest = _open_contest(actor, document_id)
    if not may_answer_contest(contest, actor):
        raise NotFound
    contest.answer = answer
    _settle(document, contest, "upheld", actor)
    tell_answered(document)


def settle_contest(document: Document, *, by_id: str, outcome: str) -> None:
    """Close the open contest of an invoice that was corrected or credited, within the transaction that issues it."""
    require_transaction()
    contest = contest_of(document.id)
    if contest is not None and contest.outcome == "open":
        contest.settled_by_id = by_id
        _settle(document, contest, outcome, None)


def _open_contest(actor: Actor, document_id: str) -> tuple[Document, InvoiceContest]:
    document = document_for(document_id, actor)
    if document.company_id is None:
        raise NotFound
    lock_seller(document)
    contest = contest_of(document_id)
    if contest is None:
        raise NotFound
    if contest.outcome != "open":
        raise ContestSettled(contest.outcome)
    return document, contest


def _settle(document: Document, contest: InvoiceContest, outcome: str, actor: Actor | None) -> None:
    contest.outcome, contest.settled_at = outcome, clock.now()
    record_event(
        actor=actor,
        kind=f"contest_{outcome}",
        company_id=document.company_id,
        subject=document.id,
        detail=str(document.number),
    )
