"""The steps of a booking on SQLite, where the writer of a transaction is alone: no locks, one statement a step.

The same steps, in the same order and with the same outcomes, as the function `ledger_book` of migrations 0004 and 0066.
"""

from sqlite3 import Connection
from typing import Any

Body = dict[str, Any]
Outcome = dict[str, Any]
Place = dict[str, Any]
"""Where an account's balance lies: the row of a member's account, or the stripe drawn for one of the operator's."""

PLACES = """
    SELECT a.id, a.status, a.credit_limit_cents, a.balance_cap_cents, a.held_cents, a.incoming_cents,
           COALESCE(s.stripe, 0) AS stripe,
           COALESCE(s.balance_cents, a.balance_cents) AS balance_cents,
           COALESCE(s.last_sequence, a.last_sequence) AS last_sequence,
           COALESCE(s.last_booked_on, a.last_booked_on) AS last_booked_on
    FROM ledger_accounts a LEFT JOIN ledger_stripes s ON s.account_id = a.id AND s.stripe = ?
    WHERE a.id IN ({}) ORDER BY a.id"""
KEY = "SELECT id, booked_on, fingerprint FROM ledger_transfers WHERE idempotency_key = ?"
HOLD = """
    SELECT status, expires_at, payer_account_id, payee_account_id, amount_cents, expected_cents, reference
    FROM ledger_holds WHERE id = ?"""
NEW_HOLD = """
    INSERT INTO ledger_holds (id, payer_account_id, payee_account_id, amount_cents, expected_cents, reference, status,
                              created_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, 'held', ?, ?)"""
END_OF_HOLD = "UPDATE ledger_holds SET status = ?, settled_at = ?, transfer_id = ? WHERE id = ?"
NEW_TRANSFER = """
    INSERT INTO ledger_transfers (id, kind, idempotency_key, fingerprint, reference, wording, booked_on, created_at,
                                  reverses_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
TO_SEAL = "INSERT INTO ledger_unsealed (transfer_id) VALUES (?)"
NEW_ENTRY = """
    INSERT INTO ledger_entries (account_id, stripe, sequence, transfer_id, amount_cents, balance_after_cents, booked_on)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
NEW_BALANCE = """
    UPDATE ledger_accounts SET balance_cents = balance_cents + ?, held_cents = held_cents + ?,
        incoming_cents = incoming_cents + ?, last_sequence = last_sequence + ?, last_booked_on = ?
    WHERE id = ?"""
NEW_STRIPE = """
    UPDATE ledger_stripes SET balance_cents = balance_cents + ?, last_sequence = last_sequence + ?, last_booked_on = ?
    WHERE account_id = ? AND stripe = ?"""


def book(connection: Connection, body: Body) -> Outcome:
    """Write a booking whole, or nothing; return its outcome."""
    moves = body["moves"]
    statement = PLACES.format(", ".join("?" * len(moves)))
    places = _rows(connection, statement, (body["stripe"], *moves))
    unknown = sorted(moves.keys() - {place["id"] for place in places})
    if unknown:
        return {"outcome": "unknown account", "subject": unknown[0]}
    outcome = _known(connection, body) or _refusal_of_hold(connection, body) or _refusal(places, body)
    return outcome or _write(connection, places, body)


