"""When memberships are asked for, reminded and missed, and what a company may do in each status: plain values."""

from dataclasses import dataclass
from datetime import date, timedelta

RENEW_BEFORE_DAYS = 30
"""The next year of membership is opened so many days before the last one ends."""

REMIND_DAYS = (-7, 15, 45)
"""An unpaid year is reminded so many days after it was due; the first time before."""

UNPAID_SOON_DAYS = 7
"""An unpaid year comes into the work queue so many days before it is due."""

GRACE_DAYS = 60
"""A year unpaid so many days after it was due suspends the company (terms of membership, § 5)."""

MEMBERSHIP_VAT_BP = 2000
"""The operator's fee is a service at the normal rate (CGI, art. 278)."""

CLAIM_DUE_DAYS = 30
DECLARATION_DAYS = 61
"""Creditors declare their claims within two months of the judgment's publication (code de commerce, art. R. 622-24)."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a company may do in a status."""

    buys: bool
    sells: bool
    publishes: bool
    settles: bool


RIGHTS = {
    "applied": Rights(buys=False, sells=False, publishes=False, settles=False),
    "active": Rights(buys=True, sells=True, publishes=True, settles=True),
    "standby": Rights(buys=True, sells=False, publishes=True, settles=True),
    "suspended": Rights(buys=False, sells=False, publishes=False, settles=True),
    "left": Rights(buys=True, sells=False, publishes=False, settles=True),
    "insolvent": Rights(buys=False, sells=False, publishes=False, settles=False),
    "refused": Rights(buys=False, sells=False, publishes=False, settles=False),
}
"""`settles` is whether what is held runs to its end by itself. On stand-by only needs are published; whoever left buys for a
year, out of what is on the account."""


def reminders_due(due_on: date, today: date) -> int:
    """Return how many reminders an unpaid year should have had by today."""
    return sum(today >= due_on + timedelta(days=days) for days in REMIND_DAYS)


def suspends_on(due_on: date) -> date:
    """Return the day from which an unpaid year suspends."""
    return due_on + timedelta(days=GRACE_DAYS)
