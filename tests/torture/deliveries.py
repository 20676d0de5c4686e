"""Trades delivered and waiting for the buyer's confirmation, as many as a test wants; and what must be true after."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import Flask

from barterweb import clock, ids, ledger
from barterweb.db import engine, session
from barterweb.documents.models import Document
from barterweb.ledger.models import Transfer
from barterweb.members.facts import RegionSettings
from barterweb.trades import service
from barterweb.trades.models import Trade
from tests import build_members, build_trades
from tests.build_members import Member

COMPANIES = 6
NET_CENTS, GROSS_CENTS, COMMISSION_CENTS = 1_000, 1_200, 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """A trade that its buyer may confirm."""

    trade_id: str
    buyer_email: str


def prepare(app: Flask, number: int) -> list[Delivery]:
    """Let companies sell to each other in a circle until so many deliveries wait: 12.00 B each, 5 % commission."""
    with app.app_context():
        build_members.region(terms=RegionSettings(credit_limit_cents=100_000_000, commission_waived=False))
        companies = [build_members.company(f"Entreprise {letter}") for letter in "ABCDEF"[:COMPANIES]]
        offers = [build_trades.listing(company) for company in companies]
        return [
            _deliver(
                companies[turn % COMPANIES], companies[(turn + 1) % COMPANIES], offers[(turn + 1) % COMPANIES]
            )
            for turn in range(number)
        ]


def _deliver(buyer: Member, seller: Member, listing_id: str) -> Delivery:
    trade_id = ids.new_id("trd")
    terms = build_trades.terms(build_trades.line(NET_CENTS))
    service.propose_trade(actor=buyer.actor, trade_id=trade_id, listing_id=listing_id, terms=terms)
    service.agree_trade(actor=seller.actor, trade_id=trade_id, version=1)
    service.deliver_trade(actor=seller.actor, trade_id=trade_id, delivered_on=clock.today(), note="")
    return Delivery(trade_id, buyer.email)


def settled(app: Flask) -> set[str]:
    """Return the trades that are settled, over new connections: a crash has cut the others."""
    with app.app_context():
        engine().dispose()
        return set(session.scalars(sa.select(Trade.id).where(Trade.state == "settled")))


def assert_nothing_partial(app: Flask) -> None:
    """Each settled trade has its transfer, its commission and its invoice, each once; no other trade has any."""
    with app.app_context():
        done = set(session.scalars(sa.select(Trade.id).where(Trade.state == "settled")))
        booked = Counter(map(tuple, session.execute(sa.select(Transfer.reference, Transfer.kind))))
        assert booked == Counter({(trade, kind): 1 for trade in done for kind in ("trade", "commission")})
        invoiced = session.scalars(sa.select(Document.source).where(Document.kind == "invoice")).all()
        assert sorted(invoiced) == sorted(f"trade:{trade}" for trade in done)
        commission = sum(v.balance_cents for v in ledger.account_views() if v.kind == "commission")
        assert commission == COMMISSION_CENTS * len(done)
        assert_no_gap(
            session.execute(
                sa.select(Document.company_id, Document.number, Document.issued_on)
                .where(Document.kind == "invoice")
                .order_by(Document.company_id, Document.number)
            ).all()
        )
        assert ledger.verify().findings == ()


def assert_no_gap(issued: Iterable[tuple[str, str | None, date]]) -> None:
    """Numbers of each issuer run 1, 2, 3, … and their dates never go back; `issued` comes ordered by issuer and number."""
    series: dict[str, list[tuple[int, date]]] = {}
    for issuer, number, issued_on in issued:
        assert number is not None
        series.setdefault(issuer, []).append((int(number.rpartition("-")[2]), issued_on))
    for numbers in series.values():
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
        assert [day for _, day in numbers] == sorted(day for _, day in numbers)
