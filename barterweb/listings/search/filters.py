"""What a visitor asked for, and its SQL: conditions on the rows ``e`` of ``listing_search``."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, TextClause, bindparam, text

from barterweb import clock
from barterweb.listings.search.analysis import fold_place

SORTS = ("pertinence", "recentes", "prix")

KIND = text("e.kind")
CATEGORY = text("e.category")
CHEAPEST_FIRST = text("(e.price_cents IS NULL), e.price_cents, e.number DESC")
LIMIT = bindparam("limit", type_=Integer)
OFFSET = bindparam("offset", type_=Integer)

_CONDITIONS = {
    "today": text("e.expires_on >= :today"),
    "kinds": text("e.kind IN :kinds").bindparams(bindparam("kinds", expanding=True)),
    "categories": text("e.category IN :categories").bindparams(bindparam("categories", expanding=True)),
    "cluster": text(
        "e.company_id IN (SELECT m.company_id FROM company_clusters AS m"
        " JOIN clusters AS c ON c.id = m.cluster_id WHERE c.slug = :cluster)"
    ),
    "place": text("(e.town = :place OR e.department = :place)"),
    "price_min": text("(e.price_cents >= :price_min OR e.price_cents IS NULL)"),
    "price_max": text("(e.price_cents <= :price_max OR e.price_cents IS NULL)"),
    "cheapest": text("e.price_cents >= :cheapest"),
}
"""By the name of the parameter that each takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """One search. What is empty or None restricts nothing.

    `exact` takes the words as typed: no correction, no equivalent terms. `kinds` are "offer" and "need", `categories` and
    `cluster` are slugs, `place` is a town or a département, prices are cents of Barter. Listings without a price ("sur
    devis") pass a price range unless `include_quote_only` is false. `sort` is one of `SORTS`.
    """

    words: str = ""
    exact: bool = False
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    cluster: str = ""
    place: str = ""
    price_min_cents: int | None = None
    price_max_cents: int | None = None
    include_quote_only: bool = True
    sort: str = "pertinence"
    page: int = 1
    per_page: int = 20

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise ValueError(f"unknown sort: {self.sort}")

    @property
    def offset(self) -> int:
        """How many results come before this page."""
        return (self.page - 1) * self.per_page

    def asks_for(self, kind: str, category: str) -> bool:
        """Tell whether a listing of this kind and category is asked for."""
        return (not self.kinds or kind in self.kinds) and (not self.categories or category in self.categories)

    def parameters(self, *, facets: bool = False) -> dict[str, Any]:
        """Return the parameters of `conditions` for listings online today; for `facets`, of any kind and category."""
        found = {
            "today": clock.today(),
            "kinds": () if facets else self.kinds,
            "categories": () if facets else self.categories,
            "cluster": self.cluster,
            "place": fold_place(self.place),
            "price_min": self.price_min_cents,
            "price_max": self.price_max_cents,
            "cheapest": None if self.include_quote_only else 0,
        }
        return {name: value for name, value in found.items() if value not in ((), "", None)}


def conditions(parameters: Collection[str]) -> list[TextClause]:
    """Return the conditions that take these parameters."""
    return [condition for name, condition in _CONDITIONS.items() if name in parameters]
