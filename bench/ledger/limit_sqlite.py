"""The limit on SQLite: the same rows by hand with `sqlite3`, as durable as ours.

`python -m bench.ledger.limit_sqlite settle|transfer FILE` works on a file that has our tables.

The same tables, checks of limits and key; no exception is named, no outcome told, nothing sealed, and writers wait by
SQLite's own busy timeout.
"""

import sqlite3
import sys
from itertools import count

from bench.ledger.writer import Order, obey

BUSY_TIMEOUT_SECONDS = 15
NOW, LATER, TODAY = "2026-01-15 09:00:00.000000", "2026-02-15 09:00:00.000000", "2026-01-15"
ACCOUNT = """SELECT balance_cents, held_cents, incoming_cents, credit_limit_cents, balance_cap_cents, last_sequence
             FROM ledger_accounts WHERE id = ?"""
STRIPE = "SELECT balance_cents, last_sequence FROM ledger_stripes WHERE account_id = 'acc_commission' AND stripe = ?"
HOLD = "INSERT INTO ledger_holds VALUES (?, ?, ?, ?, ?, ?, 'held', ?, ?, NULL, NULL)"
TRANSFER = "INSERT INTO ledger_transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
ENTRY = "INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?, ?)"


def main(role: str, path: str) -> None:
    """Obey orders on this file: trades agreed and then settled, or settled at once."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")
    numbers = count()

    number = ""

    def agree(buyer: int, seller: int, order: Order) -> None:
        nonlocal number
        number = f"{order['seed']}-{order['start']:.3f}-{next(numbers):07}"
        place(connection, number, f"acc_{buyer:05}", f"acc_{seller:05}")

    def settle(buyer: int, seller: int, order: Order) -> None:
        post(connection, number, f"acc_{buyer:05}", f"acc_{seller:05}", commission=order["commission"])

    def transfer(buyer: int, seller: int, order: Order) -> None:
        trade = f"{order['seed']}-{order['start']:.3f}-{next(numbers):07}"
        book(connection, trade, f"acc_{buyer:05}", f"acc_{seller:05}", commission=order["commission"])

    obey(*{"settle": (agree, settle), "transfer": (transfer,)}[role])


def place(connection: sqlite3.Connection, number: str, payer: str, payee: str) -> None:
    """Place a hold of 100.00 in a transaction."""
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    balance, held, _, limit, _, _ = execute(ACCOUNT, (payer,)).fetchone()
    assert balance + limit - held >= 10_000
    balance, _, incoming, _, cap, _ = execute(ACCOUNT, (payee,)).fetchone()
    assert balance + incoming + 10_000 <= cap
    execute(HOLD, (f"hld_{number}", payer, payee, 10_000, 10_000, f"trd_{number}", NOW, LATER))
    execute("UPDATE ledger_accounts SET held_cents = held_cents + 10000 WHERE id = ?", (payer,))
    execute("UPDATE ledger_accounts SET incoming_cents = incoming_cents + 10000 WHERE id = ?", (payee,))
    execute("COMMIT")


def post(connection: sqlite3.Connection, number: str, payer: str, payee: str, *, commission: bool) -> None:
    """Post the hold and book 5.00 of commission in a transaction."""
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    assert execute("SELECT status FROM ledger_holds WHERE id = ?", (f"hld_{number}",)).fetchone() == ("held",)
    write(connection, number, payer, payee, commission=commission, held=10_000)
    execute(
        "UPDATE ledger_holds SET status = 'posted', settled_at = ?, transfer_id = ? WHERE id = ?",
        (NOW, f"ope_{number}", f"hld_{number}"),
    )
    execute("COMMIT")


def book(connection: sqlite3.Connection, number: str, payer: str, payee: str, *, commission: bool) -> None:
    """Book 100.00 and 5.00 of commission, without hold, in a transaction."""
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    balance, held, _, limit, _, _ = execute(ACCOUNT, (payer,)).fetchone()
    assert balance + limit - held >= 10_000
    balance, _, incoming, _, cap, _ = execute(ACCOUNT, (payee,)).fetchone()
    assert balance + incoming + 10_000 <= cap
    write(connection, number, payer, payee, commission=commission, held=0)
    execute("COMMIT")


def write(
    connection: sqlite3.Connection, number: str, payer: str, payee: str, *, commission: bool, held: int
) -> None:
    """Write what a settled trade writes, and take off its accounts what was `held` for it."""
    execute = connection.execute
    key, stripe = f"trd_{number}:settle", hash(number) % 64 + 1
    assert execute("SELECT 1 FROM ledger_transfers WHERE idempotency_key = ?", (key,)).fetchone() is None
    paid, _, _, _, _, last_of_payer = execute(ACCOUNT, (payer,)).fetchone()
    got, _, _, _, _, last_of_payee = execute(ACCOUNT, (payee,)).fetchone()
    transfers = [(f"ope_{number}", "trade", key)]
    entries = [
        (payer, 0, last_of_payer + 1, f"ope_{number}", -10_000, paid - 10_000, TODAY),
        (payee, 0, last_of_payee + 1, f"ope_{number}", 10_000, got + 10_000, TODAY),
    ]
    fee = 500 if commission else 0
    if commission:
        earned, last = execute(STRIPE, (stripe,)).fetchone()
        transfers.append((f"fee_{number}", "commission", f"{key}:fee:1"))
        entries += [
            (payee, 0, last_of_payee + 2, f"fee_{number}", -fee, got + 10_000 - fee, TODAY),
            ("acc_commission", stripe, last + 1, f"fee_{number}", fee, earned + fee, TODAY),
        ]
        execute(
            "UPDATE ledger_stripes SET balance_cents = balance_cents + ?, last_sequence = last_sequence + 1,"
            " last_booked_on = ? WHERE account_id = 'acc_commission' AND stripe = ?",
            (fee, TODAY, stripe),
        )
    rest = ("0" * 64, f"trd_{number}", "Expertise comptable", TODAY, NOW)
    connection.executemany(TRANSFER, [(*transfer, *rest) for transfer in transfers])
    connection.executemany(
        "INSERT INTO ledger_unsealed VALUES (?)", [(transfer[0],) for transfer in transfers]
    )
    connection.executemany(ENTRY, entries)
    execute(
        "UPDATE ledger_accounts SET balance_cents = balance_cents - 10000, held_cents = held_cents - ?,"
        " last_sequence = last_sequence + 1, last_booked_on = ? WHERE id = ?",
        (held, TODAY, payer),
    )
    execute(
        "UPDATE ledger_accounts SET balance_cents = balance_cents + 10000 - ?, incoming_cents = incoming_cents - ?,"
        " last_sequence = last_sequence + ?, last_booked_on = ? WHERE id = ?",
        (fee, held, len(transfers), TODAY, payee),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
