"""Search of listings: the public door. What is stored and how it is found stays inside.

Write with `index_listing`, `remove_listing` and `rebuild`, in the transaction that changes the listing; read with `find`,
`newest`, `resembling` and `drop_one`; migrations call `create_tables` and `drop_tables`.
"""

from barterweb.listings.search.engine import Results, drop_one, find, newest, resembling
from barterweb.listings.search.filters import SORTS, Filters
from barterweb.listings.search.index import Entry, index_listing, rebuild, remove_listing
from barterweb.listings.search.tables import create_tables, drop_tables

__all__ = [
    "SORTS",
    "Entry",
    "Filters",
    "Results",
    "create_tables",
    "drop_one",
    "drop_tables",
    "find",
    "index_listing",
    "newest",
    "rebuild",
    "remove_listing",
    "resembling",
]
