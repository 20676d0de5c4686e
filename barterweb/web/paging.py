"""Pages of a list: the number asked for, and what the pagination shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request, url_for

from barterweb.counts import BOUND, Count
from barterweb.errors import NotFound


@dataclass(frozen=True, slots=True)
class Pages:
    """What ``ui.pagination`` shows; pages count from 1. When the count of rows stopped, there are more pages than these."""

    number: int
    pages: int
    total: int

    @property
    def more(self) -> bool:
        """Whether there are more pages than were counted."""
        return isinstance(self.total, Count) and self.total.more

    @property
    def has_prev(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number < self.pages

    def url(self, number: int) -> str:
        """Return the address of another page of the same list, filters kept."""
        kept = {name: request.args.getlist(name) for name in request.args if name != "page"}
        return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept, "page": number})


@dataclass(frozen=True, slots=True)
class AskedPage:
    """The page of a list that the address asks for, before it is known how many there are."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows come before."""
        return (self.number - 1) * self.size

    @property
    def bound(self) -> int:
        """How far to count the rows of a list, so that pages can be turned from here."""
        return self.offset + BOUND

    def of(self, total: int) -> Pages:
        """Return the page among those of a list of `total` rows; raise `NotFound` beyond the last."""
        pages = Pages(self.number, max(1, -(-total // self.size)), total)
        if self.number > pages.pages:
            raise NotFound
        return pages


def asked_page(size: int) -> AskedPage:
    """Read the page of a list whose pages hold `size` rows; raise `NotFound` for what is no page."""
    return AskedPage(page_number(request.args), size)


def page_number(args: Mapping[str, str]) -> int:
    """Read ``page``: 1 when absent; raise `NotFound` for anything but a number from 1 to 100,000."""
    typed = args.get("page", "1")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 6 and 1 <= int(typed) <= 100_000):
        raise NotFound
    return int(typed)
