"""What the directory searches in the order of its names, in one index; the beginning it was sorted by is no longer needed."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE companies SET search_text = substr(search_text, 1, 2500) WHERE length(search_text) > 2500"
    )
    op.drop_index("ix_companies_sort_key", "companies")
    op.drop_column("companies", "sort_key")
    op.create_index("ix_companies_search_text", "companies", ["search_text", "id", "status"])


def downgrade() -> None:
    op.drop_index("ix_companies_search_text", "companies")
    op.add_column(
        "companies", sa.Column("sort_key", sa.String(length=100), nullable=False, server_default="")
    )
    op.execute("UPDATE companies SET sort_key = substr(search_text, 1, 100)")
    op.create_index("ix_companies_sort_key", "companies", ["sort_key", "id", "status"])
