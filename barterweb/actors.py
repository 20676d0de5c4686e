"""Who acts, and for whom: the one argument that every query and verb takes to decide what may be seen and done."""

from dataclasses import dataclass
from datetime import timedelta

MEMBER_KINDS = ("trader", "administrator")
STAFF_KINDS = ("staff", "operator")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person wearing one hat.

    `kind` is one of trader, administrator, accountant, staff (of a cluster), operator, funder. `company_id` is the company
    acted for (traders and administrators only); `company_ids` are the companies whose documents may be read; `label` says in
    French for whom the person acts, `has_several_roles` whether there is another hat to change to.
    """

    person_id: str
    person_name: str
    kind: str
    label: str
    company_id: str | None = None
    company_ids: frozenset[str] = frozenset()
    cluster_id: str | None = None
    region_id: str | None = None
    has_several_roles: bool = False

    @property
    def is_member(self) -> bool:
        """Whether the person trades for a company."""
        return self.kind in MEMBER_KINDS

    @property
    def member_company_id(self) -> str:
        """The company acted for; only for actors whose `is_member` is true."""
        if self.company_id is None:
            raise ValueError(f"a {self.kind} acts for no company")
        return self.company_id


@dataclass(frozen=True, slots=True)
class Signed:
    """A request's session: who acts in it, whether a second factor was proven, and since when nobody noted its use."""

    actor: Actor
    session_id: str
    strong: bool
    unseen_for: timedelta
