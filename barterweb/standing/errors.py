"""What the verbs of a member's standing refuse, one exception a rule. Amounts are `Credits`, in Barter or euros alike."""

from dataclasses import dataclass

from barterweb.errors import BusinessError, Conflict
from barterweb.money import Credits


class StandingError(BusinessError):
    """Base of the refusals of this capability."""


@dataclass
class RequestWaiting(StandingError):
    """The company has a request for credit that nobody has decided on yet."""

    company_id: str


@dataclass
class LineAlreadyThere(StandingError):
    """The line asked for is not above the one in force."""

    line: Credits


@dataclass
class RequestDecided(StandingError, Conflict):
    """The request was decided or withdrawn meanwhile."""

    request_id: str
    status: str


@dataclass
class NothingDue(StandingError, Conflict):
    """The year of membership is waived or paid already."""

    membership_id: str


@dataclass
class NotPaid(StandingError, Conflict):
    """There is no payment to take back."""

    membership_id: str


@dataclass
class DayNotPossible(StandingError):
    """A payment is recorded neither for the future nor for a day before what it pays existed."""


@dataclass
class MayNotLeave(StandingError, Conflict):
    """Only a member leaves or fails, and once."""

    company_id: str
    status: str


@dataclass
class ClaimExceeded(StandingError):
    """More would be paid or written off than is still owed."""

    open: Credits
    requested: Credits
