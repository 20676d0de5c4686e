"""Caps on purchases: above the person's or the company's, an administrator of the buyer decides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb import db, ledger
from barterweb.actors import Actor
from barterweb.members import service as members
from barterweb.money import Credits
from barterweb.notifications.models import Notification
from barterweb.trades import approval, queries, service
from barterweb.trades.errors import ActionNotPossible, ApprovalNeeded, ApprovalWaiting, TermsChanged
from tests import build_members as build
from tests import build_trades
from tests.page import Browser

Open = Callable[..., Browser]

SMALL = build_trades.terms(build_trades.line(100_000))
"""1 200.00 B incl. VAT."""
TRADER = "max@vercors.example"


@dataclass
class Team:
    """A buyer with an administrator and a trader who is capped at 500 B, and a seller."""

    buyer: build.Member
    seller: build.Member
    trader: Actor

    @property
    def acting(self) -> build.Member:
        """The buyer, when its trader acts."""
        return build.Member(
            self.buyer.company_id, self.buyer.account_id, self.trader.person_id, TRADER, self.trader
        )


def made() -> Team:
    buyer, seller = build.company(), build.company("Imprimerie Berthet")
    trader = build.person(TRADER, "trader", name="Max Roche", company_id=buyer.company_id)
    cap(buyer, trader, 50_000)
    return Team(buyer, seller, trader)


def cap(buyer: build.Member, trader: Actor, cents: int | None) -> None:
    members.set_spending_cap(
        actor=buyer.actor, person_id=trader.person_id, cap=Credits(cents) if cents else None
    )


@pytest.fixture
def team(app: Flask) -> Any:
    with app.app_context():
        yield made()


def from_seller(team: Team) -> str:
    """The seller countered the trader's small proposal with a larger one: it waits for the buyer."""
    small = build_trades.terms(build_trades.line(10_000))
    trade_id = build_trades.proposed(team.acting, team.seller, small)
    service.counter_trade(actor=team.seller.actor, trade_id=trade_id, version=1, terms=SMALL)
    return trade_id


def held(team: Team) -> int:
    return ledger.account_view(team.buyer.account_id).held_cents


def told(person_id: str) -> list[str]:
    rows = sa.select(Notification.kind).where(Notification.person_id == person_id)
    return list(db.session.scalars(rows.order_by(Notification.created_at, Notification.id)))


def test_a_purchase_within_the_cap_needs_nobody(team: Team) -> None:
    cap(team.buyer, team.trader, 120_000)
    trade_id = from_seller(team)
    service.agree_trade(actor=team.trader, trade_id=trade_id, version=2)
    assert held(team) == 120_000


def test_above_the_cap_the_trader_asks_and_the_administrators_agreement_is_the_approval(team: Team) -> None:
    trade_id = from_seller(team)
    with pytest.raises(ApprovalNeeded) as refusal:
        service.agree_trade(actor=team.trader, trade_id=trade_id, version=2)
    assert (refusal.value.cap, refusal.value.requested) == (Credits(50_000), Credits(120_000))
    assert held(team) == 0
    for _ in range(2):
        approval.ask_approval(actor=team.trader, trade_id=trade_id, version=2)
    assert told(team.buyer.person_id).count("approval_asked") == 1
    assert [trade.id for trade in approval.purchases_to_approve(team.buyer.actor)] == [trade_id]
    service.agree_trade(actor=team.buyer.actor, trade_id=trade_id, version=2)
    assert held(team) == 120_000
    assert approval.purchases_to_approve(team.buyer.actor) == []


def test_the_companys_own_cap_counts_too_and_the_smaller_one_wins(team: Team) -> None:
    cap(team.buyer, team.trader, None)
    trade_id = from_seller(team)
    assert approval.cap_of(team.trader) is None
    members.set_purchase_cap(actor=team.buyer.actor, cap=Credits(100_000))
    with pytest.raises(ApprovalNeeded):
        service.agree_trade(actor=team.trader, trade_id=trade_id, version=2)
    cap(team.buyer, team.trader, 40_000)
    assert approval.cap_of(team.trader) == Credits(40_000)
    assert approval.cap_of(team.buyer.actor) is None


def test_a_proposal_above_the_cap_reaches_the_seller_once_it_is_approved(team: Team) -> None:
    trade_id = build_trades.proposed(team.acting, team.seller, SMALL)
    assert told(team.seller.person_id) == []
    with pytest.raises(ApprovalWaiting):
        service.agree_trade(actor=team.seller.actor, trade_id=trade_id, version=1)
    approval.approve_purchase(actor=team.buyer.actor, trade_id=trade_id, version=1)
    assert told(team.seller.person_id) == ["proposal"]
    assert told(team.trader.person_id) == ["approval_given"]
    service.agree_trade(actor=team.seller.actor, trade_id=trade_id, version=1)
    assert held(team) == 120_000


def test_a_refused_proposal_is_withdrawn_and_the_seller_learns_nothing_of_the_reason(team: Team) -> None:
    trade_id = build_trades.proposed(team.acting, team.seller, SMALL)
    approval.refuse_purchase(
        actor=team.buyer.actor, trade_id=trade_id, version=1, reason="Budget déjà engagé."
    )
    trade = queries.trade_for(trade_id, team.seller.actor)
    assert trade.state == "withdrawn"
    assert told(team.trader.person_id) == ["approval_refused"]
    assert told(team.seller.person_id) == []
    seen = [event.note for event in queries.events_of(trade, team.seller.actor)]
    assert "Budget déjà engagé." not in seen
    assert "Budget déjà engagé." in [event.note for event in queries.events_of(trade, team.trader)]


