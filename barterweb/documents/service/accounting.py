"""What a company decides about its books, and the record of who took which file of them."""

from datetime import date, timedelta

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import essential_transaction, session, transaction
from barterweb.documents.facts.plans import AccountPlan
from barterweb.documents.models import AccountingSettings, Export
from barterweb.documents.queries import company_for
from barterweb.errors import NotFound
from barterweb.members.service import record_event


@transaction
def set_accounting(*, actor: Actor, company_id: str, year_end_month: int, plan: AccountPlan) -> None:
    """Set a company's account plan and the last month (1 to 12) of its financial year; for its administrators.

    Files made from then on follow it; those already taken do not change. Raises `NotFound` for anybody else.
    """
    company = company_for(company_id, actor)
    if actor.kind != "administrator":
        raise NotFound
    settings = session.get(AccountingSettings, company.id, with_for_update=True)
    if settings is None:
        settings = AccountingSettings(company_id=company.id)
        session.add(settings)
    settings.year_end_month = year_end_month
    settings.plan = plan.to_json()
    settings.changed_at = clock.now()
    settings.person_id = actor.person_id
    record_event(actor=actor, kind="accounting_set", company_id=company.id, subject=company.id)


@essential_transaction
def record_export(
    *, actor: Actor, company_ids: list[str], kind: str, start: date, end: date, name: str = ""
) -> None:
    """Record that somebody took a file of these companies' accounts; `name` tells the owners what their accountant took.

    Without a name nobody is told: whoever served the file has done it.
    """
    now, today = clock.now(), clock.today()
    for company_id in company_ids:
        session.add(
            Export(
                id=ids.new_id("exp"),
                person_id=actor.person_id,
                company_id=company_id,
                kind=kind,
                period_start=start,
                period_end=end,
                covers_until=min(end, today - timedelta(days=1)),
                at=now,
            )
        )
        if name and actor.kind == "accountant":
            record_event(actor=actor, kind="download", company_id=company_id, subject=company_id, detail=name)
