"""The seed story as a test: a chain of three, with every balance, and what each step leaves in the ledger."""

import pytest
from flask import Flask

from barterweb import clock, ledger
from barterweb.db import session
from barterweb.documents import queries as documents
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.models import Document
from barterweb.members.queries import operator_account_id
from barterweb.trades import queries, service, settlement
from barterweb.trades.models import Trade
from tests import build_trades
from tests.trades.conftest import Cast


def balances(cast: Cast) -> tuple[int, int, int, int]:
    members = (cast.haulier, cast.firm, cast.agency, cast.roaster)
    return tuple(ledger.account_view(member.account_id).balance_cents for member in members)  # type: ignore[return-value]


def test_credit_travels_along_a_chain_of_three(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.proposed(
            cast.haulier, cast.firm, build_trades.terms(build_trades.line(550_000))
        )
        service.counter_trade(
            actor=cast.firm.actor,
            trade_id=trade_id,
            version=1,
            terms=build_trades.terms(build_trades.line(500_000)),
        )
        service.agree_trade(actor=cast.haulier.actor, trade_id=trade_id, version=2)
        held = ledger.account_view(cast.haulier.account_id)
        assert (held.balance_cents, held.held_cents, held.available_cents) == (0, 600_000, 200_000)
        assert ledger.account_view(cast.firm.account_id).incoming_cents == 600_000
        assert balances(cast) == (0, 0, 0, 0)

        service.deliver_trade(
            actor=cast.firm.actor,
            trade_id=trade_id,
            delivered_on=clock.today(),
            note="Bilan remis.",
        )
        settlement.confirm_trade(actor=cast.haulier.actor, trade_id=trade_id, version=2)
        assert balances(cast) == (-600_000, 600_000, 0, 0)

        website = build_trades.terms(build_trades.line(383_333))
        build_trades.settled(cast.firm, cast.agency, website, "Site internet")
        assert balances(cast) == (-600_000, 140_000, 460_000, 0)

        storage = build_trades.terms(build_trades.line(450_000))
        build_trades.settled(cast.roaster, cast.haulier, storage, "Stockage de palettes")
        assert balances(cast) == (-60_000, 140_000, 460_000, -540_000)

        assert ledger.totals().balance_sum_cents == 0
        assert ledger.verify().clean


def test_settlement_books_the_commission_and_issues_the_invoice(app: Flask, paying_cast: Cast) -> None:
    cast = paying_cast
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        commission = ledger.account_view(operator_account_id("commission", "ARA")).balance_cents
        assert balances(cast)[:2] == (-600_000, 575_000)
        assert commission == 25_000  # 5 % of 5,000 excl. VAT
        trade = session.get_one(Trade, trade_id)
        invoice = InvoiceFacts.from_json(session.get_one(Document, trade.invoice_id).facts)
        assert (invoice.total_gross_cents, invoice.paid_barter_cents, invoice.due_euro_cents) == (
            600_000,
            600_000,
            0,
        )
        assert invoice.payment is not None
        assert invoice.payment.operation_id == trade.transfer_id
        assert (invoice.seller.name, invoice.buyer.name) == ("Cabinet Marcellin", "Transports du Vercors")
        assert ledger.verify().clean


@pytest.mark.parametrize(
    ("how", "euros", "barter", "euro"),
    [("barter", 0, 600_000, 0), ("net_in_barter", 0, 500_000, 100_000), ("share", 250_000, 350_000, 250_000)],
)
def test_total_is_settled_as_agreed(
    app: Flask, paying_cast: Cast, how: str, euros: int, barter: int, euro: int
) -> None:
    cast = paying_cast
    with app.app_context():
        offered = build_trades.terms(settlement=how, euro_cents=euros)
        trade_id = build_trades.settled(cast.haulier, cast.firm, offered)
        trade = session.get_one(Trade, trade_id)
        invoice = InvoiceFacts.from_json(session.get_one(Document, trade.invoice_id).facts)
        assert trade.settled_barter_cents == barter
        assert (invoice.paid_barter_cents, invoice.due_euro_cents) == (barter, euro)
        assert balances(cast)[:2] == (
            -barter,
            barter - 25_000,
        )  # the commission's base is the whole trade excl. VAT


def test_invoices_of_a_seller_are_numbered_without_gap(app: Flask, cast: Cast) -> None:
    with app.app_context():
        small = build_trades.terms(build_trades.line(10_000))
        for _ in range(3):
            build_trades.settled(cast.haulier, cast.firm, small)
        build_trades.settled(cast.haulier, cast.agency, small)
        numbers = [line.number[-5:] for line in documents.invoices_of(cast.firm.company_id, 1).invoices]
        assert numbers == ["00003", "00002", "00001"]
        others = [line.number[-5:] for line in documents.invoices_of(cast.agency.company_id, 1).invoices]
        assert others == ["00001"]


def test_confirming_twice_settles_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        settlement.confirm_trade(actor=cast.haulier.actor, trade_id=trade_id, version=1)
        assert balances(cast)[:2] == (-600_000, 600_000)
        assert ledger.totals().transfers == 1


def test_account_of_the_reader_is_shown_before_and_after(app: Flask, paying_cast: Cast) -> None:
    cast = paying_cast
    with app.app_context():
        trade = session.get_one(Trade, build_trades.proposed(cast.haulier, cast.firm))
        buyer = queries.check_of_trade(trade, cast.haulier.actor)
        seller = queries.check_of_trade(trade, cast.firm.actor)
    assert buyer.figure is not None
    assert (buyer.figure.before_cents, buyer.figure.after_cents) == (0, -600_000)
    assert (buyer.figure.available_before_cents, buyer.figure.available_after_cents) == (800_000, 200_000)
    assert seller.figure is not None
    assert (seller.figure.after_cents, seller.own_commission_cents) == (575_000, 25_000)