def test_a_refused_offer_of_the_seller_stays_on_the_table(team: Team) -> None:
    trade_id = from_seller(team)
    approval.ask_approval(actor=team.trader, trade_id=trade_id, version=2)
    approval.refuse_purchase(actor=team.buyer.actor, trade_id=trade_id, version=2, reason="Trop cher.")
    assert queries.trade_for(trade_id, team.trader).state == "proposed"
    with pytest.raises(ApprovalNeeded):
        service.agree_trade(actor=team.trader, trade_id=trade_id, version=2)
    smaller = build_trades.terms(build_trades.line(30_000))
    service.counter_trade(actor=team.trader, trade_id=trade_id, version=2, terms=smaller)
    service.agree_trade(actor=team.seller.actor, trade_id=trade_id, version=3)
    assert held(team) == 36_000


def test_an_approval_is_for_one_version(team: Team) -> None:
    trade_id = build_trades.proposed(team.acting, team.seller, SMALL)
    approval.approve_purchase(actor=team.buyer.actor, trade_id=trade_id, version=1)
    larger = build_trades.terms(build_trades.line(120_000))
    service.counter_trade(actor=team.seller.actor, trade_id=trade_id, version=1, terms=larger)
    with pytest.raises(ApprovalNeeded):
        service.agree_trade(actor=team.trader, trade_id=trade_id, version=2)
    with pytest.raises(TermsChanged):
        approval.ask_approval(actor=team.trader, trade_id=trade_id, version=1)


def test_only_administrators_of_the_buyer_decide(team: Team) -> None:
    trade_id = build_trades.proposed(team.acting, team.seller, SMALL)
    for actor in (team.trader, team.seller.actor):
        with pytest.raises(ActionNotPossible):
            approval.approve_purchase(actor=actor, trade_id=trade_id, version=1)
        with pytest.raises(ActionNotPossible):
            approval.refuse_purchase(actor=actor, trade_id=trade_id, version=1, reason="Non.")
    assert approval.purchases_to_approve(team.seller.actor) == []


def test_nobody_asks_for_what_needs_no_approval(team: Team) -> None:
    trade_id = from_seller(team)
    for actor in (team.buyer.actor, team.seller.actor):
        with pytest.raises(ActionNotPossible):
            approval.ask_approval(actor=actor, trade_id=trade_id, version=2)


def test_a_seller_is_never_capped(team: Team) -> None:
    listing_owner = build_trades.listing(team.seller, "Transport de papier", kind="need")
    trade_id = build_trades.ids.new_id("trd")
    service.propose_trade(actor=team.trader, trade_id=trade_id, listing_id=listing_owner, terms=SMALL)
    service.agree_trade(actor=team.seller.actor, trade_id=trade_id, version=1)
    assert queries.trade_for(trade_id, team.trader).state == "agreed"


def test_the_soft_threshold_warns_the_buyer(team: Team) -> None:
    cap(team.buyer, team.trader, None)
    nearly_all = build_trades.terms(build_trades.line(150_000))
    build_trades.agreed(team.acting, team.seller, nearly_all)
    rows = db.session.scalars(sa.select(Notification).where(Notification.kind == "limit_reached")).all()
    assert {row.company_id for row in rows} == {team.buyer.company_id}
    assert rows[0].payload["amount_cents"] == "20000"


def test_the_pages_lead_from_the_trader_to_the_administrator(app: Flask, page: Open) -> None:
    with app.app_context():
        team = made()
        trade_id = from_seller(team)
    trader, administrator = page(TRADER), page(team.buyer.email)
    shown = trader.get(f"/echanges/{trade_id}/accord")
    assert "Au-dessus de votre plafond de 500,00\u00a0B" in shown
    trader.submit("Demander l’accord d’un administrateur")
    assert "En attente d’un administrateur" in (trader.page or "")
    assert "Achats à approuver" in administrator.get("/tableau-de-bord")
    assert "Max Roche négocie cet achat" in administrator.get(f"/echanges/{trade_id}")
    administrator.submit("Refuser l’achat", reason=" ", status=422)
    administrator.get(f"/echanges/{trade_id}/accord")
    administrator.submit("Accepter et réserver 1\u202f200,00\u00a0B", read=True)
    with app.app_context():
        assert queries.trade_for(trade_id, team.buyer.actor).state == "agreed"


def test_the_seller_reads_that_an_internal_approval_is_awaited(app: Flask, page: Open) -> None:
    with app.app_context():
        team = made()
        trade_id = build_trades.proposed(team.acting, team.seller, SMALL)
    seller, administrator = page(team.seller.email), page(team.buyer.email)
    shown = seller.get(f"/echanges/{trade_id}")
    assert "attend encore l’accord interne" in shown
    assert "Vérifier et accepter" not in shown
    administrator.get(f"/echanges/{trade_id}")
    administrator.submit("Approuver et envoyer la proposition")
    assert "Vérifier et accepter" in seller.get(f"/echanges/{trade_id}")
