"""Letters about a company's standing, to those who administer it."""

from barterweb.db import require_transaction
from barterweb.members.models import Company
from barterweb.members.queries import members_of
from barterweb.outbox.service import queue_mail


def write_to_administrators(company: Company, kind: str, **payload: str) -> None:
    """Queue a letter to every administrator of the company, within the caller's transaction."""
    require_transaction()
    for person in members_of(company.id, ("administrator",)):
        queue_mail(
            to_email=person.email,
            to_name=person.name,
            kind=kind,
            payload={"company": company.name, **payload},
        )
