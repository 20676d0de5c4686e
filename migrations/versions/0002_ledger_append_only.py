"""The database itself refuses to change or remove transfers, entries and seals (promises L7 of docs/ledger.md).

SQLite: one trigger per way. The third one is there because ``INSERT OR REPLACE`` removes the old row without asking the
delete trigger unless ``recursive_triggers`` is on, which a stranger's connection need not have set; it looks at every
unique key and at the rowid, since any of them makes a row replaceable (NEW.rowid is -1 when not given).

PostgreSQL: triggers for each statement, so that even a statement that finds no row, ``ON CONFLICT DO UPDATE`` included, is
refused; TRUNCATE has its own. deploy/postgres-roles.sql takes the rights away as well.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNIQUE_KEYS = {
    "ledger_transfers": ("id = NEW.id", "idempotency_key = NEW.idempotency_key"),
    "ledger_entries": (
        "account_id = NEW.account_id AND stripe = NEW.stripe AND sequence = NEW.sequence",
        "transfer_id = NEW.transfer_id AND account_id = NEW.account_id",
    ),
    "ledger_seals": ("position = NEW.position", "transfer_id = NEW.transfer_id"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, keys in UNIQUE_KEYS.items():
            _refuse_on_sqlite(table, keys)
        return
    op.execute(
        """
        CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in UNIQUE_KEYS:
        for name, event in (("change", "UPDATE OR DELETE"), ("truncate", "TRUNCATE")):
            op.execute(
                f"CREATE TRIGGER {table}_append_only_{name} BEFORE {event} ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
            )


def _refuse_on_sqlite(table: str, keys: tuple[str, ...]) -> None:
    refusal = f"SELECT RAISE(ABORT, '{table} is append-only')"
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only_{event.lower()} BEFORE {event} ON {table} BEGIN {refusal}; END"
        )
    known = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in (*keys, "rowid = NEW.rowid"))
    op.execute(
        f"CREATE TRIGGER {table}_append_only_replace BEFORE INSERT ON {table} WHEN {known} BEGIN {refusal}; END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in UNIQUE_KEYS:
            for event in ("update", "delete", "replace"):
                op.execute(f"DROP TRIGGER {table}_append_only_{event}")
        return
    op.execute("DROP FUNCTION ledger_append_only() CASCADE")
