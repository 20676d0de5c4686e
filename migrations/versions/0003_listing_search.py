"""The tables of the full-text index.

They are made by the code that uses them, against the habit of frozen migrations: the index holds nothing that
`barterweb.listings.search` cannot build again, so a change of its tables drops and makes them anew.
"""

from alembic import op

from barterweb.listings.search.tables import create_tables, drop_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables(op.get_bind())


def downgrade() -> None:
    drop_tables(op.get_bind())
