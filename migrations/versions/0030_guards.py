"""Sessions, devices, second factors, single-use links and limits; the audit trail can only be added to.

Events younger than eleven months cannot be deleted by anybody, and none can be changed: the nightly forgetting deletes those that
are more than a year old (docs/decisions/0105-forgetting.md). The database looks at its own clock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "person_sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("strong_at", MOMENT, nullable=True),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_person_sessions_token_hash")),
    )
    op.create_index(op.f("ix_person_sessions_person_id"), "person_sessions", ["person_id"])
    op.create_index("ix_person_sessions_expires_at", "person_sessions", ["expires_at"])
    op.create_table(
        "person_devices",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("mark_hash", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_devices_person_id")),
        sa.PrimaryKeyConstraint("person_id", "mark_hash", name=op.f("pk_person_devices")),
    )
    op.create_table(
        "totp_keys",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_totp_keys_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_totp_keys")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id")),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2048), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_person_id"), "passkeys", ["person_id"])
    op.create_table(
        "reset_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_requests")),
    )
    op.create_table(
        "reset_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reset_links_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_reset_links")),
    )
    op.create_index(op.f("ix_reset_links_person_id"), "reset_links", ["person_id"])
    op.create_table(
        "limit_counts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.CheckConstraint("tried >= 0", name=op.f("ck_limit_counts_tried")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_counts")),
    )
    op.create_index("ix_limit_counts_ends_at", "limit_counts", ["ends_at"])
    op.create_index("ix_audit_events_subject_at", "audit_events", ["subject", "at"])
    _append_only()


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        refusal = "SELECT RAISE(ABORT, 'audit_events is append-only')"
        op.execute(
            f"CREATE TRIGGER audit_events_append_only_update BEFORE UPDATE ON audit_events BEGIN {refusal}; END"
        )
        op.execute(
            "CREATE TRIGGER audit_events_append_only_delete BEFORE DELETE ON audit_events"
            f" WHEN OLD.at > datetime('now', '-11 months') BEGIN {refusal}; END"
        )
        op.execute(
            "CREATE TRIGGER audit_events_append_only_replace BEFORE INSERT ON audit_events WHEN"
            " EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)"
            " OR EXISTS (SELECT 1 FROM audit_events WHERE rowid = NEW.rowid)"
            f" BEGIN {refusal}; END"
        )
        return
    op.execute(
        """
        CREATE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '11 months' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_events_append_only_change BEFORE UPDATE OR DELETE ON audit_events"
        " FOR EACH ROW EXECUTE FUNCTION audit_events_append_only()"
    )
    op.execute(
        "CREATE TRIGGER audit_events_append_only_truncate BEFORE TRUNCATE ON audit_events"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER audit_events_append_only_{event}")
    else:
        op.execute("DROP FUNCTION audit_events_append_only() CASCADE")
    op.drop_index("ix_audit_events_subject_at", table_name="audit_events")
    for table in (
        "limit_counts", "reset_links", "reset_requests", "passkeys", "recovery_codes", "totp_keys", "person_devices",
        "person_sessions",
    ):  # fmt: skip
        op.drop_table(table)
