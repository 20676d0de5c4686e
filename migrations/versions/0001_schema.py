"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("held_cents", sa.BigInteger(), nullable=False),
        sa.Column("incoming_cents", sa.BigInteger(), nullable=False),
        sa.Column("credit_limit_cents", sa.BigInteger(), nullable=True),
        sa.Column("balance_cap_cents", sa.BigInteger(), nullable=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_booked_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('member', 'commission', 'membership', 'reserve', 'clearing')",
            name=op.f("ck_ledger_accounts_kind"),
        ),
        sa.CheckConstraint("status IN ('open', 'frozen', 'closed')", name=op.f("ck_ledger_accounts_status")),
        sa.CheckConstraint("balance_cap_cents >= 0", name=op.f("ck_ledger_accounts_balance_cap")),
        sa.CheckConstraint("credit_limit_cents >= 0", name=op.f("ck_ledger_accounts_credit_limit")),
        sa.CheckConstraint(
            "held_cents >= 0 AND incoming_cents >= 0", name=op.f("ck_ledger_accounts_holds_not_negative")
        ),
        sa.CheckConstraint(
            "kind = 'member' OR (credit_limit_cents IS NULL AND balance_cap_cents IS NULL AND balance_cents = 0"
            " AND held_cents = 0 AND incoming_cents = 0 AND last_sequence = 0)",
            name=op.f("ck_ledger_accounts_striped"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("wording", sa.String(length=300), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reverses_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_transfers.id"], name=op.f("fk_ledger_transfers_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_transfers_idempotency_key")),
    )
    op.create_index("ix_ledger_transfers_booked_on_id", "ledger_transfers", ["booked_on", "id"], unique=False)
    op.create_index(op.f("ix_ledger_transfers_reference"), "ledger_transfers", ["reference"], unique=False)
    op.create_index(
        op.f("ix_ledger_transfers_reverses_id"), "ledger_transfers", ["reverses_id"], unique=False
    )
    op.create_table(
        "ledger_stripes",
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("stripe", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_booked_on", sa.Date(), nullable=True),
        sa.CheckConstraint("stripe BETWEEN 1 AND 64", name=op.f("ck_ledger_stripes_stripe")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_stripes_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "stripe", name=op.f("pk_ledger_stripes")),
    )
    op.create_table(
        "ledger_unsealed",
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_ledger_unsealed")),
    )
    op.create_table(
        "ledger_seals",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_ledger_seals_position")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_ledger_seals_transfer_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_ledger_seals")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_ledger_seals_transfer_id")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("to_email", sa.String(length=254), nullable=False),
        sa.Column("to_name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('sent', 'kept')) = (sent_at IS NOT NULL)", name=op.f("ck_outbox_messages_sent_at")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'kept', 'failed')", name=op.f("ck_outbox_messages_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_messages_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
    )
    op.create_index("ix_outbox_messages_created_at", "outbox_messages", ["created_at"], unique=False)
    op.create_index(
        "ix_outbox_messages_status_next_attempt_at",
        "outbox_messages",
        ["status", "next_attempt_at"],
        unique=False,
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("session_stamp", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "regions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
        sa.UniqueConstraint("code", name=op.f("uq_regions_code")),
    )
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("frame_origins", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_clusters_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.UniqueConstraint("slug", name=op.f("uq_clusters_slug")),
    )
    op.create_index(op.f("ix_clusters_region_id"), "clusters", ["region_id"], unique=False)
    op.create_table(
        "companies",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("legal_form", sa.String(length=20), nullable=False),
        sa.Column("capital_cents", sa.BigInteger(), nullable=True),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column("rcs_city", sa.String(length=80), nullable=False),
        sa.Column("vat_number", sa.String(length=20), nullable=True),
        sa.Column("vat_regime", sa.String(length=10), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=False),
        sa.Column("sector", sa.String(length=120), nullable=False),
        sa.Column("naf", sa.String(length=6), nullable=False),
        sa.Column("size_band", sa.String(length=20), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=True),
        sa.Column("terms_version", sa.String(length=20), nullable=False),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mandate_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status IN ('applied', 'active', 'standby', 'suspended', 'left', 'refused')",
            name=op.f("ck_companies_status"),
        ),
        sa.CheckConstraint(
            "vat_regime IN ('normal', 'debits', 'franchise')", name=op.f("ck_companies_vat_regime")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_companies_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("account_id", name=op.f("uq_companies_account_id")),
    )
    op.create_index(op.f("ix_companies_region_id"), "companies", ["region_id"], unique=False)
    op.create_index(op.f("ix_companies_siren"), "companies", ["siren"], unique=False)
    op.create_index("ix_companies_status_name", "companies", ["status", "name"], unique=False)
    op.create_index(
        "uq_companies_siret",
        "companies",
        ["siret"],
        unique=True,
        sqlite_where=sa.text("status <> 'refused'"),
        postgresql_where=sa.text("status <> 'refused'"),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_person_id"), "invitations", ["person_id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("stripe", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("balance_after_cents", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.CheckConstraint("typeof(amount_cents) = 'integer'", name=op.f("ck_ledger_entries_integer")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "amount_cents BETWEEN -1000000000000 AND 1000000000000 AND amount_cents <> 0",
            name=op.f("ck_ledger_entries_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_entries_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_ledger_entries_transfer_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "stripe", "sequence", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint(
            "transfer_id", "account_id", name=op.f("uq_ledger_entries_transfer_id_account_id")
        ),
    )
    op.create_index(
        "ix_ledger_entries_account_id_booked_on",
        "ledger_entries",
        ["account_id", "stripe", "booked_on", "sequence"],
        unique=False,
    )
    op.create_table(
        "ledger_holds",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("payer_account_id", sa.String(length=40), nullable=False),
        sa.Column("payee_account_id", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("expected_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transfer_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(status = 'posted') = (transfer_id IS NOT NULL)", name=op.f("ck_ledger_holds_posted_by_transfer")
        ),
        sa.CheckConstraint("status IN ('held', 'posted', 'released')", name=op.f("ck_ledger_holds_status")),
        sa.CheckConstraint("amount_cents BETWEEN 1 AND 1000000000000", name=op.f("ck_ledger_holds_amount")),
        sa.CheckConstraint(
            "expected_cents BETWEEN 1 AND amount_cents", name=op.f("ck_ledger_holds_expected")
        ),
        sa.CheckConstraint("payer_account_id <> payee_account_id", name=op.f("ck_ledger_holds_two_accounts")),
        sa.ForeignKeyConstraint(
            ["payee_account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_holds_payee_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["payer_account_id"], ["ledger_accounts.id"], name=op.f("fk_ledger_holds_payer_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfers.id"], name=op.f("fk_ledger_holds_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_holds")),
    )
    op.create_index(
        "ix_ledger_holds_payee_account_id_status",
        "ledger_holds",
        ["payee_account_id", "status"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_holds_payer_account_id_status",
        "ledger_holds",
        ["payer_account_id", "status"],
        unique=False,
    )
    op.create_index(op.f("ix_ledger_holds_reference"), "ledger_holds", ["reference"], unique=False)
    op.create_table(
        "region_terms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("region_id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("commission_rate_bp", sa.Integer(), nullable=False),
        sa.Column("commission_payer", sa.String(length=8), nullable=False),
        sa.Column("commission_waived", sa.Boolean(), nullable=False),
        sa.Column("membership_fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("membership_waived", sa.Boolean(), nullable=False),
        sa.Column("credit_limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("balance_cap_cents", sa.BigInteger(), nullable=False),
        sa.Column("soft_threshold_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "commission_payer IN ('seller', 'buyer', 'shared')", name=op.f("ck_region_terms_commission_payer")
        ),
        sa.CheckConstraint(
            "commission_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_region_terms_commission_rate")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_region_terms_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_terms")),
        sa.UniqueConstraint("region_id", "starts_on", name=op.f("uq_region_terms_region_id_starts_on")),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("first_listing_kind", sa.String(length=5), nullable=False),
        sa.Column("first_listing_title", sa.String(length=80), nullable=False),
        sa.Column("first_listing_description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "first_listing_kind IN ('offer', 'need')", name=op.f("ck_applications_first_listing_kind")
        ),
        sa.CheckConstraint(
            "status IN ('received', 'question', 'approved', 'refused')", name=op.f("ck_applications_status")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_applications_company_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name=op.f("fk_applications_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(op.f("ix_applications_company_id"), "applications", ["company_id"], unique=False)
    op.create_index(
        "ix_applications_status_created_at", "applications", ["status", "created_at"], unique=False
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("company_id", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_audit_events_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_audit_events_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_company_id_at", "audit_events", ["company_id", "at"], unique=False)
    op.create_index(op.f("ix_audit_events_person_id"), "audit_events", ["person_id"], unique=False)
    op.create_table(
        "company_clusters",
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("cluster_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_company_clusters_cluster_id")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_clusters_company_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "cluster_id", name=op.f("pk_company_clusters")),
    )
    op.create_index(
        "ix_company_clusters_cluster_id", "company_clusters", ["cluster_id", "company_id"], unique=False
    )
    op.create_table(
        "document_series",
        sa.Column("issuer_id", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["companies.id"], name=op.f("fk_document_series_issuer_id")),
        sa.PrimaryKeyConstraint("issuer_id", "prefix", name=op.f("pk_document_series")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("other_company_id", sa.String(length=40), nullable=True),
        sa.Column("number", sa.String(length=35), nullable=True),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'invoice') = (number IS NOT NULL)", name=op.f("ck_documents_number")),
        sa.CheckConstraint("kind IN ('invoice', 'statement')", name=op.f("ck_documents_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_documents_company_id")),
        sa.ForeignKeyConstraint(
            ["other_company_id"], ["companies.id"], name=op.f("fk_documents_other_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_documents_company_id_number")),
        sa.UniqueConstraint("source", name=op.f("uq_documents_source")),
    )
    op.create_index(
        "ix_documents_company_id_issued_on", "documents", ["company_id", "kind", "issued_on"], unique=False
    )
    op.create_index(
        "ix_documents_other_company_id_issued_on",
        "documents",
        ["other_company_id", "issued_on"],
        unique=False,
    )
    op.create_table(
        "listings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.Column("nature", sa.String(length=7), nullable=False),
        sa.Column("availability", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=60), nullable=False),
        sa.Column("entered_by_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('offer', 'need')", name=op.f("ck_listings_kind")),
        sa.CheckConstraint("nature IN ('goods', 'service')", name=op.f("ck_listings_nature")),
        sa.CheckConstraint(
            "status = 'draft' OR (published_at IS NOT NULL AND expires_on IS NOT NULL)",
            name=op.f("ck_listings_published"),
        ),
        sa.CheckConstraint("status = 'draft' OR category <> ''", name=op.f("ck_listings_category")),
        sa.CheckConstraint(
            "status IN ('draft', 'online', 'withdrawn', 'expired')", name=op.f("ck_listings_status")
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_listings_title")),
        sa.CheckConstraint("price_cents BETWEEN 1 AND 1000000000000", name=op.f("ck_listings_price")),
        sa.CheckConstraint("vat_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_listings_vat_rate")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_listings_company_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["people.id"], name=op.f("fk_listings_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
    op.create_index(
        "ix_listings_company_id_status_published_at",
        "listings",
        ["company_id", "status", "published_at"],
        unique=False,
    )
    op.create_index(op.f("ix_listings_entered_by_id"), "listings", ["entered_by_id"], unique=False)
    op.create_index(
        "ix_listings_status_category_published_at",
        "listings",
        ["status", "category", "published_at", "id"],
        unique=False,
    )
    op.create_index("ix_listings_status_expires_on", "listings", ["status", "expires_on"], unique=False)
    op.create_index(
        "ix_listings_status_kind_published_at",
        "listings",
        ["status", "kind", "published_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_listings_status_price_cents", "listings", ["status", "price_cents", "id"], unique=False
    )
    op.create_index(
        "ix_listings_status_published_at", "listings", ["status", "published_at", "id"], unique=False
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_memberships_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("company_id", "starts_on", name=op.f("uq_memberships_company_id_starts_on")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_notifications_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notifications_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(op.f("ix_notifications_company_id"), "notifications", ["company_id"], unique=False)
    op.create_index(
        "ix_notifications_person_id_company_id_read_at",
        "notifications",
        ["person_id", "company_id", "read_at"],
        unique=False,
    )
    op.create_index("ix_notifications_subject_id", "notifications", ["subject_id"], unique=False)
    op.create_table(
        "roles",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=True),
        sa.Column("cluster_id", sa.String(length=40), nullable=True),
        sa.Column("region_id", sa.String(length=40), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind IN ('trader', 'administrator', 'accountant')) = (company_id IS NOT NULL) AND (kind = 'staff') = (cluster_id IS NOT NULL) AND (kind = 'funder') = (region_id IS NOT NULL)",
            name=op.f("ck_roles_scope"),
        ),
        sa.CheckConstraint(
            "kind IN ('trader', 'administrator', 'accountant', 'staff', 'operator', 'funder')",
            name=op.f("ck_roles_kind"),
        ),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_roles_cluster_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_roles_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roles_person_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_roles_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
    )
    op.create_index(op.f("ix_roles_cluster_id"), "roles", ["cluster_id"], unique=False)
    op.create_index(op.f("ix_roles_company_id"), "roles", ["company_id"], unique=False)
    op.create_index(op.f("ix_roles_person_id"), "roles", ["person_id"], unique=False)
    op.create_table(
        "document_files",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_files_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_files")),
    )
    op.create_table(
        "trades",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("listing_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("nature", sa.String(length=8), nullable=False),
        sa.Column("buyer_id", sa.String(length=40), nullable=False),
        sa.Column("seller_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("commission_rate_bp", sa.Integer(), nullable=True),
        sa.Column("commission_waived", sa.Boolean(), nullable=True),
        sa.Column("commission_buyer_cents", sa.BigInteger(), nullable=False),
        sa.Column("commission_seller_cents", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.String(length=40), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("delivery_note", sa.Text(), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("cancellation_asked_by_id", sa.String(length=40), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_how", sa.String(length=10), nullable=True),
        sa.Column("settled_barter_cents", sa.BigInteger(), nullable=True),
        sa.Column("transfer_id", sa.String(length=40), nullable=True),
        sa.Column("invoice_id", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(state = 'settled') = (transfer_id IS NOT NULL)", name=op.f("ck_trades_settled_by_transfer")
        ),
        sa.CheckConstraint(
            "(state IN ('agreed', 'delivered', 'disputed')) <= (hold_id IS NOT NULL)",
            name=op.f("ck_trades_held"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'delivered', 'disputed', 'settled', 'declined', 'withdrawn', 'expired', 'cancelled')",
            name=op.f("ck_trades_state"),
        ),
        sa.CheckConstraint("buyer_id <> seller_id", name=op.f("ck_trades_two_companies")),
        sa.CheckConstraint("proposer_id IN (buyer_id, seller_id)", name=op.f("ck_trades_proposer")),
        sa.ForeignKeyConstraint(["buyer_id"], ["companies.id"], name=op.f("fk_trades_buyer_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_trades_listing_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["companies.id"], name=op.f("fk_trades_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trades")),
    )
    op.create_index("ix_trades_buyer_id_updated_at", "trades", ["buyer_id", "updated_at"], unique=False)
    op.create_index(op.f("ix_trades_listing_id"), "trades", ["listing_id"], unique=False)
    op.create_index("ix_trades_seller_id_updated_at", "trades", ["seller_id", "updated_at"], unique=False)
    op.create_index("ix_trades_state_confirm_by", "trades", ["state", "confirm_by"], unique=False)
    op.create_index("ix_trades_state_expires_on", "trades", ["state", "expires_on"], unique=False)
    op.create_table(
        "trade_events",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("trade_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["trade_id"], ["trades.id"], name=op.f("fk_trade_events_trade_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_events")),
    )
    op.create_index("ix_trade_events_trade_id_at", "trade_events", ["trade_id", "at"], unique=False)
    op.create_table(
        "trade_versions",
        sa.Column("trade_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposed_by_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("delivery_on", sa.Date(), nullable=False),
        sa.Column("delivery_place", sa.String(length=200), nullable=False),
        sa.Column("settlement", sa.String(length=14), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("barter_cents", sa.BigInteger(), nullable=False),
        sa.Column("euro_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "settlement IN ('barter', 'net_in_barter', 'share')", name=op.f("ck_trade_versions_settlement")
        ),
        sa.CheckConstraint(
            "barter_cents + euro_cents = net_cents + vat_cents",
            name=op.f("ck_trade_versions_parts_make_the_total"),
        ),
        sa.CheckConstraint("barter_cents >= 1 AND euro_cents >= 0", name=op.f("ck_trade_versions_parts")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["companies.id"], name=op.f("fk_trade_versions_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(["trade_id"], ["trades.id"], name=op.f("fk_trade_versions_trade_id")),
        sa.PrimaryKeyConstraint("trade_id", "number", name=op.f("pk_trade_versions")),
    )
    op.create_table(
        "trade_lines",
        sa.Column("trade_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity_milli > 0", name=op.f("ck_trade_lines_quantity")),
        sa.CheckConstraint("unit_price_cents >= 0", name=op.f("ck_trade_lines_unit_price")),
        sa.ForeignKeyConstraint(
            ["trade_id", "version"],
            ["trade_versions.trade_id", "trade_versions.number"],
            name=op.f("fk_trade_lines_trade_id_version"),
        ),
        sa.PrimaryKeyConstraint("trade_id", "version", "position", name=op.f("pk_trade_lines")),
    )


def downgrade() -> None:
    op.drop_table("trade_lines")
    op.drop_table("trade_versions")
    op.drop_index("ix_trade_events_trade_id_at", table_name="trade_events")
    op.drop_table("trade_events")
    op.drop_index("ix_trades_state_expires_on", table_name="trades")
    op.drop_index("ix_trades_state_confirm_by", table_name="trades")
    op.drop_index("ix_trades_seller_id_updated_at", table_name="trades")
    op.drop_index(op.f("ix_trades_listing_id"), table_name="trades")
    op.drop_index("ix_trades_buyer_id_updated_at", table_name="trades")
    op.drop_table("trades")
    op.drop_table("document_files")
    op.drop_index(op.f("ix_roles_person_id"), table_name="roles")
    op.drop_index(op.f("ix_roles_company_id"), table_name="roles")
    op.drop_index(op.f("ix_roles_cluster_id"), table_name="roles")
    op.drop_table("roles")
    op.drop_index("ix_notifications_subject_id", table_name="notifications")
    op.drop_index("ix_notifications_person_id_company_id_read_at", table_name="notifications")
    op.drop_index(op.f("ix_notifications_company_id"), table_name="notifications")
    op.drop_table("notifications")
    op.drop_table("memberships")
    op.drop_index("ix_listings_status_published_at", table_name="listings")
    op.drop_index("ix_listings_status_price_cents", table_name="listings")
    op.drop_index("ix_listings_status_kind_published_at", table_name="listings")
    op.drop_index("ix_listings_status_expires_on", table_name="listings")
    op.drop_index("ix_listings_status_category_published_at", table_name="listings")
    op.drop_index(op.f("ix_listings_entered_by_id"), table_name="listings")
    op.drop_index("ix_listings_company_id_status_published_at", table_name="listings")
    op.drop_table("listings")
    op.drop_index("ix_documents_other_company_id_issued_on", table_name="documents")
    op.drop_index("ix_documents_company_id_issued_on", table_name="documents")
    op.drop_table("documents")
    op.drop_table("document_series")
    op.drop_index("ix_company_clusters_cluster_id", table_name="company_clusters")
    op.drop_table("company_clusters")
    op.drop_index(op.f("ix_audit_events_person_id"), table_name="audit_events")
    op.drop_index("ix_audit_events_company_id_at", table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_index("ix_applications_status_created_at", table_name="applications")
    op.drop_index(op.f("ix_applications_company_id"), table_name="applications")
    op.drop_table("applications")
    op.drop_table("region_terms")
    op.drop_index(op.f("ix_ledger_holds_reference"), table_name="ledger_holds")
    op.drop_index("ix_ledger_holds_payer_account_id_status", table_name="ledger_holds")
    op.drop_index("ix_ledger_holds_payee_account_id_status", table_name="ledger_holds")
    op.drop_table("ledger_holds")
    op.drop_index("ix_ledger_entries_account_id_booked_on", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_invitations_person_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_index(
        "uq_companies_siret",
        table_name="companies",
        sqlite_where=sa.text("status <> 'refused'"),
        postgresql_where=sa.text("status <> 'refused'"),
    )
    op.drop_index("ix_companies_status_name", table_name="companies")
    op.drop_index(op.f("ix_companies_siren"), table_name="companies")
    op.drop_index(op.f("ix_companies_region_id"), table_name="companies")
    op.drop_table("companies")
    op.drop_index(op.f("ix_clusters_region_id"), table_name="clusters")
    op.drop_table("clusters")
    op.drop_table("regions")
    op.drop_table("people")
    op.drop_index("ix_outbox_messages_status_next_attempt_at", table_name="outbox_messages")
    op.drop_index("ix_outbox_messages_created_at", table_name="outbox_messages")
    op.drop_table("outbox_messages")
    op.drop_table("ledger_seals")
    op.drop_table("ledger_unsealed")
    op.drop_index(op.f("ix_ledger_transfers_reverses_id"), table_name="ledger_transfers")
    op.drop_index(op.f("ix_ledger_transfers_reference"), table_name="ledger_transfers")
    op.drop_index("ix_ledger_transfers_booked_on_id", table_name="ledger_transfers")
    op.drop_table("ledger_transfers")
    op.drop_table("ledger_stripes")
    op.drop_table("ledger_accounts")
