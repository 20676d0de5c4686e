"""Accounts: balances from the rows that were written, and what all of them come to."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from barterweb.counts import Count, first_of, unindexed
from barterweb.db import session
from barterweb.ledger.errors import UnknownAccount
from barterweb.ledger.facts import AccountView, IdleAccount, KindTotals, LedgerTotals
from barterweb.ledger.models import ACCOUNT_KINDS, Account, Entry, Stripe
from barterweb.ledger.queries.journals import journal_size
from barterweb.money import BASIS_POINTS

AccountIds = Sequence[str] | Select[str] | Select[str | None]
"""Which accounts: their ids, or a query that selects them, so that a question about many stays one statement."""

BALANCE = case(
    (Account.kind == "member", Account.balance_cents),
    else_=select(cast(func.coalesce(func.sum(Stripe.balance_cents), 0), BigInteger))
    .where(Stripe.account_id == Account.id)
    .scalar_subquery(),
)
"""The balance of an account, wherever it lies."""

VIEW = (
    Account.id,
    Account.kind,
    Account.name,
    Account.status,
    BALANCE.label("balance_cents"),
    Account.held_cents,
    Account.incoming_cents,
    Account.credit_limit_cents,
    Account.balance_cap_cents,
    Account.opened_at,
)


def account_view(account_id: str) -> AccountView:
    """Return one account; raises `UnknownAccount`."""
    views = account_views([account_id])
    if not views:
        raise UnknownAccount(account_id)
    return views[0]


def account_views(account_ids: Sequence[str] | None = None) -> list[AccountView]:
    """Return these accounts (all of them for None) ordered by kind and name; one query."""
    query = select(*VIEW).order_by(Account.kind, Account.name, Account.id)
    if account_ids is not None:
        query = query.where(Account.id.in_(account_ids))
    return [_view(row) for row in session.execute(query)]


def balance_of(account_id: str) -> int:
    """Return one balance in cents; 0 for an account that does not exist."""
    cents = session.scalar(select(BALANCE).where(Account.id == account_id))
    return 0 if cents is None else int(cents)


def accounts_of_kinds(kinds: Collection[str], *, limit: int, offset: int = 0) -> list[AccountView]:
    """Return one page of the accounts of some kinds, by kind and name."""
    query = select(*VIEW).where(Account.kind.in_(kinds)).order_by(Account.kind, Account.name, Account.id)
    return [_view(row) for row in session.execute(query.limit(limit).offset(offset))]


def accounts_near_limits(
    account_ids: Select[str | None], *, floor_bp: int, cap_bp: int, limit: int, bound: int
) -> tuple[list[AccountView], Count]:
    """Return open accounts about to reach their floor or ceiling, the least room first, and how many, up to a bound.

    Near the floor: less than `floor_bp` basis points of the credit limit are still available. Near the ceiling: the balance
    is above `cap_bp` basis points of it.
    """
    available = Account.balance_cents + Account.credit_limit_cents - Account.held_cents
    near_floor = available * BASIS_POINTS < Account.credit_limit_cents * floor_bp
    near_cap = Account.balance_cents * BASIS_POINTS > Account.balance_cap_cents * cap_bp
    room = case((near_floor, available), else_=Account.balance_cap_cents - Account.balance_cents)
    near = select(Account.id, room.label("room")).where(Account.status == "open", near_floor | near_cap)
    first = near.order_by(room, Account.id).offset(0).subquery()  # few: whose they are is asked of these only
    found, count = first_of(select(first).where(_is_among(first.c.id, account_ids)), bound)
    rows = session.execute(
        select(*VIEW, count)
        .join(found, found.c.id == Account.id)
        .order_by(found.c.room, Account.id)
        .limit(limit)
    ).all()
    return [_view(row) for row in rows], Count.of(rows[0][-1] if rows else 0, bound)


def idle_accounts(
    account_ids: Select[str | None], *, above_cents: int, since: date, limit: int, bound: int
) -> tuple[list[IdleAccount], Count]:
    """Return members' accounts holding more than `above_cents` that nothing has left since a day; how many, up to a bound.

    The fullest comes first; one that was never debited is idle from its first entry on. Accounts are looked at from the
    fullest on, until the bound is reached.
    """
    filled = select(Account.id, Account.balance_cents).where(Account.balance_cents > above_cents)
    full = filled.order_by(Account.balance_cents.desc(), Account.id).offset(0).subquery()
    of_account = select(Entry.booked_on).where(Entry.account_id == full.c.id, Entry.stripe == 0).limit(1)
    last_debit = of_account.where(Entry.amount_cents < 0).order_by(
        Entry.booked_on.desc(), Entry.sequence.desc()
    )
    first_entry = of_account.order_by(Entry.booked_on, Entry.sequence)
    idle_since = func.coalesce(last_debit.scalar_subquery(), first_entry.scalar_subquery())
    lying = select(full.c.id, idle_since.label("since"))
    found, count = first_of(lying.where(_is_among(full.c.id, account_ids), idle_since <= since), bound)
    rows = session.execute(
        select(*VIEW, found.c.since, count)
        .join(found, found.c.id == Account.id)
        .order_by(Account.balance_cents.desc(), Account.id)
        .limit(limit)
    ).all()
    return [IdleAccount(_view(row), row[-2]) for row in rows], Count.of(rows[0][-1] if rows else 0, bound)


def _is_among(account_id: ColumnElement[str], account_ids: Select[str | None]) -> ColumnElement[bool]:
    """Tell whether a query selects an account, looked up by its id instead of making a list of all that it selects."""
    (selected,) = account_ids.selected_columns
    return account_ids.where(selected == account_id).exists()


def totals(by_kind: Sequence[KindTotals] | None = None) -> LedgerTotals:
    """Return the ledger in figures, from those of each kind; the sum of all balances must be zero."""
    kinds = totals_by_kind() if by_kind is None else by_kind
    return LedgerTotals(
        accounts=sum(kind.accounts for kind in kinds),
        transfers=journal_size(),
        balance_sum_cents=sum(kind.balance_cents for kind in kinds),
        supply_cents=sum(kind.supply_cents for kind in kinds),
        debt_cents=sum(kind.debt_cents for kind in kinds),
        held_cents=sum(kind.held_cents for kind in kinds),
    )


def totals_by_kind() -> list[KindTotals]:
    """Return sums over all accounts of each kind; the sum of their balances must be zero."""
    held, incoming = _sum(Account.held_cents), _sum(Account.incoming_cents)
    balance = Account.balance_cents
    members = session.execute(
        select(
            func.count(),
            _sum(balance),
            held,
            incoming,
            _sum(case((balance > 0, balance), else_=0)),
            _sum(case((balance < 0, -balance), else_=0)),
        ).where(unindexed(Account.kind) == "member")
    ).one()
    others = session.execute(
        select(Account.kind, func.count(), _sum(BALANCE), held, incoming)
        .where(Account.kind.in_([kind for kind in ACCOUNT_KINDS if kind != "member"]))
        .group_by(Account.kind)
    )
    found = [KindTotals(row[0], *map(int, row[1:])) for row in others]
    if members[0]:
        found.append(KindTotals("member", *map(int, members)))
    return sorted(found, key=lambda totals: totals.kind)


def _sum(column: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def supply_cents(account_ids: AccountIds) -> int:
    """Return the sum of the positive balances of these accounts: their part of the money supply, in cents."""
    positive = select(func.coalesce(func.sum(Account.balance_cents), 0)).where(Account.balance_cents > 0)
    return int(session.scalar(positive.where(Account.id.in_(account_ids))) or 0)


def debt_cents(account_ids: AccountIds) -> int:
    """Return how far below zero these accounts of members are together, in cents; what others have does not lessen it."""
    negative = select(func.coalesce(func.sum(-Account.balance_cents), 0)).where(Account.balance_cents < 0)
    return int(session.scalar(negative.where(Account.id.in_(account_ids))) or 0)


def _view(row: Row[Any]) -> AccountView:
    return AccountView(*row[: len(VIEW)])
