"""Requests for credit: one at a time, decided once by the operator, with a history of lines and reasons."""

import pytest
import sqlalchemy as sa

from barterweb import db, ledger
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members import service
from barterweb.members.models import LimitChange
from barterweb.money import Credits
from barterweb.outbox.models import OutboxMessage
from barterweb.standing import service as standing
from barterweb.standing.errors import LineAlreadyThere, RequestDecided, RequestWaiting
from barterweb.standing.models import CreditRequest
from tests import build_members as build

pytestmark = pytest.mark.usefixtures("here")


def ask(member: build.Member, wanted: int = 500_000, request_id: str | None = None) -> str:
    return standing.ask_credit(
        actor=member.actor,
        request_id=request_id or new_id("dcr"),
        wanted=Credits(wanted),
        turnover=Credits(80_000_000),
        sells="Transport et stockage, deux camions libres le vendredi.",
    ).id


def line_of(member: build.Member) -> int | None:
    return ledger.account_view(member.account_id).credit_limit_cents


def history(member: build.Member) -> list[tuple[int, str]]:
    rows = db.session.execute(
        sa.select(LimitChange.credit_limit_cents, LimitChange.reason)
        .where(LimitChange.company_id == member.company_id)
        .order_by(LimitChange.set_at, LimitChange.id)
    )
    return [(cents, reason) for cents, reason in rows]


def test_a_line_is_granted_with_its_reason_and_the_history_keeps_both() -> None:
    member = build.company()
    request_id = ask(member)
    operator = build.operator()
    standing.grant_credit(
        actor=operator, request_id=request_id, granted=Credits(400_000), reason="Comptes examinés."
    )
    request = db.session.get_one(CreditRequest, request_id)
    assert (request.status, request.granted_cents, request.decided_by_id) == (
        "granted",
        400_000,
        operator.person_id,
    )
    assert line_of(member) == 400_000
    assert ledger.account_view(member.account_id).balance_cap_cents == 1_500_000
    assert history(member) == [(200_000, "first_limits"), (400_000, "Comptes examinés.")]
    assert db.session.scalars(sa.select(OutboxMessage.kind)).all()[-1] == "credit_granted"


def test_a_refusal_gives_its_reason_and_changes_no_line() -> None:
    member = build.company()
    standing.refuse_credit(actor=build.operator(), request_id=ask(member), reason="Trop tôt.")
    assert line_of(member) == 200_000
    letter = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "credit_refused")).one()
    assert (letter.to_email, letter.payload["reason"]) == (member.email, "Trop tôt.")


def test_a_request_is_decided_once() -> None:
    request_id = ask(build.company())
    standing.refuse_credit(actor=build.operator(), request_id=request_id, reason="Non.")
    with pytest.raises(RequestDecided):
        standing.grant_credit(actor=build.operator(), request_id=request_id, granted=Credits(1), reason="Si.")


def test_one_request_waits_at_a_time_and_the_same_form_is_one_request() -> None:
    member = build.company()
    first = ask(member)
    assert ask(member, request_id=first) == first
    with pytest.raises(RequestWaiting):
        ask(member)
    standing.withdraw_credit_request(actor=member.actor, request_id=first)
    assert ask(member) != first


@pytest.mark.parametrize("wanted", [1, 200_000])
def test_a_line_not_above_the_present_one_is_no_request(wanted: int) -> None:
    with pytest.raises(LineAlreadyThere):
        ask(build.company(), wanted)


def test_only_administrators_ask_and_only_the_operator_decides() -> None:
    member, other = build.company(), build.company("Imprimerie Berthet")
    trader = build.person("max@vercors.example", "trader", company_id=member.company_id)
    with pytest.raises(NotFound):
        standing.ask_credit(
            actor=trader, request_id=new_id("dcr"), wanted=Credits(1), turnover=Credits(1), sells="–"
        )
    request_id = ask(member)
    for actor in (member.actor, build.staff(build.cluster())):
        with pytest.raises(NotFound):
            standing.refuse_credit(actor=actor, request_id=request_id, reason="Non.")
    with pytest.raises(NotFound):
        standing.withdraw_credit_request(actor=other.actor, request_id=request_id)


def test_a_suspended_company_asks_for_nothing() -> None:
    member = build.company()
    service.set_company_status(actor=build.operator(), company_id=member.company_id, status="suspended")
    with pytest.raises(NotFound):
        ask(member)
