"""Companies whose monthly statement could not be issued with the others'."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statements_left_out",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["month"], ["statement_rounds.month"], name=op.f("fk_statements_left_out_month")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_statements_left_out_company_id")
        ),
        sa.PrimaryKeyConstraint("month", "company_id", name=op.f("pk_statements_left_out")),
    )


def downgrade() -> None:
    op.drop_table("statements_left_out")
