"""What the verbs of listings refuse, one exception a rule. Nothing is written when one is raised."""

from dataclasses import dataclass
from datetime import datetime

from barterweb.errors import BusinessError, Conflict


class ListingError(BusinessError):
    """Base of the refusals of this capability."""


@dataclass
class CompanyMayNotPublish(ListingError):
    """A company on stand-by publishes needs only; one that is suspended, gone or not yet admitted publishes nothing."""

    company_id: str
    status: str
    kind: str


@dataclass
class IncompleteListing(ListingError):
    """A draft lacks what an online listing must say; `missing` names the columns."""

    listing_id: str
    missing: tuple[str, ...]


@dataclass
class UnknownPlace(ListingError):
    """No French place has this postal code."""

    postal_code: str


@dataclass
class ListingChanged(ListingError, Conflict):
    """Somebody else changed the listing since the form was shown."""

    listing_id: str
    changed_at: datetime


@dataclass
class PhotosFull(ListingError):
    """The listing has as many photos as it can show; `most` says how many."""

    most: int


@dataclass
class ListingIdTaken(ListingError):
    """The form's id served before, for a listing of another company."""

    listing_id: str


@dataclass
class SearchesFull(ListingError):
    """The person keeps as many searches as one may; `most` says how many."""

    most: int
