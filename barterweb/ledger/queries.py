"""Reading the ledger: balances from the rows that were written, statements by (account, stripe, sequence).

Nothing here sums the history of an account; the balance of one of the operator's is the sum of its stripes, whatever its
age. Only columns are read, never objects, since `store` writes past the ORM.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, cast, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import ScalarSelect

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
from barterweb.ledger.models import Account, Entry, Seal, Stripe, Transfer, Unsealed
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


_TRANSFER = (
    Transfer.id,
    Transfer.kind,
    Transfer.booked_on,
    Transfer.created_at,
    Transfer.reference,
    Transfer.wording,
    Transfer.reverses_id,
)
_AT_ONCE = 1_000


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
        select(*VIEW, func.count().over())
        .where(Account.id.in_(account_ids), Account.status == "open", near_floor | near_cap)
        .order_by(room, Account.id)
        .limit(limit)
    ).all()
    return [_view(row) for row in rows], rows[0][-1] if rows else 0


def idle_accounts(
    account_ids: AccountIds, *, above_cents: int, since: date, limit: int
) -> tuple[list[IdleAccount], int]:
    """Return members' accounts holding more than `above_cents` that nothing has left since a day, and how many there are.

    The fullest comes first; one that was never debited is idle from its first entry on.
    """
    of_account = select(Entry.booked_on).where(Entry.account_id == Account.id, Entry.stripe == 0).limit(1)
    last_debit = of_account.where(Entry.amount_cents < 0).order_by(
        Entry.booked_on.desc(), Entry.sequence.desc()
    )
    first_entry = of_account.order_by(Entry.booked_on, Entry.sequence)
    idle_since = func.coalesce(last_debit.scalar_subquery(), first_entry.scalar_subquery())
    rows = session.execute(
        select(*VIEW, idle_since, func.count().over())
        .where(Account.id.in_(account_ids), Account.balance_cents > above_cents, idle_since <= since)
        .order_by(Account.balance_cents.desc(), Account.id)
        .limit(limit)
    ).all()
    return [IdleAccount(_view(row), row[-2]) for row in rows], rows[0][-1] if rows else 0


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


def month_end_balances(account_id: str, month_ends: Sequence[date]) -> list[int]:
    """Return the balance in cents of a member at the end of each of these days, in one query."""
    columns = [
        _last_entry(Entry.balance_after_cents, account_id, 0, Entry.booked_on <= day) for day in month_ends
    ]
    return [cents or 0 for cents in session.execute(select(*columns)).one()]


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


def totals() -> LedgerTotals:
    """Return the ledger in figures; the sum of all balances must be zero."""
    balance = Account.balance_cents
    member = Account.kind == "member"
    striped = select(func.coalesce(func.sum(Stripe.balance_cents), 0)).scalar_subquery()
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(balance), 0) + striped,
            func.coalesce(func.sum(case((member & (balance > 0), balance), else_=0)), 0),
            func.coalesce(func.sum(case((member & (balance < 0), -balance), else_=0)), 0),
            func.coalesce(func.sum(Account.held_cents), 0),
        )
    ).one()
    return LedgerTotals(row[0], journal_size(), int(row[1]), int(row[2]), int(row[3]), int(row[4]))


def totals_by_kind() -> list[KindTotals]:
    """Return sums over all accounts of each kind; the sum of their balances must be zero."""
    sums = [func.coalesce(func.sum(c), 0) for c in (BALANCE, Account.held_cents, Account.incoming_cents)]
    rows = session.execute(
        select(Account.kind, func.count(), *sums).group_by(Account.kind).order_by(Account.kind)
    )
    return [KindTotals(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in rows]


def supply_cents(account_ids: AccountIds) -> int:
    """Return the sum of the positive balances of these accounts: their part of the money supply, in cents."""
    positive = select(func.coalesce(func.sum(Account.balance_cents), 0)).where(Account.balance_cents > 0)
    return int(session.scalar(positive.where(Account.id.in_(account_ids))) or 0)


def debt_cents(account_ids: AccountIds) -> int:
    """Return how far below zero these accounts of members are together, in cents; what others have does not lessen it."""
    negative = select(func.coalesce(func.sum(-Account.balance_cents), 0)).where(Account.balance_cents < 0)
    return int(session.scalar(negative.where(Account.id.in_(account_ids))) or 0)


def journal(
    *, limit: int, offset: int = 0, start: date | None = None, end: date | None = None
) -> list[JournalLine]:
    """Return transfers, newest first, with their entries; two queries."""
    newest_first = (Transfer.booked_on.desc(), Transfer.id.desc())
    query = select(*_TRANSFER).where(*_within(start, end)).order_by(*newest_first).limit(limit).offset(offset)
    return _with_entries(session.execute(query).all())


def journal_lines(start: date | None = None, end: date | None = None) -> Iterator[JournalLine]:
    """Yield the transfers of a period by day and id with their entries, reading a thousand at a time."""
    last: tuple[date, str] | None = None
    while True:
        query = select(*_TRANSFER).where(*_within(start, end)).order_by(Transfer.booked_on, Transfer.id)
        if last is not None:
            query = query.where(tuple_(Transfer.booked_on, Transfer.id) > last)
        transfers = session.execute(query.limit(_AT_ONCE)).all()
        if not transfers:
            return
        yield from _with_entries(transfers)
        last = transfers[-1].booked_on, transfers[-1].id


def journal_of(reference: str) -> list[JournalLine]:
    """Return the transfers with this reference, the oldest first, with their entries; two queries."""
    query = (
        select(*_TRANSFER).where(Transfer.reference == reference).order_by(Transfer.booked_on, Transfer.id)
    )
    return _with_entries(session.execute(query).all())


def balances_before(day: date) -> dict[str, int]:
    """Return the balance in cents of every account at the start of a day."""
    return {
        account_id: _standing(account_id, before=day)[0]
        for account_id in session.scalars(select(Account.id).order_by(Account.id))
    }


def journal_size(*, start: date | None = None, end: date | None = None) -> int:
    """Return the number of transfers booked in the period; without one, of all, which are not counted one by one.

    Each is sealed or waits for it, as `verify` proves, and seals are numbered from 1 without gap.
    """
    if start is None and end is None:
        sealed = select(func.coalesce(func.max(Seal.position), 0)).scalar_subquery()
        waiting = select(func.count()).select_from(Unsealed).scalar_subquery()
        return int(session.execute(select(sealed + waiting)).scalar_one())
    return session.scalar(select(func.count()).select_from(Transfer).where(*_within(start, end))) or 0


def _with_entries(transfers: Sequence[Row[*tuple[Any, ...]]]) -> list[JournalLine]:
    legs: dict[str, list[JournalEntry]] = defaultdict(list)
    for transfer_id, stripe, account_id, name, amount_cents, after_cents in session.execute(
        select(
            Entry.transfer_id,
            Entry.stripe,
            Entry.account_id,
            Account.name,
            Entry.amount_cents,
            Entry.balance_after_cents,
        )
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id.in_([transfer.id for transfer in transfers]))
        .order_by(Entry.amount_cents, Entry.account_id)
    ):
        after = None if stripe else after_cents
        legs[transfer_id].append(JournalEntry(account_id, name, amount_cents, after))
    return [
        JournalLine(
            t.id, t.kind, t.booked_on, t.created_at, t.reference, t.wording, t.reverses_id, tuple(legs[t.id])
        )
        for t in transfers
    ]


def _view(row: Row[Any]) -> AccountView:
    return AccountView(*row[: len(VIEW)])


def _within(start: date | None, end: date | None) -> list[ColumnElement[bool]]:
    conditions = []
    if start is not None:
        conditions.append(Transfer.booked_on >= start)
    if end is not None:
        conditions.append(Transfer.booked_on <= end)
    return conditions


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
