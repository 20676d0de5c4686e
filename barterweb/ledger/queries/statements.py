"""Statements by (account, stripe, sequence): nothing here sums the history of an account."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import ScalarSelect

from barterweb.db import session
from barterweb.ledger.facts import PAGE_LINES, AccountMonth, AccountStatement, StatementLine
from barterweb.ledger.models import Account, Entry, Stripe, Transfer
from barterweb.ledger.queries.accounts import AccountIds


def statement(account_id: str, start: date, end: date) -> AccountStatement:
    """Return the statement of a period, both days included. Five queries, whatever the length of the history.

    The lines of an account of the operator, whose stripes have each their own sequence, are numbered from 1 and ordered by
    day and transfer.
    """
    opening_cents, opening_sequence = _standing(account_id, before=start)
    rows = _entries(account_id, start, end)
    parties = _counterparties(account_id, [row.transfer_id for row in rows])
    lines: list[StatementLine] = []
    balance_cents = opening_cents
    for number, row in enumerate(rows, start=1):
        balance_cents += row.amount_cents
        lines.append(
            StatementLine(
                sequence=number if row.stripe else row.sequence,
                transfer_id=row.transfer_id,
                kind=row.kind,
                booked_on=row.booked_on,
                reference=row.reference,
                wording=row.wording,
                counterparty=parties.get(row.transfer_id, ""),
                amount_cents=row.amount_cents,
                balance_after_cents=balance_cents if row.stripe else row.balance_after_cents,
            )
        )
    closing_cents = lines[-1].balance_after_cents if lines else opening_cents
    last_sequence = lines[-1].sequence if lines else opening_sequence
    return AccountStatement(account_id, start, end, opening_cents, tuple(lines), closing_cents, last_sequence)


def statement_page(account_id: str, start: date, end: date, *, most: int = PAGE_LINES) -> AccountStatement:
    """Return the end of a period's statement, as `first_day_of_page` cuts it."""
    return statement(account_id, first_day_of_page(account_id, start, end, most=most), end)


def first_day_of_page(account_id: str, start: date, end: date, *, most: int = PAGE_LINES) -> date:
    """Return the day from which on the last lines of a period fit a page of `most`: whole days, at least one that has lines.

    The lines before are not read, so that a page costs the same however long the period.
    """
    stripes = session.scalars(select(Stripe.stripe).where(Stripe.account_id == account_id)).all() or [0]
    latest = [
        select(
            select(Entry.booked_on)
            .where(
                Entry.account_id == account_id, Entry.stripe == stripe, Entry.booked_on.between(start, end)
            )
            .order_by(Entry.booked_on.desc(), Entry.sequence.desc())
            .limit(most + 1)
            .subquery()
        )
        for stripe in stripes
    ]
    days: list[date] = sorted(session.scalars(union_all(*latest)), reverse=True)
    if len(days) <= most:
        return start
    return min(days[most] + timedelta(days=1), days[0])


def month_end_balances(account_id: str, month_ends: Sequence[date]) -> list[int]:
    """Return the balance in cents of a member at the end of each of these days, in one query."""
    columns = [
        _last_entry(Entry.balance_after_cents, account_id, 0, Entry.booked_on <= day) for day in month_ends
    ]
    return [cents or 0 for cents in session.execute(select(*columns)).one()]


def months(account_id: str, start: date, end: date) -> list[AccountMonth]:
    """Return the months of a period in which a member's account moved, added up by the database; both days included."""
    credit = func.sum(case((Entry.amount_cents > 0, Entry.amount_cents), else_=0))
    debit = func.sum(case((Entry.amount_cents < 0, -Entry.amount_cents), else_=0))
    days = session.execute(
        select(Entry.booked_on, credit, debit)
        .where(Entry.account_id == account_id, Entry.stripe == 0, Entry.booked_on.between(start, end))
        .group_by(Entry.booked_on)
        .order_by(Entry.booked_on)
    )
    found = []
    for first, of_month in groupby(days, key=lambda day: day.booked_on.replace(day=1)):
        _, credits_cents, debits_cents = zip(*of_month, strict=True)
        found.append(AccountMonth(first, int(sum(credits_cents)), int(sum(debits_cents))))
    return found


def entries_per_day(account_ids: AccountIds, since: date) -> dict[str, dict[date, int]]:
    """Return how many entries members' accounts have on each day from `since` on, by account; one query."""
    counts: dict[str, dict[date, int]] = defaultdict(dict)
    for account_id, booked_on, count in session.execute(
        select(Entry.account_id, Entry.booked_on, func.count())
        .where(Entry.account_id.in_(account_ids), Entry.stripe == 0, Entry.booked_on >= since)
        .group_by(Entry.account_id, Entry.booked_on)
    ):
        counts[account_id][booked_on] = count
    return counts


def balances_before(day: date) -> dict[str, int]:
    """Return the balance in cents of every account at the start of a day."""
    return {
        account_id: _standing(account_id, before=day)[0]
        for account_id in session.scalars(select(Account.id).order_by(Account.id))
    }


def _entries(account_id: str, start: date, end: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the entries of a period with their transfers, in the order of the account."""
    stripes = session.scalars(select(Stripe.stripe).where(Stripe.account_id == account_id)).all() or [0]
    return session.execute(
        select(
            Entry.stripe,
            Entry.sequence,
            Entry.transfer_id,
            Entry.amount_cents,
            Entry.balance_after_cents,
            Entry.booked_on,
            Transfer.kind,
            Transfer.reference,
            Transfer.wording,
        )
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.account_id == account_id, Entry.stripe.in_(stripes), Entry.booked_on.between(start, end))
        .order_by(Entry.booked_on, case((Entry.stripe == 0, Entry.sequence), else_=0), Entry.transfer_id)
    ).all()


def _last_entry(
    column: InstrumentedAttribute[int],
    account_id: str,
    stripe: int | InstrumentedAttribute[int],
    when: ColumnElement[bool],
) -> ScalarSelect[int]:
    return (
        select(column)
        .where(Entry.account_id == account_id, Entry.stripe == stripe, when)
        .order_by(Entry.booked_on.desc(), Entry.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )


def _standing(account_id: str, before: date) -> tuple[int, int]:
    """Return the balance and the last sequence of an account at the start of a day; the sequence is 0 for the operator's."""
    earlier = Entry.booked_on < before
    row = session.execute(
        select(
            _last_entry(Entry.balance_after_cents, account_id, 0, earlier),
            _last_entry(Entry.sequence, account_id, 0, earlier),
            select(func.sum(_last_entry(Entry.balance_after_cents, account_id, Stripe.stripe, earlier)))
            .where(Stripe.account_id == account_id)
            .scalar_subquery(),
        )
    ).one()
    return int(row[0] or row[2] or 0), row[1] or 0


def _counterparties(account_id: str, transfer_ids: Sequence[str]) -> dict[str, str]:
    """Name the other accounts of each transfer."""
    names: dict[str, list[str]] = defaultdict(list)
    for transfer_id, name in session.execute(
        select(Entry.transfer_id, Account.name)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id.in_(transfer_ids), Entry.account_id != account_id)
        .order_by(Account.kind.desc(), Account.name)
    ):
        names[transfer_id].append(name)
    return {transfer_id: ", ".join(found) for transfer_id, found in names.items()}
