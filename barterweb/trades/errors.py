"""What trades refuse, one exception a rule. Amounts are `Credits`."""

from dataclasses import dataclass

from barterweb.errors import BusinessError, Conflict
from barterweb.money import Credits


class TradeError(BusinessError):
    """Base of the refusals of trades."""


@dataclass
class ActionNotPossible(TradeError, Conflict):
    """The trade's state, or the side the actor is on, does not allow the action (any more)."""

    action: str
    state: str


@dataclass
class MessagesClosed(TradeError, Conflict):
    """The trade ended too long ago: nobody writes beside it any more."""

    state: str


@dataclass
class MessagesFull(TradeError):
    """There are as many messages beside the trade as it can hold; `most` says how many."""

    most: int


@dataclass
class TermsChanged(TradeError, Conflict):
    """The other side changed the terms since they were displayed."""

    shown: int
    current: int


@dataclass
class OwnListing(TradeError):
    """A company cannot trade with itself."""

    listing_id: str


@dataclass
class ListingNotAvailable(TradeError):
    """The listing is no longer online, or its company does not trade at the moment."""

    listing_id: str


@dataclass
class CompanyMayNotTrade(TradeError):
    """A company's status does not allow its side of the trade (stand-by buys only, suspended does nothing)."""

    company_id: str
    status: str


@dataclass
class BuyerLacksCredit(TradeError):
    """The buyer has less available than the Barter part (and its share of the commission)."""

    available: Credits
    requested: Credits


@dataclass
class SellerAtCeiling(TradeError):
    """The seller has less room below its ceiling than the Barter part."""

    room: Credits
    requested: Credits


@dataclass
class ApprovalNeeded(TradeError):
    """The purchase is above what the person may commit the company to alone: an administrator decides."""

    cap: Credits
    requested: Credits


@dataclass
class ApprovalWaiting(TradeError):
    """The buyer's own administrators have not approved the proposal yet: the seller cannot agree to it."""

    trade_id: str


@dataclass
class InvalidTerms(TradeError):
    """The terms make no trade: no line, a total out of bounds, no Barter part, a euro part above the total."""

    reason: str


@dataclass
class BarterPartTooSmall(TradeError):
    """The Barter part must cover at least the seller's commission, which is taken from it."""

    minimum: Credits


@dataclass
class DeliveryDateNotPossible(TradeError):
    """A delivery is declared neither for the future nor for a day before the agreement."""

    earliest: str


@dataclass
class SellerLacksCredit(TradeError):
    """The seller has less available than the Barter to give back."""

    available: Credits
    requested: Credits


@dataclass
class BuyerAtCeiling(TradeError):
    """The buyer has less room below its ceiling than the Barter to receive back."""

    room: Credits
    requested: Credits


@dataclass
class NothingToRefund(TradeError):
    """The amount is more than what is left to give back, or nothing is left; `left` is in cents of euro incl. VAT."""

    left_cents: int


@dataclass
class InvoiceToIssueFirst(TradeError):
    """A credit note names the invoice, which waits for missing data of the companies."""

    trade_id: str


@dataclass
class RefundChanged(TradeError, Conflict):
    """Something else was refunded since the amounts were displayed."""

    left_cents: int
