"""Credit lines: a company asks for another with its figures, the operator decides with a reason."""

from sqlalchemy import select

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.members.models import Company
from barterweb.members.service import apply_limits, record_event
from barterweb.money import Credits
from barterweb.standing.errors import LineAlreadyThere, RequestDecided, RequestWaiting
from barterweb.standing.models import CreditRequest
from barterweb.standing.policy import may_ask_credit, may_decide_credit
from barterweb.standing.service.letters import write_to_administrators


@transaction
def ask_credit(
    *, actor: Actor, request_id: str, wanted: Credits, turnover: Credits, sells: str
) -> CreditRequest:
    """Ask for a credit line of `wanted`, with the yearly turnover in euros and what the company sells or will sell.

    The id comes with the form: sent twice it is one request. Raises `NotFound`, `RequestWaiting`, `LineAlreadyThere`.
    """
    company = session.get(Company, actor.company_id, with_for_update=True) if actor.company_id else None
    if company is None or not may_ask_credit(company, actor):
        raise NotFound
    known = session.get(CreditRequest, request_id)
    if known is not None:
        if known.company_id != company.id:
            raise NotFound
        return known
    of_company = select(CreditRequest.id).where(CreditRequest.company_id == company.id)
    if session.scalar(of_company.where(CreditRequest.status == "waiting")) is not None:
        raise RequestWaiting(company.id)
    line = Credits(ledger.account_view(company.account_id or "").credit_limit_cents or 0)
    if wanted <= line:
        raise LineAlreadyThere(line)
    request = CreditRequest(
        id=request_id,
        company_id=company.id,
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
        wanted_cents=wanted.cents,
        turnover_cents=turnover.cents,
        sells=sells,
    )
    session.add(request)
    record_event(
        actor=actor,
        kind="credit_asked",
        company_id=company.id,
        subject=request.id,
        detail=f"{wanted}\u00a0B",
    )
    return request


@transaction
def withdraw_credit_request(*, actor: Actor, request_id: str) -> None:
    """Take one's company's request back. Raises `NotFound`, `RequestDecided`."""
    request = _waiting(request_id)
    if actor.company_id != request.company_id or not may_ask_credit(request.company, actor):
        raise NotFound
    request.status, request.decided_at, request.decided_by_id = "withdrawn", clock.now(), actor.person_id
    record_event(actor=actor, kind="credit_withdrawn", company_id=request.company_id, subject=request.id)


@transaction
def grant_credit(*, actor: Actor, request_id: str, granted: Credits, reason: str) -> None:
    """Grant a line, the one asked for or another, and set it at once; the ceiling stays. Only the operator.

    Raises `NotFound`, `RequestDecided`.
    """
    request = _decided_by(actor, request_id, "granted", reason)
    request.granted_cents = granted.cents
    company = request.company
    cap = ledger.account_view(company.account_id or "").balance_cap_cents or 0
    apply_limits(company, credit_limit=granted, balance_cap=Credits(cap), reason=reason, by=actor)
    write_to_administrators(
        company,
        "credit_granted",
        amount_cents=str(granted.cents),
        reason=reason,
        page="/mon-entreprise/credit",
    )


@transaction
def refuse_credit(*, actor: Actor, request_id: str, reason: str) -> None:
    """Leave the line as it is, for a reason the company reads. Only the operator. Raises `NotFound`, `RequestDecided`."""
    request = _decided_by(actor, request_id, "refused", reason)
    record_event(
        actor=actor,
        kind="credit_refused",
        company_id=request.company_id,
        subject=request.id,
        detail=reason,
    )
    write_to_administrators(
        request.company,
        "credit_refused",
        amount_cents=str(request.wanted_cents),
        reason=reason,
        page="/mon-entreprise/credit",
    )


def _decided_by(actor: Actor, request_id: str, status: str, reason: str) -> CreditRequest:
    if not may_decide_credit(actor):
        raise NotFound
    request = _waiting(request_id)
    request.status, request.reason = status, reason
    request.decided_at, request.decided_by_id = clock.now(), actor.person_id
    return request


def _waiting(request_id: str) -> CreditRequest:
    """Lock and return a request that nobody has decided on."""
    request = session.get(CreditRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound
    if request.status != "waiting":
        raise RequestDecided(request_id, request.status)
    return request
