"""The operator's own invoices: commissions taken in Barter, per trade or recapped by month, and yearly memberships.

The ledger says which commissions were taken; each is invoiced once (`InvoicedCommission`). Without the operator's identity
in the invoicing terms nothing is issued; a job makes up for it once they are complete.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from barterweb import clock, ledger
from barterweb.db import require_transaction, session, transaction
from barterweb.documents.facts import (
    BarterPayment,
    InvoiceFacts,
    InvoiceLine,
    InvoicingTerms,
    Period,
    Preceding,
    missing_mentions,
    vat_by_rate,
)
from barterweb.documents.models import OPERATOR, Document, InvoicedCommission
from barterweb.documents.queries import invoicing_terms, party_of
from barterweb.documents.service.drawing import with_terms
from barterweb.documents.service.records import add_document, next_number
from barterweb.members.models import Company, Membership


@dataclass(frozen=True, slots=True)
class _Charge:
    """A commission in the ledger, less what of it was given back before it was invoiced; cents of Barter."""

    transfer_id: str
    booked_on: date
    wording: str
    trade_id: str
    cents: int


def issue_commission_invoices(*, trade_id: str) -> None:
    """Invoice the commissions of a trade just settled, within its transaction, when the operator invoices them per trade."""
    require_transaction()
    terms = invoicing_terms(clock.today())
    if terms.operator is None or terms.commission_rhythm != "trade":
        return
    for company in _companies_charged(trade_id):
        _issue_commission(
            company, _charges_of_trade(company, trade_id), terms, source=f"commission:{trade_id}"
        )


def issue_fee_invoices() -> int:
    """Job: invoice memberships and the commissions of the last month (per trade: of this one too) not invoiced yet."""
    terms = invoicing_terms(clock.today())
    if terms.operator is None:
        return 0
    due = select(Membership.id).join(Company, Company.id == Membership.company_id)
    due = due.where(~Membership.waived, Membership.fee_cents > 0, Membership.starts_on <= clock.today())
    known = select(Document.source).where(Document.source.startswith("membership:"))
    invoiced = set(session.scalars(known))
    ids = [row for row in session.scalars(due.order_by(Membership.id)) if f"membership:{row}" not in invoiced]
    members = select(Company.id).where(Company.account_id.is_not(None)).order_by(Company.id)
    done = sum(_issue_membership(membership_id) for membership_id in ids)
    return done + sum(_issue_missed_commissions(company_id) for company_id in session.scalars(members).all())


def credit_commission(*, transfer_id: str, reversal: ledger.PostedTransfer, cents: int) -> None:
    """Issue the operator's credit note for a part of a commission given back, within the refund's transaction.

    A commission that is not invoiced yet needs none: its invoice will state what is left of it.
    """
    require_transaction()
    invoiced = session.get(InvoicedCommission, transfer_id)
    if invoiced is None:
        return
    document = session.get_one(Document, invoiced.document_id)
    terms = invoicing_terms(clock.today())
    facts = InvoiceFacts.from_json(document.facts)
    line = _line(
        f"Remboursement de commission (facture {facts.number})", cents, facts.lines[0].vat_rate_bp, terms
    )
    payment = BarterPayment(operation_id=reversal.id, paid_on=reversal.booked_on, cents=cents)
    credit = replace(
        facts,
        kind="draft",
        number="",
        lines=(line,),
        payment=payment,
        period=None,
        reason="Remboursement de l’échange",
    )
    _issue(credit, str(document.other_company_id), terms, source=f"credit:{reversal.id}", corrects=document)


@transaction
def _issue_membership(membership_id: str) -> bool:
    membership = session.get_one(Membership, membership_id, with_for_update=True)
    source = f"membership:{membership.id}"
    if session.scalar(select(Document.id).where(Document.source == source)) is not None:
        return False
    terms = invoicing_terms(clock.today())
    description = (
        f"Adhésion annuelle au réseau, du {membership.starts_on:%d/%m/%Y} au {membership.ends_on:%d/%m/%Y}"
    )
    facts = _draft(
        session.get_one(Company, membership.company_id),
        (_line(description, membership.fee_cents, terms.fees_vat_rate_bp, terms),),
        terms,
        subject="membership",
        period=Period(start=membership.starts_on, end=membership.ends_on),
    )
    return _issue(facts, membership.company_id, terms, source=source) is not None


@transaction
def _issue_missed_commissions(company_id: str) -> int:
    """One recap for the last month, or one invoice per trade for what settling left uninvoiced since its first day."""
    terms = invoicing_terms(clock.today())
    company = session.get_one(Company, company_id, with_for_update=True)
    this_month = clock.today().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    end = clock.today() if terms.commission_rhythm == "trade" else this_month - timedelta(days=1)
    charges = _charges(company, last_month, end)
    if not charges:
        return 0
    if terms.commission_rhythm == "month":
        period = Period(start=last_month, end=end)
        return _issue_commission(
            company, charges, terms, source=f"commission:{last_month:%Y-%m}", period=period
        )
    trades = dict.fromkeys(charge.trade_id for charge in charges)
    return sum(
        _issue_commission(
            company, [c for c in charges if c.trade_id == trade_id], terms, source=f"commission:{trade_id}"
        )
        for trade_id in trades
    )


def _issue_commission(
    company: Company,
    charges: Sequence[_Charge],
    terms: InvoicingTerms,
    *,
    source: str,
    period: Period | None = None,
) -> int:
    """Issue one invoice for these commissions and mark them invoiced; returns 1, or 0 when there is nothing to state."""
    if not charges:
        return 0
    last = max(charges, key=lambda charge: charge.booked_on)
    payment = BarterPayment(
        operation_id=last.transfer_id, paid_on=last.booked_on, cents=sum(charge.cents for charge in charges)
    )
    lines = tuple(
        _line(
            f"Commission : {charge.wording} ({charge.booked_on:%d/%m/%Y})",
            charge.cents,
            terms.fees_vat_rate_bp,
            terms,
        )
        for charge in charges
    )
    facts = _draft(company, lines, terms, subject="commission", payment=payment, period=period)
    if len({charge.trade_id for charge in charges}) == 1:
        facts = replace(facts, trade_id=last.trade_id)
    issued = _issue(facts, company.id, terms, source=f"{source}:{company.id}")
    if issued is None:
        return 0
    session.add_all(
        InvoicedCommission(transfer_id=charge.transfer_id, document_id=issued) for charge in charges
    )
    session.flush()
    return 1


def _draft(
    buyer: Company,
    lines: tuple[InvoiceLine, ...],
    terms: InvoicingTerms,
    *,
    subject: str,
    payment: BarterPayment | None = None,
    period: Period | None = None,
) -> InvoiceFacts:
    assert terms.operator is not None, "callers have looked"
    delivered_on = payment.paid_on if payment else period.start if period else clock.today()
    return InvoiceFacts(
        number="",
        kind="draft",
        subject=subject,  # type: ignore[arg-type]
        issued_on=clock.today(),
        delivered_on=min(delivered_on, clock.today()),
        due_on=clock.today(),
        seller=terms.operator,
        buyer=party_of(buyer),
        nature="services",
        lines=lines,
        payment=payment,
        iban=terms.iban,
        bic=terms.bic,
        period=period,
    )


def _issue(
    facts: InvoiceFacts,
    buyer_id: str,
    terms: InvoicingTerms,
    *,
    source: str,
    corrects: Document | None = None,
) -> str | None:
    """Number and store the operator's invoice or credit note; None while compulsory data is missing on either side."""
    if missing_mentions(with_terms(facts, terms)):
        return None
    kind = "credit_note" if corrects else "invoice"
    number, issued_on = next_number(OPERATOR, kind)
    preceding = Preceding(number=str(corrects.number), issued_on=corrects.issued_on) if corrects else None
    issued = replace(facts, number=number, kind=kind, issued_on=issued_on, preceding=preceding)  # type: ignore[arg-type]
    return add_document(
        kind,
        None,
        with_terms(issued, terms),
        source=source,
        other_company_id=buyer_id,
        issuer_id=OPERATOR,
        corrects_id=corrects.id if corrects else None,
    )


