"""What a person was told, by trade and search, in one index: an inbox is grouped without reading its rows."""

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_notifications_by_subject",
        "notifications",
        ["person_id", "company_id", "subject_id", "created_at", "id", "read_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_notifications_by_subject", "notifications")
