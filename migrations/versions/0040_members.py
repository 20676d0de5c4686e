"""Members: drafts of applications, accepted texts, caps on purchases, what a page shows, credit, memberships and claims."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = (
    "purchase_approvals", "clearings", "limit_changes", "credit_requests", "claims", "acceptances", "application_drafts",
    "accepted_texts",
)  # fmt: skip

STATUSES = "'applied', 'active', 'standby', 'suspended', 'left'"
CHECKS = {
    "companies": {
        "purchase_cap": "purchase_cap_cents >= 1",
        "left_on": "(status = 'left') <= (left_on IS NOT NULL)",
    },
    "memberships": {
        "payment": "(paid_on IS NULL) = (payment_reference IS NULL) AND (paid_on IS NULL) = (recorded_at IS NULL)"
    },
    "roles": {"spending_cap": "spending_cap_cents >= 1"},
}


def _columns() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "applications": (sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),),
        "companies": (
            sa.Column("left_on", sa.Date(), nullable=True),
            sa.Column("capacities", sa.Text(), nullable=False, server_default=""),
            sa.Column("website", sa.String(length=200), nullable=False, server_default=""),
            sa.Column("public_email", sa.String(length=254), nullable=False, server_default=""),
            sa.Column("public_phone", sa.String(length=20), nullable=False, server_default=""),
            sa.Column("hidden_parts", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("purchase_cap_cents", sa.BigInteger(), nullable=True),
        ),
        "memberships": (
            sa.Column("due_on", sa.Date(), nullable=False, server_default="2026-01-01"),
            sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("paid_on", sa.Date(), nullable=True),
            sa.Column("payment_reference", sa.String(length=140), nullable=True),
            sa.Column("recorded_by_id", sa.String(length=40), nullable=True),
            sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        ),
        "roles": (sa.Column("spending_cap_cents", sa.BigInteger(), nullable=True),),
    }


def upgrade() -> None:
    _create_tables()
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.add_column(column)
    op.execute("UPDATE memberships SET due_on = starts_on")
    op.execute(
        "UPDATE companies SET left_on = coalesce(joined_on, CURRENT_DATE) WHERE status = 'left' AND left_on IS NULL"
    )
    _allow_statuses(f"{STATUSES}, 'insolvent', 'refused'")
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                if column.server_default is not None:
                    batch.alter_column(column.name, server_default=None)
            for name, condition in CHECKS.get(table, {}).items():
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)
    with op.batch_alter_table("memberships") as batch:
        batch.create_index("ix_memberships_paid_on_due_on", ["paid_on", "due_on"], unique=False)
        batch.create_foreign_key(op.f("fk_memberships_recorded_by_id"), "people", ["recorded_by_id"], ["id"])
    op.add_column(
        "audit_events", sa.Column("acted_as", sa.String(length=120), nullable=False, server_default="")
    )


def _allow_statuses(statuses: str) -> None:
    with op.batch_alter_table("companies") as batch:
        batch.drop_constraint(op.f("ck_companies_status"), type_="check")
        batch.create_check_constraint(op.f("ck_companies_status"), f"status IN ({statuses})")


def _create_tables() -> None:
    op.create_table(
        "accepted_texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('terms', 'mandate')", name=op.f("ck_accepted_texts_kind")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_accepted_texts")),
    )
    op.create_table(
        "application_drafts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("register", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_drafts")),
    )
    op.create_index("ix_application_drafts_updated_at", "application_drafts", ["updated_at"], unique=False)

    op.create_table(
        "acceptances",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=400), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_acceptances_company_id")),
        sa.ForeignKeyConstraint(["sha256"], ["accepted_texts.sha256"], name=op.f("fk_acceptances_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
    )
    op.create_index(
        "ix_acceptances_company_id_accepted_at", "acceptances", ["company_id", "accepted_at"], unique=False
    )

    op.create_table(
        "claims",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("established_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('departure', 'insolvency')", name=op.f("ck_claims_kind")),
        sa.CheckConstraint("amount_cents >= 1", name=op.f("ck_claims_amount")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_claims_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("company_id", "kind", name=op.f("uq_claims_company_id_kind")),
    )
    op.create_table(
        "credit_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_cents", sa.BigInteger(), nullable=False),
        sa.Column("turnover_cents", sa.BigInteger(), nullable=False),
        sa.Column("sells", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'granted') = (granted_cents IS NOT NULL)", name=op.f("ck_credit_requests_granted")
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_at IS NULL)", name=op.f("ck_credit_requests_decided")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'granted', 'refused', 'withdrawn')", name=op.f("ck_credit_requests_status")
        ),
        sa.CheckConstraint(
            "wanted_cents >= 1 AND turnover_cents >= 1", name=op.f("ck_credit_requests_figures")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name=op.f("fk_credit_requests_asked_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_credit_requests_company_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_credit_requests_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_requests")),
    )
    op.create_index(
        "ix_credit_requests_company_id_asked_at", "credit_requests", ["company_id", "asked_at"], unique=False
    )
    op.create_index(
        "ix_credit_requests_status_asked_at", "credit_requests", ["status", "asked_at"], unique=False
    )

    op.create_table(
        "limit_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credit_limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("balance_cap_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_limit_changes_company_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["people.id"], name=op.f("fk_limit_changes_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_changes")),
    )
    op.create_index(
        "ix_limit_changes_company_id_set_at", "limit_changes", ["company_id", "set_at"], unique=False
    )

    op.create_table(
        "clearings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=11), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_by_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('paid', 'written_off')", name=op.f("ck_clearings_how")),
        sa.CheckConstraint("amount_cents >= 1", name=op.f("ck_clearings_amount")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_clearings_claim_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_clearings_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearings")),
    )
    op.create_index("ix_clearings_claim_id", "clearings", ["claim_id"], unique=False)

    op.create_table(
        "purchase_approvals",
        sa.Column("trade_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("cap_cents", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("decided_by_id", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_at IS NULL)", name=op.f("ck_purchase_approvals_decided")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'approved', 'refused')", name=op.f("ck_purchase_approvals_status")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_purchase_approvals_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_purchase_approvals_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_purchase_approvals_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["trade_id"], ["trades.id"], name=op.f("fk_purchase_approvals_trade_id")),
        sa.PrimaryKeyConstraint("trade_id", "version", name=op.f("pk_purchase_approvals")),
    )
    op.create_index(
        "ix_purchase_approvals_company_id_status",
        "purchase_approvals",
        ["company_id", "status"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_column("audit_events", "acted_as")
    with op.batch_alter_table("memberships") as batch:
        batch.drop_constraint(op.f("fk_memberships_recorded_by_id"), type_="foreignkey")
        batch.drop_index("ix_memberships_paid_on_due_on")
    for table, checks in CHECKS.items():
        with op.batch_alter_table(table) as batch:
            for name in checks:
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
    op.execute("UPDATE companies SET status = 'suspended' WHERE status = 'insolvent'")
    _allow_statuses(f"{STATUSES}, 'refused'")
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
    for table in TABLES:
        op.drop_table(table)
