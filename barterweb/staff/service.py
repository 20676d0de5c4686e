"""The verb of staff that no other capability can hold, because it takes members and listings at once."""

from barterweb import ids
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.listings import service as listings
from barterweb.listings.facts import VAT_RATES_BP, Content
from barterweb.members import service as members
from barterweb.members.facts import Admitted, FirstListing
from barterweb.members.models import Company

GOODS_CATEGORIES = ("fournitures-biens",)


@transaction
def approve_application(*, actor: Actor, application_id: str, category: str | None) -> Admitted:
    """Admit an applicant and publish its first offer or need under `category`, or keep that as a draft for None.

    Account, credit line, membership, first person with an invitation, listing: all of it or nothing. Operator staff and
    staff of the applicant's clusters may. Raises `NotFound`, and `ApplicationDecided` when somebody decided before.
    """
    admitted = members.admit_company(actor=actor, application_id=application_id)
    listings.create_listing_in(
        actor=actor,
        listing_id=ids.new_id("lst"),
        company_id=admitted.company_id,
        content=_content(admitted.first_listing, session.get_one(Company, admitted.company_id), category),
        draft=category is None,
    )
    return admitted


def _content(first: FirstListing, company: Company, category: str | None) -> Content:
    """What the applicant wrote, on quotation and at the company's place: it completes the rest itself."""
    return Content(
        kind=first.kind,
        title=first.title,
        description=first.description,
        category=category or "",
        nature="goods" if category in GOODS_CATEGORIES else "service",
        unit="",
        price_cents=None,
        vat_rate_bp=VAT_RATES_BP[0],
        availability="",
        postal_code=company.postal_code,
        city=company.city,
    )
