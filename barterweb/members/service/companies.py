"""Changing a company: its own details by its administrators, its status by staff, its limits by the operator."""

from barterweb import ledger
from barterweb.actors import Actor
from barterweb.db import require_transaction, session, transaction
from barterweb.errors import NotFound
from barterweb.members.errors import StatusNotPossible
from barterweb.members.facts import CompanyChanges, department_of, fold
from barterweb.members.models import Company
from barterweb.members.policy import may_administer, may_decide, may_set_limits
from barterweb.members.service.audit import record_event
from barterweb.money import Credits

_STATUSES_BY_STAFF = ("active", "standby", "suspended", "left")


@transaction
def edit_company(*, actor: Actor, changes: CompanyChanges) -> None:
    """Change the details of the company the actor administers; documents already issued keep what they say."""
    company_id = actor.company_id
    if company_id is None or not may_administer(company_id, actor):
        raise NotFound
    company = session.get_one(Company, company_id, with_for_update=True)
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
    index_company(company)
    record_event(actor=actor, kind="company_edited", company_id=company.id, subject=company.id)


@transaction
def set_company_status(*, actor: Actor, company_id: str, status: str, reason: str = "") -> None:
    """Let a member trade (active), only buy (standby), do nothing new (suspended), or note that it left.

    Its people keep reading. Only operator staff and staff of its clusters; raises `NotFound`, `StatusNotPossible`.
    """
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or not may_decide([cluster.id for cluster in company.clusters], actor):
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
    ledger.set_limits(account_id=company.account_id, credit_limit=credit_limit, balance_cap=balance_cap)
    record_event(actor=actor, kind="limits_set", company_id=company_id, subject=company_id, detail=reason)


def index_company(company: Company) -> None:
    """Write what the directory searches and sorts by: the folded name first."""
    require_transaction()
    company.search_text = fold(f"{company.name} {company.sector} {company.city} {company.department}")
