"""Reading the ledger: balances from the rows that were written, statements by (account, sequence).

Nothing here sums the history of an account.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select

from barterweb.db import session
from barterweb.ledger.errors import UnknownAccount
from barterweb.ledger.facts import (
    AccountStatement,
    AccountView,
    IdleAccount,
    JournalEntry,
    JournalLine,
    KindTotals,
    LedgerTotals,
    StatementLine,
)
from barterweb.ledger.models import Account, Entry, Transfer
from barterweb.money import BASIS_POINTS

AccountIds = Sequence[str] | Select[str] | Select[str | None]
"""Which accounts: their ids, or a query that selects them, so that a question about many stays one statement."""


def account_view(account_id: str) -> AccountView:
    """Return one account; raises `UnknownAccount`."""
    views = account_views([account_id])
    if not views:
        raise UnknownAccount(account_id)
    return views[0]


def account_views(account_ids: Sequence[str] | None = None) -> list[AccountView]:
    """Return these accounts (all of them for None) ordered by kind and name; one query."""
    query = select(Account).order_by(Account.kind, Account.name, Account.id)
    if account_ids is not None:
        query = query.where(Account.id.in_(account_ids))
    return [_view(row) for row in session.scalars(query)]


def accounts_of_kinds(kinds: Collection[str], *, limit: int, offset: int = 0) -> list[AccountView]:
    """Return one page of the accounts of some kinds, by kind and name."""
    query = select(Account).where(Account.kind.in_(kinds)).order_by(Account.kind, Account.name, Account.id)
    return [_view(row) for row in session.scalars(query.limit(limit).offset(offset))]


def accounts_near_limits(
    account_ids: AccountIds, *, floor_bp: int, cap_bp: int, limit: int
) -> tuple[list[AccountView], int]:
    """Return open accounts about to reach their floor or ceiling, the least room first, and how many there are in all.

    Near the floor: less than `floor_bp` basis points of the credit limit are still available. Near the ceiling: the balance
    is above `cap_bp` basis points of it.
    """
    available = Account.balance_cents + Account.credit_limit_cents - Account.held_cents
    near_floor = available * BASIS_POINTS < Account.credit_limit_cents * floor_bp
    near_cap = Account.balance_cents * BASIS_POINTS > Account.balance_cap_cents * cap_bp
    room = case((near_floor, available), else_=Account.balance_cap_cents - Account.balance_cents)
    rows = session.execute(
        select(Account, func.count().over())
        .where(Account.id.in_(account_ids), Account.status == "open", near_floor | near_cap)
        .order_by(room, Account.id)
        .limit(limit)
    ).all()
    return [_view(row) for row, _ in rows], rows[0][1] if rows else 0


def idle_accounts(
    account_ids: AccountIds, *, above_cents: int, since: date, limit: int
) -> tuple[list[IdleAccount], int]:
    """Return accounts holding more than `above_cents` that nothing has left since a day, the fullest first, and how many.

    One that was never debited is idle from its first entry on.
    """
    of_account = Entry.account_id == Account.id
    last_debit = select(func.max(Entry.booked_on)).where(of_account, Entry.amount_cents < 0)
    first_entry = select(func.min(Entry.booked_on)).where(of_account)
    idle_since = func.coalesce(last_debit.scalar_subquery(), first_entry.scalar_subquery())
    rows = session.execute(
        select(Account, idle_since, func.count().over())
        .where(Account.id.in_(account_ids), Account.balance_cents > above_cents, idle_since <= since)
        .order_by(Account.balance_cents.desc(), Account.id)
        .limit(limit)
    ).all()
    return [IdleAccount(_view(row), idle_on) for row, idle_on, _ in rows], rows[0][2] if rows else 0


def statement(account_id: str, start: date, end: date) -> AccountStatement:
    """Return the statement of a period, both days included. Four queries, whatever the length of the history."""
    opening = _last_balance(account_id, before=start)
    rows = session.execute(
        select(Entry, Transfer)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.account_id == account_id, Entry.booked_on.between(start, end))
        .order_by(Entry.sequence)
    ).all()
    parties = _counterparties(account_id, [transfer.id for _, transfer in rows])
    lines = tuple(
        StatementLine(
            sequence=entry.sequence,
            transfer_id=transfer.id,
            kind=transfer.kind,
            booked_on=entry.booked_on,
            reference=transfer.reference,
            wording=transfer.wording,
            counterparty=parties.get(transfer.id, ""),
            amount_cents=entry.amount_cents,
            balance_after_cents=entry.balance_after_cents,
        )
        for entry, transfer in rows
    )
    closing, sequence = (lines[-1].balance_after_cents, lines[-1].sequence) if lines else opening
    return AccountStatement(account_id, start, end, opening[0], lines, closing, sequence)


def month_end_balances(account_id: str, month_ends: Sequence[date]) -> list[int]:
    """Return the balance in cents at the end of each of these days, in one query."""
    columns = [
        select(Entry.balance_after_cents)
        .where(Entry.account_id == account_id, Entry.booked_on <= day)
        .order_by(Entry.sequence.desc())
        .limit(1)
        .scalar_subquery()
        for day in month_ends
    ]
    return [cents or 0 for cents in session.execute(select(*columns)).one()]


def totals() -> LedgerTotals:
    """Return the ledger in figures; the sum of all balances must be zero."""
    balance = Account.balance_cents
    member = Account.kind == "member"
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(balance), 0),
            func.coalesce(func.sum(case((member & (balance > 0), balance), else_=0)), 0),
            func.coalesce(func.sum(case((member & (balance < 0), -balance), else_=0)), 0),
            func.coalesce(func.sum(Account.held_cents), 0),
        )
    ).one()
    transfers = session.scalar(select(func.count()).select_from(Transfer)) or 0
    return LedgerTotals(row[0], transfers, int(row[1]), int(row[2]), int(row[3]), int(row[4]))


def totals_by_kind() -> list[KindTotals]:
    """Return sums over all accounts of each kind; the sum of their balances must be zero."""
    sums = [
        func.coalesce(func.sum(c), 0)
        for c in (Account.balance_cents, Account.held_cents, Account.incoming_cents)
    ]
    rows = session.execute(
        select(Account.kind, func.count(), *sums).group_by(Account.kind).order_by(Account.kind)
    )
    return [KindTotals(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in rows]


def supply_cents(account_ids: AccountIds) -> int:
    """Return the sum of the positive balances of these accounts: their part of the money supply, in cents."""
    positive = select(func.coalesce(func.sum(Account.balance_cents), 0)).where(Account.balance_cents > 0)
    return int(session.scalar(positive.where(Account.id.in_(account_ids))) or 0)


def journal(
    *, limit: int, offset: int = 0, start: date | None = None, end: date | None = None
) -> list[JournalLine]:
    """Return transfers, newest first, with their entries; two queries."""
    newest_first = (Transfer.created_at.desc(), Transfer.id.desc())
    query = select(Transfer).where(*_within(start, end)).order_by(*newest_first).limit(limit).offset(offset)
    transfers = session.scalars(query).all()
    legs: dict[str, list[JournalEntry]] = defaultdict(list)
    for entry, name in session.execute(
        select(Entry, Account.name)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id.in_([t.id for t in transfers]))
        .order_by(Entry.amount_cents, Entry.account_id)
    ):
        leg = JournalEntry(entry.account_id, name, entry.amount_cents, entry.balance_after_cents)
        legs[entry.transfer_id].append(leg)
    return [
        JournalLine(
            t.id, t.kind, t.booked_on, t.created_at, t.reference, t.wording, t.reverses_id, tuple(legs[t.id])
        )
        for t in transfers
    ]


def journal_size(*, start: date | None = None, end: date | None = None) -> int:
    """Return the number of transfers booked in the period."""
    return session.scalar(select(func.count()).select_from(Transfer).where(*_within(start, end))) or 0


def _view(row: Account) -> AccountView:
    return AccountView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        status=row.status,
        balance_cents=row.balance_cents,
        held_cents=row.held_cents,
        incoming_cents=row.incoming_cents,
        credit_limit_cents=row.credit_limit_cents,
        balance_cap_cents=row.balance_cap_cents,
        opened_at=row.opened_at,
    )


def _within(start: date | None, end: date | None) -> list[ColumnElement[bool]]:
    conditions = []
    if start is not None:
        conditions.append(Transfer.booked_on >= start)
    if end is not None:
        conditions.append(Transfer.booked_on <= end)
    return conditions


def _last_balance(account_id: str, before: date) -> tuple[int, int]:
    query = select(Entry.balance_after_cents, Entry.sequence)
    row = session.execute(
        query.where(Entry.account_id == account_id, Entry.booked_on < before)
        .order_by(Entry.sequence.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else (0, 0)


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
