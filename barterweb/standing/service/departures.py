"""Leaving the network and insolvency: what is held, what is owed in euros, and how the account comes to rest.

A company that leaves spends what it has for a year, with no credit line; what it owes is due in euros. An insolvent one is
frozen at once. Payments in euros and write-offs clear the account by a transfer from the reserve of its region.
"""

from datetime import date, timedelta

from sqlalchemy import select

from barterweb import clock, ids, ledger
from barterweb.actors import Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.members.models import Company
from barterweb.members.policy import SPENDING_DAYS_AFTER_LEAVING
from barterweb.members.service import apply_limits, operator_account_id, record_event
from barterweb.money import Credits
from barterweb.standing.errors import ClaimExceeded, DayNotPossible, MayNotLeave
from barterweb.standing.facts import CLAIM_DUE_DAYS, DECLARATION_DAYS
from barterweb.standing.models import Claim, Clearing
from barterweb.standing.policy import MEMBER_STATUSES, may_keep_books, may_take_out
from barterweb.standing.service.letters import write_to_administrators
from barterweb.trades.settlement import freeze_trades_of


@transaction
def leave_network(*, actor: Actor, company_id: str, reason: str) -> None:
    """Take a company out: no sale and no listing any more, no credit line; what is held runs to its end.

    What it owes becomes a claim as soon as nothing is held; what it has it may spend for a year. Its administrators, staff
    of its clusters and the operator may. Raises `NotFound`, `MayNotLeave`.
    """
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or not may_take_out(company, actor):
        raise NotFound
    if company.status not in MEMBER_STATUSES:
        raise MayNotLeave(company_id, company.status)
    account = ledger.account_view(company.account_id or "")
    company.status, company.left_on = "left", clock.today()
    cap = Credits(account.balance_cap_cents or 0)
    apply_limits(company, credit_limit=Credits(0), balance_cap=cap, reason=reason, by=actor)
    record_event(actor=actor, kind="company_left", company_id=company_id, subject=company_id, detail=reason)
    write_to_administrators(
        company,
        "company_left",
        amount_cents=str(account.balance_cents),
        until=(company.left_on + timedelta(days=SPENDING_DAYS_AFTER_LEAVING)).isoformat(),
        page="/mon-entreprise",
    )
    _claim_departure(company)


@transaction
def declare_insolvency(*, actor: Actor, company_id: str, opened_on: date, reason: str) -> None:
    """Freeze the account of a company in collective proceedings and establish what it owes on this day, to be declared.

    `opened_on` is the day of the judgment. Only the operator. Raises `NotFound`, `MayNotLeave`, `DayNotPossible`.
    """
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or not may_keep_books(actor):
        raise NotFound
    if company.status not in (*MEMBER_STATUSES, "left"):
        raise MayNotLeave(company_id, company.status)
    if opened_on > clock.today():
        raise DayNotPossible
    company.status = "insolvent"
    freeze_trades_of(company_id)
    ledger.set_frozen(account_id=company.account_id or "", frozen=True)
    record_event(
        actor=actor, kind="company_insolvent", company_id=company_id, subject=company_id, detail=reason
    )
    owed = -ledger.account_view(company.account_id or "").balance_cents - _claimed(company_id)
    if owed > 0:
        _establish(company, "insolvency", owed, opened_on + timedelta(days=DECLARATION_DAYS))


@transaction
def record_claim_payment(
    *, actor: Actor, claim_id: str, clearing_id: str, amount: Credits, paid_on: date, reference: str
) -> None:
    """Note a bank transfer that pays a claim, wholly or in part, and clear as much of the account. Only the operator.

    The id comes with the form: sent twice it is one payment. Raises `NotFound`, `ClaimExceeded`, `DayNotPossible`.
    """
    claim = _locked(actor, claim_id)
    if not claim.established_on <= paid_on <= clock.today():
        raise DayNotPossible
    if _clear(claim, actor, clearing_id, "paid", amount, paid_on, reference):
        write_to_administrators(
            claim.company, "claim_paid", amount_cents=str(amount.cents), page="/mon-entreprise"
        )


@transaction
def write_off_claim(*, actor: Actor, claim_id: str, clearing_id: str, amount: Credits, reason: str) -> None:
    """Give up a claim, wholly or in part: the reserve bears it. Only the operator. Raises `NotFound`, `ClaimExceeded`."""
    claim = _locked(actor, claim_id)
    _clear(claim, actor, clearing_id, "written_off", amount, clock.today(), reason)


def establish_departure_claims() -> int:
    """Job: claim what companies that left owe, as soon as nothing is held on their account. Returns how many."""
    claimed = select(Claim.company_id).where(Claim.kind == "departure")
    left = select(Company.id).where(Company.status == "left", Company.id.not_in(claimed))
    return sum(_establish_departure(company_id) for company_id in session.scalars(left).all())


