"""Invoices drawn up under the mandate that their sellers contest."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_contests",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('open', 'corrected', 'credited', 'upheld', 'withdrawn')",
            name=op.f("ck_invoice_contests_outcome"),
        ),
        sa.CheckConstraint(
            "(outcome = 'open') = (settled_at IS NULL)", name=op.f("ck_invoice_contests_settled")
        ),
        sa.CheckConstraint(
            "(outcome IN ('corrected', 'credited')) = (settled_by_id IS NOT NULL)",
            name=op.f("ck_invoice_contests_settled_by"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_invoice_contests_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_invoice_contests_company_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invoice_contests_person_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["documents.id"], name=op.f("fk_invoice_contests_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_invoice_contests")),
    )
    op.create_index(
        op.f("ix_invoice_contests_outcome_contested_at"), "invoice_contests", ["outcome", "contested_at"]
    )


def downgrade() -> None:
    op.drop_table("invoice_contests")
