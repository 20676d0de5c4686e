"""`flask ledger verify`: the arithmetic of the ledger, redone by the database from the rows themselves.

Each check is one query that returns what is wrong, so that an auditor can read it and run it by hand. `{t}`, `{e}` and `{h}`
restrict it to transfers sealed since a point; a check without one of them reads accounts only, or (`HISTORY`) needs it all.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import func, select, text

from barterweb.db import dialect_name, session
from barterweb.ledger.facts import Finding, Verification
from barterweb.ledger.models import Account, Entry, Hold, Seal, Transfer
from barterweb.ledger.seals import CHAINED, broken_links

RECENT = """
    recent (transfer_id) AS (
        SELECT transfer_id FROM ledger_seals WHERE position > :since UNION ALL SELECT transfer_id FROM ledger_unsealed)"""
PLACES = """
    places (account_id, stripe, balance_cents, last_sequence, last_booked_on) AS (
        SELECT id, 0, balance_cents, last_sequence, last_booked_on FROM ledger_accounts WHERE kind = 'member'
        UNION ALL
        SELECT account_id, stripe, balance_cents, last_sequence, last_booked_on FROM ledger_stripes)"""

CHECKS = {
    "entries of a transfer sum to zero": """
        SELECT t.id, 'sum ' || COALESCE(SUM(e.amount_cents), 0) || ' over ' || COUNT(e.transfer_id) || ' entries'
        FROM ledger_transfers t LEFT JOIN ledger_entries e ON e.transfer_id = t.id WHERE {t}
        GROUP BY t.id HAVING COALESCE(SUM(e.amount_cents), 1) <> 0 OR COUNT(e.transfer_id) < 2""",
    "a balance is that of its last entry": """
        SELECT p.account_id, 'balance ' || p.balance_cents || ', last entry ' || COALESCE(e.balance_after_cents, 0)
        FROM places p LEFT JOIN ledger_entries e
            ON e.account_id = p.account_id AND e.stripe = p.stripe AND e.sequence = p.last_sequence
        WHERE p.balance_cents <> COALESCE(e.balance_after_cents, 0) OR (p.last_sequence > 0 AND e.account_id IS NULL)
            OR p.last_booked_on <> e.booked_on""",
    "each running balance follows from the one before": """
        SELECT e.account_id, 'sequence ' || e.sequence || ': ' || e.balance_after_cents || ' after '
                             || COALESCE(b.balance_after_cents, 0)
        FROM ledger_entries e LEFT JOIN ledger_entries b
            ON b.account_id = e.account_id AND b.stripe = e.stripe AND b.sequence = e.sequence - 1
        WHERE {e} AND (e.balance_after_cents <> COALESCE(b.balance_after_cents, 0) + e.amount_cents
                       OR (b.account_id IS NULL AND e.sequence <> 1))""",
    "dates of an account never go back": """
        SELECT e.account_id, 'sequence ' || e.sequence || ' is dated before its predecessor'
        FROM ledger_entries e JOIN ledger_entries b
            ON b.account_id = e.account_id AND b.stripe = e.stripe AND b.sequence = e.sequence - 1
        WHERE {e} AND e.booked_on < b.booked_on""",
    "all balances sum to zero": """
        SELECT 'ledger', 'sum ' || SUM(balance_cents) FROM places HAVING SUM(balance_cents) <> 0""",
    "each account of the operator has its stripes": """
        SELECT a.id, COUNT(s.stripe) || ' stripes'
        FROM ledger_accounts a LEFT JOIN ledger_stripes s ON s.account_id = a.id
        GROUP BY a.id, a.kind HAVING COUNT(s.stripe) <> CASE a.kind WHEN 'member' THEN 0 ELSE 64 END""",
    "amounts held are the open holds": """
        SELECT a.id, 'held ' || a.held_cents || ', holds ' || COALESCE(SUM(h.amount_cents), 0)
        FROM ledger_accounts a LEFT JOIN ledger_holds h ON h.payer_account_id = a.id AND h.status = 'held'
        GROUP BY a.id, a.held_cents HAVING a.held_cents <> COALESCE(SUM(h.amount_cents), 0)""",
    "amounts promised are the open holds": """
        SELECT a.id, 'incoming ' || a.incoming_cents || ', holds ' || COALESCE(SUM(h.expected_cents), 0)
        FROM ledger_accounts a LEFT JOIN ledger_holds h ON h.payee_account_id = a.id AND h.status = 'held'
        GROUP BY a.id, a.incoming_cents HAVING a.incoming_cents <> COALESCE(SUM(h.expected_cents), 0)""",
    "a hold is posted for what it reserved at most": """
        SELECT h.id, 'reserved ' || h.amount_cents || ', taken ' || COALESCE(-e.amount_cents, 0)
        FROM ledger_holds h
        LEFT JOIN ledger_entries e ON e.transfer_id = h.transfer_id AND e.account_id = h.payer_account_id
        WHERE {h} AND h.status = 'posted' AND COALESCE(-e.amount_cents, -1) NOT BETWEEN 0 AND h.amount_cents""",
    "reversals never exceed their original": """
        SELECT o.transfer_id, 'account ' || o.account_id || ': ' || o.amount_cents || ' undone by ' || SUM(e.amount_cents)
        FROM ledger_transfers r
        JOIN ledger_entries e ON e.transfer_id = r.id
        JOIN ledger_entries o ON o.transfer_id = r.reverses_id AND o.account_id = e.account_id
        WHERE r.reverses_id IN (SELECT t.reverses_id FROM ledger_transfers t WHERE {t})
        GROUP BY o.transfer_id, o.account_id, o.amount_cents
        HAVING (o.amount_cents > 0 AND SUM(e.amount_cents) NOT BETWEEN -o.amount_cents AND 0)
            OR (o.amount_cents < 0 AND SUM(e.amount_cents) NOT BETWEEN 0 AND -o.amount_cents)""",
}

HISTORY = {
    "an entry belongs to a transfer": """
        SELECT e.account_id, 'sequence ' || e.sequence || ' has no transfer'
        FROM ledger_entries e LEFT JOIN ledger_transfers t ON t.id = e.transfer_id WHERE t.id IS NULL""",
    "a balance is the sum of its entries": """
        SELECT p.account_id, 'balance ' || p.balance_cents || ', entries ' || COALESCE(SUM(e.amount_cents), 0)
        FROM places p LEFT JOIN ledger_entries e ON e.account_id = p.account_id AND e.stripe = p.stripe
        GROUP BY p.account_id, p.stripe, p.balance_cents HAVING p.balance_cents <> COALESCE(SUM(e.amount_cents), 0)""",
    "entries of an account are numbered without gap": """
        SELECT p.account_id, 'last ' || p.last_sequence || ', entries ' || COUNT(e.sequence)
        FROM places p LEFT JOIN ledger_entries e ON e.account_id = p.account_id AND e.stripe = p.stripe
        GROUP BY p.account_id, p.stripe, p.last_sequence
        HAVING p.last_sequence <> COUNT(e.sequence) OR p.last_sequence <> COALESCE(MAX(e.sequence), 0)""",
    "an entry lies where its account keeps its balance": """
        SELECT e.account_id, 'sequence ' || e.sequence || ' lies in stripe ' || e.stripe
        FROM ledger_entries e LEFT JOIN places p ON p.account_id = e.account_id AND p.stripe = e.stripe
        WHERE p.account_id IS NULL""",
    "a transfer is sealed, or waits for it": """
        SELECT t.id, CASE WHEN s.transfer_id IS NULL THEN 'is neither' ELSE 'is both' END
        FROM ledger_transfers t
        LEFT JOIN ledger_seals s ON s.transfer_id = t.id LEFT JOIN ledger_unsealed u ON u.transfer_id = t.id
        WHERE (s.transfer_id IS NULL) = (u.transfer_id IS NULL)""",
}

PRINTED = "a printed head of the chain is still there"
GUARDED = "the database refuses changes to what is booked"

TABLES = {model.__tablename__: model for model in (Account, Transfer, Entry, Hold, Seal)}

GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%_append_only_%'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    " AND tgname LIKE 'ledger_%_append_only_%'",
}

EXPECTED_GUARDS = {
    "sqlite": {
        f"ledger_{table}_append_only_{verb}"
        for table in ("transfers", "entries", "seals")
        for verb in ("update", "delete", "replace")
    },
    "postgresql": {
        f"ledger_{table}_append_only_{verb}"
        for table in ("transfers", "entries", "seals")
        for verb in ("change", "truncate")
    },
}


def verify(
    *,
    since: int = 0,
    printed: tuple[int, str] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Verification:
    """Check the ledger; reads only. Every finding names the transfer, account or hold that is wrong.

    `since` is a position of the hash chain: what was sealed up to it is taken for good, and only accounts, open holds and
    later transfers are read; 0 checks the whole history. `printed` is a chain head from a statement or a backup, position
    and hash. `progress` is told what is being done.
    """
    queries = CHECKS if since else CHECKS | HISTORY
    findings: list[Finding] = []
    for check, query in queries.items():
        progress(check)
        findings += [
            Finding(check, str(subject), str(detail))
            for subject, detail in session.execute(
                text(_statement(query, since)), {"since": since} if since else {}
            )
        ]
    progress(CHAINED)
    findings += broken_links(since, progress)
    findings += _missing_guards()
    checks = [*queries, CHAINED, GUARDED]
    if printed is not None:
        checks.append(PRINTED)
        findings += _forgotten(*printed)
    counts = {
        name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in TABLES.items()
    }
    return Verification(tuple(checks), counts, tuple(findings))


def _statement(query: str, since: int) -> str:
    among = "{} IN (SELECT transfer_id FROM recent)" if since else "{} IS NOT NULL"
    limits = {
        "t": among.format("t.id"),
        "e": among.format("e.transfer_id"),
        "h": among.format("h.transfer_id"),
    }
    ctes = f"WITH {RECENT}, {PLACES}" if since else f"WITH {PLACES}"
    return f"{ctes} {query.format(**limits)}"


def _missing_guards() -> Iterator[Finding]:
    present = set(session.scalars(text(GUARDS[dialect_name()])))
    for name in sorted(EXPECTED_GUARDS[dialect_name()] - present):
        yield Finding(GUARDED, name, "trigger missing")


def _forgotten(position: int, printed_hash: str) -> Iterator[Finding]:
    kept = session.scalar(select(Seal.hash).where(Seal.position == position))
    if kept != printed_hash:
        yield Finding(PRINTED, f"seal {position}", f"the chain holds {kept or 'none'}")