def _line(description: str, cents: int, rate_bp: int, terms: InvoicingTerms) -> InvoiceLine:
    """A lump sum of `cents` excl. VAT or, when fees include it, the largest whose total incl. VAT is not below `cents`."""
    net = cents
    if terms.fees_include_vat:
        net = cents * 10_000 // (10_000 + rate_bp)
        while net + vat_by_rate((_lump(description, net, rate_bp),))[0].vat_cents < cents:
            net += 1
    return _lump(description, net, rate_bp)


def _lump(description: str, net_cents: int, rate_bp: int) -> InvoiceLine:
    return InvoiceLine(
        description=description,
        quantity_milli=1000,
        unit="forfait",
        unit_price_cents=net_cents,
        vat_rate_bp=rate_bp,
    )


def _companies_charged(trade_id: str) -> Sequence[Company]:
    payers = [
        entry.account_id
        for line in ledger.journal_of(trade_id)
        if line.kind == "commission"
        for entry in line.entries
        if entry.amount_cents < 0
    ]
    return session.scalars(select(Company).where(Company.account_id.in_(payers)).order_by(Company.id)).all()


def _charges_of_trade(company: Company, trade_id: str) -> list[_Charge]:
    """What a company paid of the commission of a trade and no invoice states, less what was given back."""
    lines = ledger.journal_of(trade_id)
    own = {
        line.id: entry.amount_cents
        for line in lines
        for entry in line.entries
        if entry.account_id == company.account_id
    }
    charges = []
    for line in lines:
        if line.kind != "commission" or own.get(line.id, 0) >= 0:
            continue
        if session.get(InvoicedCommission, line.id) is not None:
            continue
        back = sum(own.get(other.id, 0) for other in lines if other.reverses_id == line.id)
        cents = -own[line.id] - back
        if cents > 0:
            charges.append(_Charge(line.id, line.booked_on, line.wording, trade_id, cents))
    return charges


def _charges(company: Company, start: date, end: date) -> list[_Charge]:
    """What a company paid in commissions over a period and no invoice states."""
    lines = ledger.statement(company.account_id or "", start, end).lines
    trades = dict.fromkeys(line.reference for line in lines if line.kind == "commission")
    found = [charge for trade_id in trades for charge in _charges_of_trade(company, trade_id)]
    return [charge for charge in found if start <= charge.booked_on <= end]
