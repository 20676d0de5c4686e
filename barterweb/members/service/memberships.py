"""Years of membership as dated facts, opened under the region's terms of their first day."""

from datetime import date, timedelta

from barterweb import ids
from barterweb.db import require_transaction, session
from barterweb.members.facts import MEMBERSHIP_PAYMENT_DAYS
from barterweb.members.models import Company, Membership
from barterweb.members.queries import terms_in_force


def open_year(company_id: str, region_id: str, starts_on: date) -> Membership:
    """Write a year of membership from a day on into the caller's transaction: its fee, or the waiver, and when it is due.

    Raises `NotFound` for a region whose terms had not started.
    """
    require_transaction()
    terms = terms_in_force(region_id, starts_on)
    year = Membership(
        id=ids.new_id("adm"),
        company_id=company_id,
        starts_on=starts_on,
        ends_on=a_year_later(starts_on) - timedelta(days=1),
        fee_cents=terms.membership_fee_cents,
        waived=terms.membership_waived,
        due_on=starts_on + timedelta(days=MEMBERSHIP_PAYMENT_DAYS),
    )
    session.add(year)
    session.get_one(Company, company_id).member_until = year.ends_on
    return year


def a_year_later(day: date) -> date:
    """Return the same day of the next year; 1 March after 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)
