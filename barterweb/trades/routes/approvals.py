"""Purchases above a cap: a trader asks, an administrator of the same company approves or refuses."""

from flask.typing import ResponseReturnValue

from barterweb.actors import MEMBER_KINDS
from barterweb.trades import approval
from barterweb.trades.forms import InternalReasonForm, VersionForm
from barterweb.trades.routes.trades import act, bp
from barterweb.web.access import allowed, current_actor


@bp.post("/echanges/<id('trd'):trade_id>/approbation/demande")
@allowed(*MEMBER_KINDS)
def ask_approval_POST(trade_id: str) -> ResponseReturnValue:
    """Ask the company's administrators to agree to the version shown."""
    form = VersionForm()

    def ask() -> None:
        approval.ask_approval(actor=current_actor(), trade_id=trade_id, version=form.version.data)

    return act(trade_id, form, ask, done="Demande envoyée à vos administrateurs\u00a0: rien n’est réservé.")


@bp.post("/echanges/<id('trd'):trade_id>/approbation")
@allowed("administrator")
def approve_POST(trade_id: str) -> ResponseReturnValue:
    """Let a proposal of the company go to the seller."""
    form = VersionForm()

    def approve() -> None:
        approval.approve_purchase(actor=current_actor(), trade_id=trade_id, version=form.version.data)

    return act(trade_id, form, approve, done="Achat approuvé\u00a0: la proposition est envoyée au vendeur.")


@bp.post("/echanges/<id('trd'):trade_id>/approbation/refus")
@allowed("administrator")
def refuse_approval_POST(trade_id: str) -> ResponseReturnValue:
    """Refuse a purchase above a cap, for a reason that the company's people read."""
    form = InternalReasonForm()

    def refuse() -> None:
        shown, reason = form.version.data, form.reason.data
        approval.refuse_purchase(actor=current_actor(), trade_id=trade_id, version=shown, reason=reason)

    return act(trade_id, form, refuse, done="Achat refusé\u00a0: rien n’est réservé, rien n’est débité.")
