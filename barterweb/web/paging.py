"""Pages of a list: the number asked for, and what the pagination shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request, url_for

from barterweb.errors import NotFound


@dataclass(frozen=True, slots=True)
class Pages:
    """What ``ui.pagination`` shows; pages count from 1."""

    number: int
    pages: int
    total: int

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


def page_number(args: Mapping[str, str]) -> int:
    """Read ``page``: 1 when absent; raise `NotFound` for anything but a number from 1 to 100,000."""
    typed = args.get("page", "1")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 6 and 1 <= int(typed) <= 100_000):
        raise NotFound
    return int(typed)
