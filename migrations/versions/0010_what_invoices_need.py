"""What invoices need to know of a company: the mandate's text and end, the VAT option, where to be paid and reached, its logo."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None


def columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("mandate_version", sa.String(length=20), nullable=True),
        sa.Column("mandate_sha256", sa.String(length=64), nullable=True),
        sa.Column("mandate_revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vat_on_debits", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("iban", sa.String(length=34), nullable=True),
        sa.Column("bic", sa.String(length=11), nullable=True),
        sa.Column("electronic_address", sa.String(length=125), nullable=True),
        sa.Column("logo_sha256", sa.String(length=64), nullable=True),
    )


def upgrade() -> None:
    with op.batch_alter_table("companies") as batch:
        for column in columns():
            batch.add_column(column)
    op.execute("UPDATE companies SET mandate_version = terms_version WHERE mandate_accepted_at IS NOT NULL")
    op.execute(
        "UPDATE companies SET vat_on_debits = (1 = 1), vat_regime = 'normal' WHERE vat_regime = 'debits'"
    )
    with op.batch_alter_table("companies") as batch:
        batch.drop_constraint(op.f("ck_companies_vat_regime"), type_="check")
        batch.create_check_constraint(
            op.f("ck_companies_vat_regime"), "vat_regime IN ('normal', 'franchise')"
        )
        batch.alter_column("vat_on_debits", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("companies") as batch:
        batch.drop_constraint(op.f("ck_companies_vat_regime"), type_="check")
        batch.create_check_constraint(
            op.f("ck_companies_vat_regime"), "vat_regime IN ('normal', 'debits', 'franchise')"
        )
    op.execute("UPDATE companies SET vat_regime = 'debits' WHERE vat_on_debits")
    with op.batch_alter_table("companies") as batch:
        for column in columns():
            batch.drop_column(column.name)