def _rows(connection: Connection, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Return the rows of a query, each with its columns by name."""
    cursor = connection.execute(statement, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _known(connection: Connection, body: Body) -> Outcome | None:
    """Answer a key, or the id of a hold to place, that was booked before."""
    for transfer in body["transfers"][:1]:
        first = connection.execute(KEY, (transfer["idempotency_key"],)).fetchone()
        if first is not None and first[2] == transfer["fingerprint"]:
            return {"outcome": "replayed", "id": first[0], "booked_on": first[1]}
        if first is not None:
            return {"outcome": "key of another", "subject": transfer["idempotency_key"]}
    return None


def _refusal_of_hold(connection: Connection, body: Body) -> Outcome | None:
    """Say why a hold cannot be placed, posted or released now, or that it was already."""
    hold = body["hold"]
    if hold is None:
        return None
    known = next(iter(_rows(connection, HOLD, (hold["id"],))), None)
    if hold["action"] == "place":
        if known is None:
            return None
        terms = ("payer_account_id", "payee_account_id", "amount_cents", "expected_cents", "reference")
        same = all(known[term] == hold[term] for term in terms)
        return {"outcome": "replayed"} if same else {"outcome": "key of another", "subject": hold["id"]}
    if known is None:
        return {"outcome": "unknown hold", "subject": hold["id"]}
    if known["status"] == "released" and hold["action"] == "release":
        return {"outcome": "replayed"}
    if known["status"] != "held":
        return {"outcome": "hold settled", "subject": hold["id"], "status": known["status"]}
    expired = known["expires_at"] is not None and known["expires_at"] <= _stored(body["now"])
    if expired and hold["action"] == "post":
        return {"outcome": "hold expired", "subject": hold["id"]}
    return None


def _refusal(places: list[Place], body: Body) -> Outcome | None:
    """Say which account refuses its part, if one does."""
    for place in places:
        move, subject = body["moves"][place["id"]], place["id"]
        if place["status"] != "open" and not body["thaws"]:
            return {"outcome": "account not open", "subject": subject, "status": place["status"]}
        if place["stripe"] and (move["held"] or move["incoming"]):
            return {"outcome": "no holds", "subject": subject}
        limit, cap = place["credit_limit_cents"], place["balance_cap_cents"]
        if limit is not None and move["taken"]:
            left = place["balance_cents"] + limit - place["held_cents"]
            if move["taken"] > left:
                return {"outcome": "limit", "subject": subject, "left": left}
        if cap is not None and move["given"]:
            left = cap - place["balance_cents"] - place["incoming_cents"]
            if move["given"] > left:
                return {"outcome": "cap", "subject": subject, "left": left}
    return None


def _write(connection: Connection, places: list[Place], body: Body) -> Outcome:
    """Write what nothing refuses."""
    now = _stored(body["now"])
    day = max([body["today"], *(place["last_booked_on"] for place in places if place["last_booked_on"])])
    execute = connection.execute
    if body["transfers"]:
        write = connection.executemany
        write(NEW_TRANSFER, [_transfer(transfer, day, now) for transfer in body["transfers"]])
        write(TO_SEAL, [(transfer["id"],) for transfer in body["transfers"]])
        write(NEW_ENTRY, [entry for place in places for entry in _entries(place, body, day)])
    for place in places:
        move = body["moves"][place["id"]]
        number = len(move["lines"])
        last_booked_on = day if number else place["last_booked_on"]
        if place["stripe"]:
            key = (place["id"], place["stripe"])
            execute(NEW_STRIPE, (move["change"], number, last_booked_on, *key))
        else:
            changes = (move["change"], move["held"], move["incoming"], number)
            execute(NEW_BALANCE, (*changes, last_booked_on, place["id"]))
    if body["hold"] is not None:
        _write_hold(connection, body["hold"], now)
    return {
        "outcome": "booked",
        "id": body["transfers"][0]["id"] if body["transfers"] else None,
        "booked_on": day,
    }


def _write_hold(connection: Connection, hold: dict[str, Any], now: str) -> None:
    if hold["action"] == "place":
        terms = ("id", "payer_account_id", "payee_account_id", "amount_cents", "expected_cents", "reference")
        expires_at = hold["expires_at"] and _stored(hold["expires_at"])
        connection.execute(NEW_HOLD, (*(hold[term] for term in terms), now, expires_at))
    else:
        status = {"post": "posted", "release": "released"}[hold["action"]]
        connection.execute(END_OF_HOLD, (status, now, hold.get("transfer_id"), hold["id"]))


def _transfer(transfer: dict[str, Any], day: str, now: str) -> tuple[str, ...]:
    head = ("id", "kind", "idempotency_key", "fingerprint", "reference", "wording")
    return (*(transfer[name] for name in head), day, now, transfer["reverses_id"])


def _entries(place: Place, body: Body, day: str) -> list[tuple[str | int, ...]]:
    return [
        (
            place["id"],
            place["stripe"],
            place["last_sequence"] + number,
            line["transfer_id"],
            line["amount"],
            place["balance_cents"] + line["running"],
            day,
        )
        for number, line in enumerate(body["moves"][place["id"]]["lines"], start=1)
    ]


def _stored(moment: str) -> str:
    """Return a moment, ISO 8601 in UTC, as SQLAlchemy keeps it in SQLite: without zone, with microseconds."""
    text = moment.removesuffix("+00:00").replace("T", " ")
    return text if "." in text else f"{text}.000000"
