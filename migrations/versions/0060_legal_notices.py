"""Who publishes the site and who hosts it, from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("publisher", sa.String(length=160), nullable=False),
        sa.Column("registration", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("director", sa.String(length=120), nullable=False),
        sa.Column("host_name", sa.String(length=160), nullable=False),
        sa.Column("host_address", sa.String(length=300), nullable=False),
        sa.Column("host_phone", sa.String(length=30), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["people.id"], name=op.f("fk_legal_notices_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_notices")),
    )
    op.create_index("ix_legal_notices_starts_on", "legal_notices", ["starts_on"])


def downgrade() -> None:
    op.drop_table("legal_notices")
