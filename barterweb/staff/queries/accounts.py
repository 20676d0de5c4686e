"""The accounts of companies, as the operator looks one up among all."""

from sqlalchemy import select

from barterweb import ledger
from barterweb.counts import BOUND, count_up_to
from barterweb.db import session
from barterweb.members.facts import fold
from barterweb.members.models import Company


def accounts_of_companies(
    words: str, everything: ledger.KindTotals | None, limit: int, offset: int
) -> tuple[list[ledger.AccountView], int]:
    """Return one page of the accounts of companies, by name, and how many there are: `everything` without words.

    `words` stand in the company's name, activity or town, whatever the case and accents; those found are counted beyond
    the page, up to a bound.
    """
    if not words:
        total = everything.accounts if everything else 0
        return ledger.accounts_of_kinds({"member"}, limit=limit, offset=offset), total
    found = select(Company.account_id).where(
        Company.account_id.is_not(None), Company.search_text.contains(fold(words), autoescape=True)
    )
    page = session.scalars(found.order_by(Company.search_text, Company.id).limit(limit).offset(offset))
    views = ledger.account_views([account_id for account_id in page if account_id])
    return views, count_up_to(found, offset + BOUND)
