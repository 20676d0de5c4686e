"""The requests for credit decided last, without sorting all there ever were."""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_credit_requests_decided_at", "credit_requests", ["decided_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_credit_requests_decided_at", "credit_requests")
