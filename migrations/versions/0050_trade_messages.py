"""Messages and files beside a trade; what was written there can neither be changed nor removed."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trade_messages",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("trade_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=True),
        sa.Column("file_mimetype", sa.String(length=20), nullable=True),
        sa.Column("file_bytes", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "body <> '' OR file_sha256 IS NOT NULL", name=op.f("ck_trade_messages_says_something")
        ),
        sa.CheckConstraint(
            "(file_sha256 IS NULL) = (file_name IS NULL) AND (file_sha256 IS NULL) = (file_mimetype IS NULL)"
            " AND (file_sha256 IS NULL) = (file_bytes IS NULL)",
            name=op.f("ck_trade_messages_whole_file"),
        ),
        sa.ForeignKeyConstraint(["trade_id"], ["trades.id"], name=op.f("fk_trade_messages_trade_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_trade_messages_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_trade_messages_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_messages")),
    )
    op.create_index("ix_trade_messages_trade_id_at", "trade_messages", ["trade_id", "at", "id"])
    op.create_index(op.f("ix_trade_messages_person_id"), "trade_messages", ["person_id"])
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def _refuse_on_sqlite() -> None:
    refusal = "SELECT RAISE(ABORT, 'trade_messages is append-only')"
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER trade_messages_append_only_{event.lower()} BEFORE {event} ON trade_messages"
            f" BEGIN {refusal}; END"
        )
    op.execute(
        "CREATE TRIGGER trade_messages_append_only_replace BEFORE INSERT ON trade_messages WHEN"
        " EXISTS (SELECT 1 FROM trade_messages WHERE id = NEW.id)"
        " OR EXISTS (SELECT 1 FROM trade_messages WHERE rowid = NEW.rowid)"
        f" BEGIN {refusal}; END"
    )


def _refuse_on_postgresql() -> None:
    """The function is the ledger's: it names the table that refuses."""
    for name, event in (("change", "UPDATE OR DELETE"), ("truncate", "TRUNCATE")):
        op.execute(
            f"CREATE TRIGGER trade_messages_append_only_{name} BEFORE {event} ON trade_messages"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
        )


def downgrade() -> None:
    op.drop_table("trade_messages")
