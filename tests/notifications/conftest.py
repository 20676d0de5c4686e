"""Two companies with several people, and something to tell them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import open_transaction
from barterweb.members.facts import Invitee
from barterweb.members.service import disable_person, invite_person, revoke_role
from barterweb.notifications import service
from tests import build_members

TRADE = "trd_01k0000000000000000000000a"


def payload(**changes: str) -> dict[str, str]:
    """Return what a notification is made of."""
    usual = {
        "trade_id": TRADE,
        "title": "Stockage de palettes",
        "counterparty": "Cabinet Morel",
        "amount_cents": "600000",
        "due_on": "2026-08-03",
    }
    return {**usual, **changes}


def tell(company_id: str, kind: str = "proposal", *, but: str | None = None, **changes: str) -> None:
    """Notify a company in a transaction of its own."""
    with open_transaction():
        service.notify_company(
            company_id=company_id,
            kind=kind,
            subject_id=changes.get("trade_id", TRADE),
            payload=payload(**changes),
            except_person_id=but,
        )


@dataclass(frozen=True, slots=True)
class Team:
    """A company's administrator and trader; others who are not to be told."""

    company_id: str
    administrator: Actor
    administrator_email: str
    trader: Actor
    trader_email: str


def make_team() -> Team:
    """Create a company with an administrator, a trader, an accountant, a former trader and a disabled one."""
    member = build_members.company()
    trader_email = "omar@vercors.example"
    trader = build_members.person(trader_email, "trader", name="Omar Diallo", company_id=member.company_id)
    build_members.accountant(member)
    invitee = Invitee(kind="trader", name="Jean Dupuis", email="ancien@vercors.example")
    revoke_role(actor=member.actor, role_id=invite_person(actor=member.actor, invitee=invitee))
    gone = build_members.person("parti@vercors.example", "trader", company_id=member.company_id)
    disable_person(person_id=gone.person_id)
    yesterday = clock.today() - timedelta(days=1)
    with clock.at(clock.now() - timedelta(days=30)):
        build_members.person(
            "fini@vercors.example", "trader", company_id=member.company_id, ends_on=yesterday
        )
    return Team(member.company_id, member.actor, member.email, trader, trader_email)


@pytest.fixture
def team(in_app: Callable[..., Any]) -> Team:
    """The company Transports du Vercors and its people."""
    made: Team = in_app(make_team)
    return made
