"""Giving back a settled trade: the form, the check page, the refund."""

from flask import Response, abort, flash, url_for
from flask.typing import ResponseReturnValue

from barterweb import ids, ledger
from barterweb.actors import MEMBER_KINDS
from barterweb.errors import Conflict
from barterweb.trades import policy, queries, refunds
from barterweb.trades.errors import TradeError
from barterweb.trades.facts import Sale, refund_of
from barterweb.trades.forms import RefundForm, explain
from barterweb.trades.models import Trade
from barterweb.trades.routes.trades import bp
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other


@bp.get("/echanges/<id('trd'):trade_id>/remboursement")
@allowed(*MEMBER_KINDS, "operator")
def refund_GET(trade_id: str) -> ResponseReturnValue:
    """Show what is left of the trade and ask what to give back."""
    trade = _refundable(trade_id)
    left = queries.left_to_refund(trade)
    form = RefundForm(formdata=None, refund_id=ids.new_id("rmb"), left_cents=left.gross_cents, extent="whole")
    return _form_page(trade, left, form)


@bp.post("/echanges/<id('trd'):trade_id>/remboursement")
@allowed(*MEMBER_KINDS, "operator")
def refund_POST(trade_id: str) -> ResponseReturnValue:
    """Show what the refund moves ("verifier"), go back ("modifier") or carry it out ("rembourser")."""
    trade, form = _refundable(trade_id), RefundForm()
    left = queries.left_to_refund(trade)
    if form.step.data == "modifier":
        return _form_page(trade, left, form)
    if not form.validate_on_submit():
        return _form_page(trade, left, form, 422)
    try:
        return _refund(trade, form) if form.step.data == "rembourser" else _check_page(trade, left, form)
    except Conflict as error:
        form.refuse(explain(error))
        form.left_cents.data, form.left_cents.raw_data = left.gross_cents, None
        return _form_page(trade, left, form, 409)
    except TradeError as error:
        form.refuse(explain(error))
        return _form_page(trade, left, form, 422)


def _refundable(trade_id: str) -> Trade:
    trade = queries.trade_for(trade_id, current_actor())
    if not policy.may("refund", trade, current_actor()):
        abort(404)
    return trade


def _refund(trade: Trade, form: RefundForm) -> ResponseReturnValue:
    refunds.refund_trade(
        actor=current_actor(),
        trade_id=trade.id,
        refund_id=form.refund_id.data,
        gross_cents=form.gross_cents(form.left_cents.data),
        left_cents=form.left_cents.data,
        reason=form.reason.data,
    )
    flash("Remboursement fait\u00a0: l’avoir est émis et l’autre entreprise est prévenue.", "ok")
    return see_other(url_for("trades.show_GET", trade_id=trade.id))


def _check_page(trade: Trade, left: Sale, form: RefundForm) -> Response:
    wanted = form.gross_cents(left.gross_cents)
    refunds.require_refundable(trade, left, wanted, form.left_cents.data)
    accounts = {view.id: view for view in ledger.account_views(_account_ids(trade))}
    return page_or_fragment(
        "trades/refund_check.html",
        "trades/_refund_check.html",
        trade=trade,
        form=form,
        refund=refund_of(left, wanted),
        seller=accounts[trade.seller.account_id or ""],
        buyer=accounts[trade.buyer.account_id or ""],
    )


def _account_ids(trade: Trade) -> list[str]:
    return [account_id for account_id in (trade.seller.account_id, trade.buyer.account_id) if account_id]


def _form_page(trade: Trade, left: Sale, form: RefundForm, status: int = 200) -> Response:
    return page_or_fragment(
        "trades/refund.html", "trades/_refund.html", status=status, trade=trade, left=left, form=form
    )
