"""Days of an account's entries with their amounts in one index: a year is added up without reading the entries."""

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_NAME = "ix_ledger_entries_account_id_booked_on"
_COLUMNS = ("account_id", "stripe", "booked_on", "sequence")


def upgrade() -> None:
    op.drop_index(_NAME, "ledger_entries")
    op.create_index(_NAME, "ledger_entries", [*_COLUMNS, "amount_cents"])


def downgrade() -> None:
    op.drop_index(_NAME, "ledger_entries")
    op.create_index(_NAME, "ledger_entries", list(_COLUMNS))
