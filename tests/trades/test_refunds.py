"""A settled trade given back: reversal, commission and credit note in one transaction, exact to the cent."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from barterweb import clock, ids, ledger
from barterweb.db import session
from barterweb.documents import queries as documents
from barterweb.documents.facts import InvoiceFacts, vat_by_rate
from barterweb.documents.facturx import validation
from barterweb.documents.facturx.content import invoice_xml
from barterweb.documents.models import Document
from barterweb.members.queries import operator_account_id
from barterweb.trades import queries, refunds
from barterweb.trades.errors import ActionNotPossible, NothingToRefund, RefundChanged, SellerLacksCredit
from barterweb.trades.facts import Sale, left_of, refund_of
from barterweb.trades.models import Trade
from tests import build_trades
from tests.trades.conftest import Cast


def balance(account_id: str) -> int:
    return ledger.account_view(account_id).balance_cents


def refund(cast: Cast, trade_id: str, gross_cents: int, **changes: Any) -> str:
    refund_id = ids.new_id("rmb")
    left = queries.left_to_refund(session.get_one(Trade, trade_id)).gross_cents
    values = {"actor": cast.firm.actor, "gross_cents": gross_cents, "left_cents": left, "reason": "Non rendu"}
    refunds.refund_trade(trade_id=trade_id, refund_id=refund_id, **(values | changes))
    return refund_id


def credit_notes(trade_id: str) -> list[InvoiceFacts]:
    rows = [d for d in documents.documents_of_trade(trade_id) if d.kind == "credit_note"]
    return [InvoiceFacts.from_json(row.facts) for row in rows]


def test_a_whole_refund_brings_everybody_back_to_where_they_were(app: Flask, paying_cast: Cast) -> None:
    cast = paying_cast
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        assert balance(cast.firm.account_id) == 600_000 - 25_000
        refund(cast, trade_id, 600_000)
        assert balance(cast.firm.account_id) == balance(cast.haulier.account_id) == 0
        assert balance(operator_account_id("commission", "ARA")) == 0
        (note,) = credit_notes(trade_id)
        assert (note.total_gross_cents, note.paid_barter_cents, note.due_euro_cents) == (600_000, 600_000, 0)
        assert note.number == f"BA{clock.today().year}-00001"
        assert note.preceding is not None
        assert note.preceding.number == f"BC{clock.today().year}-00001"
        assert "Remboursement par compensation" in note.mentions[-1].text
        assert validation.check(invoice_xml(note)).failures == ()
        assert ledger.verify().clean
        with pytest.raises(NothingToRefund):
            refund(cast, trade_id, 1)


def test_parts_add_up_to_the_whole_in_barter_euros_vat_and_commission(app: Flask, paying_cast: Cast) -> None:
    cast = paying_cast
    with app.app_context():
        lines = (build_trades.line(333_333), build_trades.line(77_777, 550, "Livres"))
        offered = build_trades.terms(*lines, settlement="share", euro_cents=100_000)
        trade_id = build_trades.settled(cast.haulier, cast.firm, offered)
        total = offered.gross_cents
        for part in (123_456, 1, 100_000):
            refund(cast, trade_id, part)
        left = queries.left_to_refund(session.get_one(Trade, trade_id))
        assert abs(total - 223_457 - left.gross_cents) <= 6
        refund(cast, trade_id, left.gross_cents)
        notes = credit_notes(trade_id)
        assert abs(sum(note.total_gross_cents for note in notes) - total) <= 8
        assert sum(row.gross_cents for row in queries.refunds_of(trade_id)) == total
        assert balance(cast.firm.account_id) == balance(cast.haulier.account_id) == 0
        assert balance(operator_account_id("commission", "ARA")) == 0


def test_the_same_refund_sent_twice_is_one(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        refund_id = refund(cast, trade_id, 60_000)
        refunds.refund_trade(
            actor=cast.firm.actor,
            trade_id=trade_id,
            refund_id=refund_id,
            gross_cents=60_000,
            left_cents=600_000,
            reason="Non rendu",
        )
        assert balance(cast.firm.account_id) == 540_000
        assert len(credit_notes(trade_id)) == 1


def test_what_was_shown_must_still_be_left(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        refund(cast, trade_id, 60_000)
        with pytest.raises(RefundChanged):
            refund(cast, trade_id, 60_000, left_cents=600_000)


def test_only_the_seller_and_the_operator_give_back(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        with pytest.raises(ActionNotPossible):
            refund(cast, trade_id, 100, actor=cast.haulier.actor)
        open_trade = build_trades.agreed(
            cast.firm, cast.haulier, build_trades.terms(build_trades.line(1_000))
        )
        with pytest.raises(ActionNotPossible):
            refunds.refund_trade(
                actor=cast.haulier.actor,
                trade_id=open_trade,
                refund_id=ids.new_id("rmb"),
                gross_cents=1,
                left_cents=1,
                reason="x",
            )


def test_a_seller_that_spent_the_credit_is_told_and_nothing_moves(app: Flask, cast: Cast) -> None:
    with app.app_context():
        trade_id = build_trades.settled(cast.haulier, cast.firm)
        spent = build_trades.terms(build_trades.line(1_166_000))
        build_trades.settled(cast.firm, cast.agency, spent, "Site internet")
        before = balance(cast.firm.account_id)
        with pytest.raises(SellerLacksCredit):
            refund(cast, trade_id, 600_000)
        assert balance(cast.firm.account_id) == before
        assert credit_notes(trade_id) == []
        assert queries.refunds_of(trade_id) == []
        assert session.query(Document).filter_by(kind="credit_note").count() == 0


@given(
    st.lists(
        st.tuples(st.integers(1, 900_000), st.sampled_from([0, 210, 550, 1000, 2000])), min_size=1, max_size=4
    ),
    st.integers(0, 10_000),
    st.lists(st.integers(1, 2_000_000), max_size=5),
)
def test_refunds_never_exceed_the_sale(
    sold: list[tuple[int, int]], barter_bp: int, wanted: list[int]
) -> None:
    lines = tuple(build_trades.line(net, rate) for net, rate in sold)
    gross = sum(line.net_cents for line in lines) + sum(rate.vat_cents for rate in vat_by_rate(lines))
    sale = Sale(lines, gross * barter_bp // 10_000, gross - gross * barter_bp // 10_000)
    done: list[Sale] = []
    for cents in [*wanted, gross]:
        left = left_of(sale, done)
        part = refund_of(left, cents)
        if part.gross_cents:
            done.append(part)
        assert 0 <= part.barter_cents <= left.barter_cents
        assert part.euro_cents >= 0
    assert sum(part.barter_cents for part in done) == sale.barter_cents
    assert sum(part.gross_cents for part in done) == gross
