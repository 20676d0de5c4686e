"""Indexes in the order of lists that grow: the operator's invoices, letters by status, what a company traded in a year."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_documents_issuer_id_issued_on", "documents", ["issuer_id", "issued_on", "id"]),
    ("ix_outbox_messages_status_created_at", "outbox_messages", ["status", "created_at", "id"]),
    ("ix_trades_buyer_id_settled_at", "trades", ["buyer_id", "settled_at", "settled_barter_cents"]),
    ("ix_trades_seller_id_settled_at", "trades", ["seller_id", "settled_at", "settled_barter_cents"]),
)


def upgrade() -> None:
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in _INDEXES:
        op.drop_index(name, table)
