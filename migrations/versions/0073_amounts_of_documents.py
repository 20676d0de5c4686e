"""Amounts of documents beside their facts, so that a year is added up by the database; read from the facts there are."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_SOLD, _BOUGHT = "ix_documents_company_id_issued_on", "ix_documents_other_company_id_issued_on"
_BEFORE = {_SOLD: ["company_id", "kind", "issued_on"], _BOUGHT: ["other_company_id", "issued_on"]}
_AFTER = {_SOLD: ["company_id", "kind", "issued_on"], _BOUGHT: ["other_company_id", "issued_on", "kind"]}
_ADDED_UP = ["id", "paid_barter_cents", "due_euro_cents"]

documents = sa.table(
    "documents",
    *(sa.column(name) for name in ("id", "kind", "facts", "paid_barter_cents", "due_euro_cents")),
)


def upgrade() -> None:
    op.add_column("documents", sa.Column("paid_barter_cents", sa.BigInteger()))
    op.add_column("documents", sa.Column("due_euro_cents", sa.BigInteger()))
    vat = op.create_table(
        "document_vat",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("base_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_vat_document_id")),
        sa.PrimaryKeyConstraint("document_id", "rate_bp", name=op.f("pk_document_vat")),
        sqlite_with_rowid=False,
    )
    connection, last = op.get_bind(), ""
    some = (
        sa.select(documents.c.id, documents.c.facts)
        .where(documents.c.kind != "statement")
        .order_by(documents.c.id)
        .limit(_AT_ONCE)
    )
    shares = (
        documents.update()
        .where(documents.c.id == sa.bindparam("which"))
        .values(paid_barter_cents=sa.bindparam("barter"), due_euro_cents=sa.bindparam("euro"))
    )
    while rows := connection.execute(some.where(documents.c.id > last)).all():
        stated = [(document_id, json.loads(facts)) for document_id, facts in rows]
        connection.execute(
            shares,
            [
                {"which": document_id, "barter": facts["paid_barter_cents"], "euro": facts["due_euro_cents"]}
                for document_id, facts in stated
            ],
        )
        connection.execute(
            vat.insert(),
            [
                {
                    "document_id": document_id,
                    **{name: rate[name] for name in ("rate_bp", "base_cents", "vat_cents")},
                }
                for document_id, facts in stated
                for rate in facts["vat"]
            ],
        )
        last = rows[-1].id
    for name, columns in _AFTER.items():
        op.drop_index(name, "documents")
        op.create_index(name, "documents", columns + _ADDED_UP)


def downgrade() -> None:
    for name, columns in _BEFORE.items():
        op.drop_index(name, "documents")
        op.create_index(name, "documents", columns)
    op.drop_table("document_vat")
    op.drop_column("documents", "due_euro_cents")
    op.drop_column("documents", "paid_barter_cents")
