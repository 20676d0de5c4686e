"""The tables of the search index, made and dropped by migrations. They hold nothing that `rebuild` cannot make again.

``listing_search``            one row per listing online, newest last: the facts that searches filter on
``listing_search_terms``      the vocabulary: every indexed word, its stem and root, and how many listings have it
``listing_search_spellings``  keys under which a misspelt word meets the indexed ones

The stems of each listing are where its database can search them: on SQLite in the virtual table ``listing_search_fts``
(FTS5 [1]), row by row beside ``listing_search``; on PostgreSQL in columns of ``listing_search`` itself, gathered in a
generated ``tsvector`` with a GIN index [2]. Neither analyses anything: stems come ready from `analysis`, so that both find
the same. Among the stems of the category's name stand the marks of the clusters that the listing's company belongs to.

[1] https://www.sqlite.org/fts5.html  [2] https://www.postgresql.org/docs/current/textsearch-indexes.html
"""

import re

from sqlalchemy import BigInteger, Column, Connection, Date, Index, Integer, MetaData, String, Table, text

TITLE_MARK, LABEL_MARK = "=", "~"
"""A GIN index knows no columns: on PostgreSQL these marks tell stems of the title, which are also indexed without mark, and
stems of the category's name, which are not."""

_NOT_OF_A_STEM = re.compile(r"[^a-z0-9]")


def cluster_mark(slug: str) -> str:
    """Return what stands for a cluster in the index, among the stems of the category's name; it needs no quoting."""
    return f"pole_{_NOT_OF_A_STEM.sub('_', slug)}"


_metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})

entries = Table(
    "listing_search",
    _metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("listing_id", String, nullable=False, unique=True),
    Column("company_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("category", String, nullable=False),
    Column("town", String, nullable=False, index=True),
    Column("department", String, nullable=False, index=True),
    Column("price_cents", BigInteger),
    Column("expires_on", Date, nullable=False),
    Index(
        "ix_listing_search_facts",  # all that counting needs, so that it reads nothing else
        "kind",
        "category",
        "expires_on",
        "price_cents",
        "town",
        "department",
        "company_id",
    ),
    Index("ix_listing_search_cheapest", text("(price_cents IS NULL)"), "price_cents", text("number DESC")),
)
terms = Table(
    "listing_search_terms",
    _metadata,
    Column("word", String, primary_key=True),
    Column("stem", String, primary_key=True),
    Column("root", String, nullable=False, index=True),
    Column("shown", String, nullable=False),
    Column("listings", Integer, nullable=False),
    Index(None, "stem"),
)
spellings = Table(
    "listing_search_spellings",
    _metadata,
    Column("key", String, primary_key=True),
    Column("word", String, primary_key=True, index=True),
)

_SQLITE = (
    """
    CREATE VIRTUAL TABLE listing_search_fts
    USING fts5(title, body, extra, label, words UNINDEXED, detail=column, columnsize=0, tokenize="ascii tokenchars '_'")
    """,
)
_POSTGRESQL = (
    """
    ALTER TABLE listing_search
    ADD COLUMN title text NOT NULL, ADD COLUMN body text NOT NULL, ADD COLUMN extra text NOT NULL,
    ADD COLUMN label text NOT NULL, ADD COLUMN words text NOT NULL
    """,
    rf"""
    ALTER TABLE listing_search ADD COLUMN stems tsvector NOT NULL GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(title || ' ' || body || ' ' || extra
            || ' ' || regexp_replace(title, '(\S+)', '{TITLE_MARK}\1', 'g')
            || ' ' || regexp_replace(label, '(\S+)', '{LABEL_MARK}\1', 'g'), ' '), ''))
    ) STORED
    """,
    "CREATE INDEX ix_listing_search_stems ON listing_search USING gin (stems) WITH (fastupdate = off)",
)


def create_tables(connection: Connection) -> None:
    """Create the tables, empty."""
    _metadata.create_all(connection, checkfirst=False)
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(text(statement))


def drop_tables(connection: Connection) -> None:
    """Drop the tables and all that belongs to them."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TABLE listing_search_fts"))
    _metadata.drop_all(connection, checkfirst=False)
