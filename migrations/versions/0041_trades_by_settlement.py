"""Find the trades settled in a period, and what they moved, without reading all there ever were."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_trades_state_settled_at", "trades", ["state", "settled_at", "settled_barter_cents"])


def downgrade() -> None:
    op.drop_index("ix_trades_state_settled_at", "trades")
