"""Credit notes, corrective invoices, drafts, the operator's invoices; refunds of trades; bytes archived in the database."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document_series") as batch:
        batch.drop_constraint(op.f("fk_document_series_issuer_id"), type_="foreignkey")
    with op.batch_alter_table("documents") as batch:
        for name in ("issuer_id", "trade_id", "corrects_id"):
            batch.add_column(sa.Column(name, sa.String(length=40), nullable=True))
        batch.alter_column(
            "kind", type_=sa.String(length=12), existing_type=sa.String(length=10), existing_nullable=False
        )
        batch.alter_column("company_id", existing_type=sa.String(length=40), nullable=True)
        batch.drop_constraint(op.f("ck_documents_kind"), type_="check")
        batch.drop_constraint(op.f("ck_documents_number"), type_="check")
        batch.drop_constraint(op.f("uq_documents_company_id_number"), type_="unique")
    op.execute(
        "UPDATE documents SET issuer_id = company_id, trade_id = substr(source, 7) WHERE kind = 'invoice'"
    )
    with op.batch_alter_table("documents") as batch:
        batch.create_foreign_key(op.f("fk_documents_corrects_id"), "documents", ["corrects_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_documents_issuer_id_number"), ["issuer_id", "number"])
        batch.create_index(op.f("ix_documents_trade_id"), ["trade_id"])
        batch.create_index(op.f("ix_documents_corrects_id"), ["corrects_id"])
        batch.create_check_constraint(
            op.f("ck_documents_kind"),
            "kind IN ('invoice', 'credit_note', 'corrective', 'draft', 'statement')",
        )
        batch.create_check_constraint(
            op.f("ck_documents_number"),
            "(kind IN ('invoice', 'credit_note', 'corrective')) = (number IS NOT NULL)",
        )
        batch.create_check_constraint(op.f("ck_documents_issuer"), "(number IS NULL) = (issuer_id IS NULL)")
        batch.create_check_constraint(
            op.f("ck_documents_corrects"),
            "(kind IN ('credit_note', 'corrective')) = (corrects_id IS NOT NULL)",
        )
    _create_tables()


def _create_tables() -> None:
    op.create_table(
        "own_invoices",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_own_invoices_document_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_own_invoices_person_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_own_invoices")),
    )
    op.create_table(
        "invoiced_commissions",
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_invoiced_commissions_document_id")
        ),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_invoiced_commissions")),
    )
    op.create_index(op.f("ix_invoiced_commissions_document_id"), "invoiced_commissions", ["document_id"])
    op.create_table(
        "invoicing_settings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invoicing_settings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoicing_settings")),
    )
    op.create_index(op.f("ix_invoicing_settings_starts_on"), "invoicing_settings", ["starts_on"])
    op.create_table(
        "archived_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_archived_files")),
    )
    op.create_table(
        "trade_refunds",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("trade_id", sa.String(length=40), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("barter_cents", sa.BigInteger(), nullable=False),
        sa.Column("euro_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("transfer_id", sa.String(length=40), nullable=True),
        sa.Column("credit_note_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint("gross_cents >= 1", name=op.f("ck_trade_refunds_gross")),
        sa.CheckConstraint("barter_cents >= 0 AND euro_cents >= 0", name=op.f("ck_trade_refunds_parts")),
        sa.CheckConstraint(
            "barter_cents + euro_cents = gross_cents", name=op.f("ck_trade_refunds_parts_make_the_total")
        ),
        sa.ForeignKeyConstraint(["trade_id"], ["trades.id"], name=op.f("fk_trade_refunds_trade_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_refunds")),
    )
    op.create_index(op.f("ix_trade_refunds_trade_id"), "trade_refunds", ["trade_id"])


def downgrade() -> None:
    for table in (
        "trade_refunds",
        "archived_files",
        "invoicing_settings",
        "invoiced_commissions",
        "own_invoices",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM documents WHERE kind NOT IN ('invoice', 'statement') OR company_id IS NULL")
    with op.batch_alter_table("documents") as batch:
        for name in ("kind", "number", "issuer", "corrects"):
            batch.drop_constraint(op.f(f"ck_documents_{name}"), type_="check")
        batch.drop_constraint(op.f("uq_documents_issuer_id_number"), type_="unique")
        batch.drop_constraint(op.f("fk_documents_corrects_id"), type_="foreignkey")
        for name in ("trade_id", "corrects_id"):
            batch.drop_index(op.f(f"ix_documents_{name}"))
        for name in ("issuer_id", "trade_id", "corrects_id"):
            batch.drop_column(name)
        batch.alter_column("company_id", existing_type=sa.String(length=40), nullable=False)
    with op.batch_alter_table("documents") as batch:
        batch.create_unique_constraint(op.f("uq_documents_company_id_number"), ["company_id", "number"])
        batch.create_check_constraint(op.f("ck_documents_kind"), "kind IN ('invoice', 'statement')")
        batch.create_check_constraint(
            op.f("ck_documents_number"), "(kind = 'invoice') = (number IS NOT NULL)"
        )
    with op.batch_alter_table("document_series") as batch:
        batch.create_foreign_key(op.f("fk_document_series_issuer_id"), "companies", ["issuer_id"], ["id"])