def close_left_accounts() -> int:
    """Job: close the accounts of companies that left: empty ones, and after a year what was not spent goes to the reserve.

    Returns how many.
    """
    left = select(Company.id).where(Company.status == "left")
    return sum(_close(company_id) for company_id in session.scalars(left).all())


@transaction
def _establish_departure(company_id: str) -> bool:
    company = session.get_one(Company, company_id, with_for_update=True)
    return company.status == "left" and _claim_departure(company)


@transaction
def _close(company_id: str) -> bool:
    company = session.get_one(Company, company_id, with_for_update=True)
    account = ledger.account_view(company.account_id or "")
    if company.status != "left" or company.left_on is None or account.status == "closed":
        return False
    if account.held_cents or account.incoming_cents or account.balance_cents < 0:
        return False
    if account.balance_cents > 0:
        if clock.today() <= company.left_on + timedelta(days=SPENDING_DAYS_AFTER_LEAVING):
            return False
        _move(company, f"{company.id}:unspent", -account.balance_cents, "unspent_credit")
    ledger.close_account(account_id=account.id)
    record_event(actor=None, kind="account_closed", company_id=company.id, subject=account.id)
    return True


def _claim_departure(company: Company) -> bool:
    """Claim what the company owes, once, when nothing is held for or against it."""
    account = ledger.account_view(company.account_id or "")
    if account.balance_cents >= 0 or account.held_cents or account.incoming_cents:
        return False
    if session.scalar(select(Claim.id).where(Claim.company_id == company.id, Claim.kind == "departure")):
        return False
    due_on = clock.today() + timedelta(days=CLAIM_DUE_DAYS)
    _establish(company, "departure", -account.balance_cents, due_on)
    return True


def _claimed(company_id: str) -> int:
    """What earlier claims still ask for, in cents."""
    claims = session.scalars(select(Claim).where(Claim.company_id == company_id)).all()
    return sum(claim.open_cents for claim in claims)


def _establish(company: Company, kind: str, cents: int, due_on: date) -> None:
    claim = Claim(
        id=ids.new_id("cre"),
        company_id=company.id,
        kind=kind,
        established_on=clock.today(),
        due_on=due_on,
        amount_cents=cents,
    )
    session.add(claim)
    session.flush()
    record_event(actor=None, kind=f"claim_{kind}", company_id=company.id, subject=claim.id)
    write_to_administrators(
        company,
        "claim_established",
        amount_cents=str(cents),
        due_on=due_on.isoformat(),
        claim=kind,
        page="/mon-entreprise",
    )


def _locked(actor: Actor, claim_id: str) -> Claim:
    if not may_keep_books(actor):
        raise NotFound
    claim = session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if claim is None:
        raise NotFound
    return claim


def _clear(
    claim: Claim, actor: Actor, clearing_id: str, how: str, amount: Credits, on: date, reference: str
) -> bool:
    """Clear a part of a claim and as much of the account; False when this was done already."""
    if any(clearing.id == clearing_id for clearing in claim.clearings):
        return False
    if amount.cents > claim.open_cents:
        raise ClaimExceeded(Credits(claim.open_cents), amount)
    kind = "claim_payment" if how == "paid" else "write_off"
    claim.clearings.append(
        Clearing(
            id=clearing_id,
            how=how,
            cleared_on=on,
            amount_cents=amount.cents,
            reference=reference,
            transfer_id=_move(claim.company, clearing_id, amount.cents, kind),
            recorded_by_id=actor.person_id,
            recorded_at=clock.now(),
        )
    )
    record_event(
        actor=actor,
        kind=f"claim_{how}",
        company_id=claim.company_id,
        subject=claim.id,
        detail=reference,
    )
    return True


_WORDINGS = {
    "claim_payment": "Règlement en euros du solde dû",
    "write_off": "Passage en perte",
    "unspent_credit": "Solde non dépensé un an après le départ",
}


def _move(company: Company, key: str, cents: int, kind: str) -> str:
    """Move cents from the reserve of the region to the company (or back when negative), through a frozen account too."""
    require_transaction()
    account_id = company.account_id or ""
    frozen = ledger.account_view(account_id).status == "frozen"
    if frozen:
        ledger.set_frozen(account_id=account_id, frozen=False)
    reserve = operator_account_id("reserve", company.region.code)
    posted = ledger.post_transfer(
        key=f"{key}:{kind}",
        kind=kind,
        legs=[ledger.Leg(reserve, Credits(-cents)), ledger.Leg(account_id, Credits(cents))],
        reference=company.id,
        wording=_WORDINGS[kind],
    )
    if frozen:
        ledger.set_frozen(account_id=account_id, frozen=True)
    return posted.id
