"""Disputes: what both sides state, what a decision moves, the decision."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue

from barterweb.errors import Conflict
from barterweb.staff import facts, policy, queries
from barterweb.staff.forms import RulingForm, explain
from barterweb.staff.routes.blueprint import bp
from barterweb.trades import settlement
from barterweb.trades.errors import TradeError
from barterweb.web.access import allowed, current_actor
from barterweb.web.fragments import page_or_fragment, see_other


@bp.get("/operateur/litiges/<id('trd'):trade_id>")
@allowed("operator")
def dispute_GET(trade_id: str) -> ResponseReturnValue:
    """Show what both sides state, to decide the dispute or to see what was decided."""
    case = queries.case_for(trade_id, current_actor())
    return _dispute(case, RulingForm(formdata=None, seen=len(case.statements)))


@bp.post("/operateur/litiges/<id('trd'):trade_id>")
@allowed("operator")
def dispute_POST(trade_id: str) -> ResponseReturnValue:
    """Check what a decision moves ("verifier"), go back to it ("modifier") or carry it out ("trancher")."""
    case, form = queries.case_for(trade_id, current_actor()), RulingForm()
    if not policy.may_settle_dispute(case.trade, current_actor()) or form.seen.data != len(case.statements):
        return _dispute(case, form, 409)
    if form.step.data == "modifier":
        return _dispute(case, form)
    if not form.validate_on_submit():
        return _dispute(case, form, 422)
    try:
        return _settle(case, form) if form.step.data == "trancher" else _check_ruling(case, form)
    except Conflict:
        return _dispute(queries.case_for(trade_id, current_actor()), form, 409)
    except TradeError as error:
        form.refuse(explain(error))
        return _dispute(queries.case_for(trade_id, current_actor()), form, 422)


def _settle(case: queries.Case, form: RulingForm) -> ResponseReturnValue:
    settlement.settle_dispute(
        actor=current_actor(),
        trade_id=case.trade.id,
        settled_share_bp=form.settled_share_bp(),
        reason=form.reason.data,
    )
    flash("Litige tranché\u00a0: les deux entreprises sont prévenues.", "ok")
    return see_other(url_for("staff.dispute_GET", trade_id=case.trade.id))


def _check_ruling(case: queries.Case, form: RulingForm) -> Response:
    ruling = facts.ruling_of(case.terms, case.commission, form.settled_share_bp())
    return page_or_fragment(
        "staff/ruling.html", "staff/_ruling.html", case=case, trade=case.trade, ruling=ruling, form=form
    )


def _dispute(case: queries.Case, form: RulingForm, status: int = 200) -> Response:
    """Show the case; on a conflict what was typed is kept, and what is new counts as seen."""
    form.seen.data, form.seen.raw_data = len(case.statements), None
    return page_or_fragment(
        "staff/dispute.html",
        "staff/_dispute.html",
        status=status,
        case=case,
        trade=case.trade,
        open=policy.may_settle_dispute(case.trade, current_actor()),
        changed=status == 409,
        form=form,
    )
