"""Giving back a settled trade, wholly or in part: a reversing transfer, the matching part of the commission, a credit note.

All of it in one transaction; the trade stays settled. What was paid in euros is given back in euros, outside the ledger.
"""

import json

from barterweb import clock, ledger
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.documents import queries as issued
from barterweb.documents import service as documents
from barterweb.documents.facts import BarterPayment
from barterweb.money import Credits
from barterweb.trades.errors import (
    ActionNotPossible,
    BuyerAtCeiling,
    CompanyMayNotTrade,
    InvoiceToIssueFirst,
    NothingToRefund,
    RefundChanged,
    SellerLacksCredit,
)
from barterweb.trades.facts import Sale, refund_of
from barterweb.trades.models import Trade, TradeRefund
from barterweb.trades.policy import may
from barterweb.trades.progress import lock_trade, move, record, tell
from barterweb.trades.queries import left_to_refund, trade_for


@transaction
def refund_trade(
    *, actor: Actor, trade_id: str, refund_id: str, gross_cents: int, left_cents: int, reason: str
) -> None:
    """Give back `gross_cents` incl. VAT of a settled trade; all that is left when it is the same as `left_cents`.

    `left_cents` is what the actor was shown as left. The id comes with the form: the same refund sent twice is one. For the
    seller's people and operator staff. Raises `ActionNotPossible`, `RefundChanged`, `NothingToRefund`,
    `InvoiceToIssueFirst`, `SellerLacksCredit`, `BuyerAtCeiling`, `CompanyMayNotTrade`.
    """
    trade = lock_trade(trade_for(trade_id, actor).id)
    if session.get(TradeRefund, refund_id) is not None:
        return
    if not may("refund", trade, actor):
        raise ActionNotPossible("refund", trade.state)
    left = left_to_refund(trade)
    require_refundable(trade, left, gross_cents, left_cents)
    refund = refund_of(left, gross_cents)
    _carry_out(trade, refund_id, refund, left, reason)
    move(trade, "refund")
    record(trade, "refunded", actor, note=reason)
    tell(trade, "refunded", actor)


def require_refundable(trade: Trade, left: Sale, gross_cents: int, left_cents: int) -> None:
    """Raise what keeps `gross_cents` from being given back: for the check page, and again under the trade's lock."""
    if left.gross_cents != left_cents:
        raise RefundChanged(left.gross_cents)
    if not 1 <= gross_cents <= left.gross_cents or not refund_of(left, gross_cents).gross_cents:
        raise NothingToRefund(left.gross_cents)
    if trade.seller.has_mandate and issued.invoice_of_trade(trade.id) is None:
        raise InvoiceToIssueFirst(trade.id)


def _carry_out(trade: Trade, refund_id: str, refund: Sale, left: Sale, reason: str) -> None:
    try:
        _give_back_commission(trade, refund_id, refund, left)
        payment = _give_back_barter(trade, refund_id, refund)
    except ledger.CreditLimitExceeded as error:
        raise SellerLacksCredit(error.available, error.requested) from error
    except ledger.BalanceCapExceeded as error:
        raise BuyerAtCeiling(error.room, error.requested) from error
    except ledger.AccountNotOpen as error:
        raise CompanyMayNotTrade(error.account_id, error.status) from error
    credit_note_id = documents.issue_credit_note(
        trade_id=trade.id, refund_id=refund_id, lines=refund.lines, payment=payment, reason=reason
    )
    session.add(
        TradeRefund(
            id=refund_id,
            trade_id=trade.id,
            refunded_at=clock.now(),
            lines=json.dumps([json.loads(line.to_json()) for line in refund.lines], ensure_ascii=False),
            gross_cents=refund.gross_cents,
            barter_cents=refund.barter_cents,
            euro_cents=refund.euro_cents,
            reason=reason,
            transfer_id=payment.operation_id if payment else None,
            credit_note_id=credit_note_id,
        )
    )
    session.flush()


def _give_back_barter(trade: Trade, refund_id: str, refund: Sale) -> BarterPayment | None:
    if not refund.barter_cents:
        return None
    amount = Credits(refund.barter_cents)
    posted = ledger.reverse_transfer(
        key=f"{refund_id}:trade",
        transfer_id=trade.transfer_id or "",
        wording=f"Remboursement : {trade.title}",
        legs=[
            ledger.Leg(trade.seller.account_id or "", -amount),
            ledger.Leg(trade.buyer.account_id or "", amount),
        ],
    )
    return BarterPayment(operation_id=posted.id, paid_on=posted.booked_on, cents=refund.barter_cents)


def _give_back_commission(trade: Trade, refund_id: str, refund: Sale, left: Sale) -> None:
    """Give each side back the part of its commission that matches the refund; all that is left of it with the last one."""
    lines = ledger.journal_of(trade.id)
    for number, charge in enumerate((line for line in lines if line.kind == "commission"), start=1):
        taken = {entry.account_id: entry.amount_cents for entry in charge.entries}
        payer = min(taken, key=lambda account_id: taken[account_id])
        back = sum(
            entry.amount_cents
            for line in lines
            if line.reverses_id == charge.id
            for entry in line.entries
            if entry.account_id == payer
        )
        remaining = -taken[payer] - back
        cents = (2 * remaining * refund.gross_cents + left.gross_cents) // (2 * left.gross_cents)
        if cents:
            (operator,) = taken.keys() - {payer}
            legs = [ledger.Leg(payer, Credits(cents)), ledger.Leg(operator, Credits(-cents))]
            posted = ledger.reverse_transfer(
                key=f"{refund_id}:commission:{number}",
                transfer_id=charge.id,
                wording=f"Commission remboursée : {trade.title}",
                legs=legs,
            )
            documents.credit_commission(transfer_id=charge.id, reversal=posted, cents=cents)
