"""Find a company's open trades without reading those it settled."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_trades_buyer_id_state", "trades", ["buyer_id", "state"])
    op.create_index("ix_trades_seller_id_state", "trades", ["seller_id", "state"])


def downgrade() -> None:
    op.drop_index("ix_trades_seller_id_state", "trades")
    op.drop_index("ix_trades_buyer_id_state", "trades")
