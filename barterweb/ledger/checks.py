"""`flask ledger verify`: the arithmetic of the whole ledger, redone by the database from the rows themselves.

Each check is one query that returns what is wrong, so that an auditor can read it and run it by hand.
"""

from sqlalchemy import func, select, text

from barterweb.db import dialect_name, session
from barterweb.ledger.facts import Finding, Verification
from barterweb.ledger.models import Account, Entry, Hold, Transfer

CHECKS = {
    "entries of a transfer sum to zero": """
        SELECT t.id, 'sum ' || COALESCE(SUM(e.amount_cents), 0) || ' over ' || COUNT(e.transfer_id) || ' entries'
        FROM ledger_transfers t LEFT JOIN ledger_entries e ON e.transfer_id = t.id
        GROUP BY t.id HAVING COALESCE(SUM(e.amount_cents), 1) <> 0 OR COUNT(e.transfer_id) < 2""",
    "an entry belongs to a transfer": """
        SELECT e.account_id, 'sequence ' || e.sequence || ' has no transfer'
        FROM ledger_entries e LEFT JOIN ledger_transfers t ON t.id = e.transfer_id WHERE t.id IS NULL""",
    "a balance is the sum of its entries": """
        SELECT a.id, 'balance ' || a.balance_cents || ', entries ' || COALESCE(SUM(e.amount_cents), 0)
        FROM ledger_accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id
        GROUP BY a.id, a.balance_cents HAVING a.balance_cents <> COALESCE(SUM(e.amount_cents), 0)""",
    "entries of an account are numbered without gap": """
        SELECT a.id, 'last ' || a.last_sequence || ', entries ' || COUNT(e.sequence)
        FROM ledger_accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id GROUP BY a.id, a.last_sequence
        HAVING a.last_sequence <> COUNT(e.sequence) OR a.last_sequence <> COALESCE(MAX(e.sequence), 0)""",
    "each running balance follows from the one before": """
        SELECT account_id, 'sequence ' || sequence || ': ' || balance_after_cents || ' after ' || before_cents
        FROM (SELECT account_id, sequence, amount_cents, balance_after_cents,
                     COALESCE(LAG(balance_after_cents) OVER (PARTITION BY account_id ORDER BY sequence), 0) AS before_cents
              FROM ledger_entries) AS running
        WHERE balance_after_cents <> before_cents + amount_cents""",
    "dates of an account never go back": """
        SELECT account_id, 'sequence ' || sequence || ' is dated before its predecessor'
        FROM (SELECT account_id, sequence, booked_on,
                     LAG(booked_on) OVER (PARTITION BY account_id ORDER BY sequence) AS before_on
              FROM ledger_entries) AS dated
        WHERE booked_on < before_on""",
    "all balances sum to zero": """
        SELECT 'ledger', 'sum ' || SUM(balance_cents) FROM ledger_accounts HAVING SUM(balance_cents) <> 0""",
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
        WHERE h.status = 'posted' AND COALESCE(-e.amount_cents, -1) NOT BETWEEN 0 AND h.amount_cents""",
    "reversals never exceed their original": """
        SELECT o.transfer_id, 'account ' || o.account_id || ': ' || o.amount_cents || ' undone by ' || SUM(e.amount_cents)
        FROM ledger_transfers r
        JOIN ledger_entries e ON e.transfer_id = r.id
        JOIN ledger_entries o ON o.transfer_id = r.reverses_id AND o.account_id = e.account_id
        GROUP BY o.transfer_id, o.account_id, o.amount_cents
        HAVING (o.amount_cents > 0 AND SUM(e.amount_cents) NOT BETWEEN -o.amount_cents AND 0)
            OR (o.amount_cents < 0 AND SUM(e.amount_cents) NOT BETWEEN 0 AND -o.amount_cents)""",
}

GUARDED = "the database refuses changes to what is booked"

TABLES = {model.__tablename__: model for model in (Account, Transfer, Entry, Hold)}

GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%_append_only_%'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    " AND tgname LIKE 'ledger_%_append_only_%'",
}

EXPECTED_GUARDS = {
    "sqlite": {
        f"ledger_{table}_append_only_{verb}"
        for table in ("transfers", "entries")
        for verb in ("update", "delete", "replace")
    },
    "postgresql": {
        f"ledger_{table}_append_only_{verb}"
        for table in ("transfers", "entries")
        for verb in ("change", "truncate")
    },
}


def verify() -> Verification:
    """Check the whole ledger; reads only. Every finding names the transfer, account or hold that is wrong."""
    findings = [
        Finding(check, str(subject), str(detail))
        for check, query in CHECKS.items()
        for subject, detail in session.execute(text(query))
    ]
    present = set(session.scalars(text(GUARDS[dialect_name()])))
    missing = EXPECTED_GUARDS[dialect_name()] - present
    findings += [Finding(GUARDED, name, "trigger missing") for name in sorted(missing)]
    counts = {
        name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in TABLES.items()
    }
    return Verification((*CHECKS, GUARDED), counts, tuple(findings))
