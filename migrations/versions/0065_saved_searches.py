"""Searches that people keep, and the listings each has told them of."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_searches_name")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_saved_searches_person_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_saved_searches_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(op.f("ix_saved_searches_person_id"), "saved_searches", ["person_id"])
    op.create_index("ix_saved_searches_paused_at_looked_at", "saved_searches", ["paused_at", "looked_at"])
    op.create_table(
        "saved_search_listings",
        sa.Column("search_id", sa.String(length=40), nullable=False),
        sa.Column("listing_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_saved_search_listings_search_id")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_saved_search_listings_listing_id")
        ),
        sa.PrimaryKeyConstraint("search_id", "listing_id", name=op.f("pk_saved_search_listings")),
    )


def downgrade() -> None:
    op.drop_table("saved_search_listings")
    op.drop_table("saved_searches")
