"""The clusters of a listing's company stand in the search index, beside the name of its category."""

from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_MARKS = """
    SELECT {together}(mark, ' ') FROM (
        SELECT 'pole_' || replace(clusters.slug, '-', '_') AS mark FROM listing_search AS entry
        JOIN company_clusters ON company_clusters.company_id = entry.company_id
        JOIN clusters ON clusters.id = company_clusters.cluster_id
        WHERE entry.number = {number} ORDER BY clusters.slug
    ) AS marks
"""
_UPDATE = "UPDATE {table} SET label = ltrim(label || coalesce(' ' || ({marks}), ''))"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        table, number, together = "listing_search_fts", "listing_search_fts.rowid", "group_concat"
    else:
        table, number, together = "listing_search", "listing_search.number", "string_agg"
    op.execute(_UPDATE.format(table=table, marks=_MARKS.format(together=together, number=number)))


def downgrade() -> None:
    """The marks are no harm to the search before: no word is written like them."""
