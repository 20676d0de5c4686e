"""Changing a company: its own details by its administrators, its status by staff, its limits by the operator."""

from barterweb import clock, ids, ledger
from barterweb.actors import Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.members.errors import StatusNotPossible
from barterweb.members.facts import SEARCH_TEXT_LENGTH, CompanyChanges, department_of, fold
from barterweb.members.models import Company, LimitChange
from barterweb.members.policy import may_administer, may_change_status, may_set_limits
from barterweb.members.service.audit import record_event
from barterweb.money import Credits

_STATUSES_BY_STAFF = ("active", "standby", "suspended")


@transaction
def edit_company(*, actor: Actor, changes: CompanyChanges) -> None:
    """Change the details of the company the actor administers; documents already issued keep what they say."""
    company = administered(actor)
    company.description = changes.description
    company.street = changes.street
    company.postal_code = changes.postal_code
    company.city = changes.city
    company.department = department_of(changes.postal_code) or company.department
    company.legal_form = changes.legal_form
    company.capital_cents = changes.capital_cents
    company.rcs_city = changes.rcs_city
    company.vat_number = changes.vat_number
    company.vat_regime = changes.vat_regime
    company.vat_on_debits = changes.vat_on_debits
    company.iban, company.bic = changes.iban or None, changes.bic or None
    company.electronic_address = changes.electronic_address or None
    index_company(company)
    record_event(actor=actor, kind="company_edited", company_id=company.id, subject=company.id)


@transaction
def set_company_status(*, actor: Actor, company_id: str, status: str, reason: str = "") -> None:
    """Let a member trade (active), only buy (standby) or do nothing new (suspended); its people keep reading.

    Operator staff and staff of its clusters; its own administrators too between active and standby. Leaving and insolvency
    are verbs of `barterweb.standing`. Raises `NotFound`, `StatusNotPossible`.
    """
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or not may_change_status(company, status, actor):
        raise NotFound
    if status not in _STATUSES_BY_STAFF or company.status not in _STATUSES_BY_STAFF:
        raise StatusNotPossible(company_id, company.status)
    company.status = status
    record_event(
        actor=actor, kind=f"company_{status}", company_id=company_id, subject=company_id, detail=reason
    )


@transaction
def set_company_limits(
    *, actor: Actor, company_id: str, credit_limit: Credits, balance_cap: Credits, reason: str
) -> None:
    """Set how far below and above zero a member's account may go, for a reason that its administrators read.

    A balance already beyond stays; new movements must respect the limits. Only operator staff; raises `NotFound`, also for
    a company that has no account yet.
    """
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or company.account_id is None or not may_set_limits(actor):
        raise NotFound
    apply_limits(company, credit_limit=credit_limit, balance_cap=balance_cap, reason=reason, by=actor)


def apply_limits(
    company: Company, *, credit_limit: Credits, balance_cap: Credits, reason: str, by: Actor | None
) -> None:
    """Set the limits of a member's account within the caller's transaction, which has authorised it, and note them."""
    require_transaction()
    ledger.set_limits(account_id=company.account_id or "", credit_limit=credit_limit, balance_cap=balance_cap)
    note_limits(company.id, credit_limit=credit_limit, balance_cap=balance_cap, reason=reason, by=by)
    record_event(actor=by, kind="limits_set", company_id=company.id, subject=company.id, detail=reason)


def administered(actor: Actor) -> Company:
    """Lock and return the company the actor administers, within the caller's transaction; raises `NotFound`."""
    require_transaction()
    company_id = actor.company_id
    if company_id is None or not may_administer(company_id, actor):
        raise NotFound
    return session.get_one(Company, company_id, with_for_update=True)


def note_limits(
    company_id: str, *, credit_limit: Credits, balance_cap: Credits, reason: str, by: Actor | None
) -> None:
    """Add to the history of a company's limits, within the caller's transaction; nobody means that time changed them."""
    require_transaction()
    session.add(
        LimitChange(
            id=ids.new_id("lim"),
            company_id=company_id,
            set_at=clock.now(),
            credit_limit_cents=credit_limit.cents,
            balance_cap_cents=balance_cap.cents,
            reason=reason,
            set_by_id=by.person_id if by else None,
        )
    )


def index_company(company: Company) -> None:
    """Write what the directory searches and sorts by: the folded name first."""
    require_transaction()
    shown = "" if "capacities" in (company.hidden_parts or ()) else company.capacities or ""
    words = fold(f"{company.name} {company.sector} {company.city} {company.department} {shown}")
    company.search_text = words[:SEARCH_TEXT_LENGTH]
