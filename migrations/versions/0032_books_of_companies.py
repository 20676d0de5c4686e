"""Account plans and financial years of companies, who took which file, months whose statements were announced."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounting_settings",
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("year_end_month", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "year_end_month BETWEEN 1 AND 12", name=op.f("ck_accounting_settings_year_end_month")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_accounting_settings_company_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounting_settings_person_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_accounting_settings")),
    )
    op.create_table(
        "document_exports",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("covers_until", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_document_exports_person_id")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_document_exports_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_exports")),
    )
    op.create_index(
        op.f("ix_document_exports_person_id_company_id"),
        "document_exports",
        ["person_id", "company_id", "covers_until"],
    )
    op.create_table(
        "statement_rounds",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_statement_rounds")),
    )


def downgrade() -> None:
    for table in ("statement_rounds", "document_exports", "accounting_settings"):
        op.drop_table(table)
