"""Facts of companies that the queue and the directory asked of every company's trades, years and listings; their indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0067"
branch_labels = None
depends_on = None

_DAY = {"sqlite": "date({})", "postgresql": "CAST({} AS date)"}
_BACKFILL = (
    "UPDATE companies SET sort_key = substr(search_text, 1, 100)",
    "UPDATE companies SET member_until = (SELECT max(ends_on) FROM memberships WHERE company_id = companies.id)",
    """
    UPDATE companies SET offers_until = (
        SELECT max(expires_on) FROM listings
        WHERE company_id = companies.id AND kind = 'offer' AND status = 'online')
    """,
    """
    UPDATE companies SET traded_since = (
        SELECT min(since) FROM (
            SELECT min({day}) AS since FROM trades
            WHERE buyer_id = companies.id AND state IN ('agreed', 'delivered', 'disputed', 'settled')
            UNION ALL
            SELECT min({day}) FROM trades
            WHERE seller_id = companies.id AND state IN ('agreed', 'delivered', 'disputed', 'settled')
        ) AS sides)
    """,
)


def upgrade() -> None:
    op.add_column(
        "companies", sa.Column("sort_key", sa.String(length=100), nullable=False, server_default="")
    )
    for name in ("member_until", "offers_until", "traded_since"):
        op.add_column("companies", sa.Column(name, sa.Date(), nullable=True))
    day = _DAY[op.get_bind().dialect.name].format("coalesce(agreed_at, created_at)")
    for statement in _BACKFILL:
        op.execute(statement.format(day=day))
    op.create_index("ix_companies_sort_key", "companies", ["sort_key", "id", "status"])
    op.create_index(
        "ix_companies_status_joined_on",
        "companies",
        ["status", "joined_on", "id", "offers_until", "traded_since"],
    )
    op.create_index("ix_companies_status_member_until", "companies", ["status", "member_until", "id"])
    op.create_index("ix_companies_department_status", "companies", ["department", "status"])
    op.create_index("ix_companies_naf_status", "companies", ["naf", "status"])
    op.create_index("ix_trades_state_updated_at", "trades", ["state", "updated_at", "id"])
    op.create_index("ix_listings_updated_at", "listings", ["updated_at", "id"])
    op.create_index("ix_ledger_accounts_kind_name", "ledger_accounts", ["kind", "name", "id"])
    for name, sqlite, postgresql in (
        ("ix_memberships_waived", "waived IS 1", "waived IS true"),
        ("ix_memberships_paid", "paid_on IS NOT NULL", "paid_on IS NOT NULL"),
    ):
        op.create_index(
            name,
            "memberships",
            ["due_on", "id"],
            sqlite_where=sa.text(sqlite),
            postgresql_where=sa.text(postgresql),
        )


def downgrade() -> None:
    for name in ("ix_memberships_paid", "ix_memberships_waived"):
        op.drop_index(name, "memberships")
    op.drop_index("ix_ledger_accounts_kind_name", "ledger_accounts")
    op.drop_index("ix_listings_updated_at", "listings")
    op.drop_index("ix_trades_state_updated_at", "trades")
    for name in ("naf_status", "department_status", "status_member_until", "status_joined_on", "sort_key"):
        op.drop_index(f"ix_companies_{name}", "companies")
    for name in ("traded_since", "offers_until", "member_until", "sort_key"):
        op.drop_column("companies", name)
