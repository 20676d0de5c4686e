"""An application: companies of the same SIREN, and what an admission created."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from barterweb import ledger
from barterweb.db import session
from barterweb.listings.models import Listing
from barterweb.members.models import Application, Company, Membership, Person
from barterweb.outbox.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an application: who decided, and what an admission created (None when refused or still open)."""

    decided_by: str
    account: ledger.AccountView | None = None
    membership: Membership | None = None
    invitation: OutboxMessage | None = None
    listing: Listing | None = None


def namesakes_of(company: Company) -> Sequence[Company]:
    """Return the other companies with the same SIREN: establishments of one firm, or earlier applications."""
    return session.scalars(
        select(Company)
        .where(Company.siren == company.siren, Company.id != company.id)
        .order_by(Company.name, Company.id)
    ).all()


def outcome_of(application: Application) -> Outcome:
    """Return what became of an application; five queries at most."""
    decided_by = session.scalar(select(Person.name).where(Person.id == application.decided_by_id)) or ""
    company = application.company
    if application.status != "approved" or company.account_id is None:
        return Outcome(decided_by)
    of_company = Membership.company_id == company.id
    first_letter = select(OutboxMessage).where(
        OutboxMessage.kind == "invitation",
        OutboxMessage.to_email == application.contact_email,
        OutboxMessage.created_at >= application.decided_at,
    )
    first_listing = select(Listing).where(Listing.company_id == company.id)
    return Outcome(
        decided_by=decided_by,
        account=ledger.account_view(company.account_id),
        membership=session.scalar(select(Membership).where(of_company).order_by(Membership.starts_on)),
        invitation=session.scalar(first_letter.order_by(OutboxMessage.created_at).limit(1)),
        listing=session.scalar(first_listing.order_by(Listing.created_at, Listing.id).limit(1)),
    )
