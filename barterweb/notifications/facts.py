"""The kinds of notification, which of them are urgent, and what their sentences are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from barterweb.notifications.errors import UnknownNotification

KINDS = frozenset(
    {
        "proposal",
        "counter_proposal",
        "agreement",
        "delivery_to_confirm",
        "confirmation_reminder",
        "settled",
        "declined",
        "withdrawn",
        "expired",
        "cancellation_asked",
        "cancelled",
        "dispute",
        "dispute_settled",
        "refunded",
        "invoice_ready",
        "invoice_waiting",
        "limit_reached",
        "approval_asked",
        "approval_given",
        "approval_refused",
        "message",
    }
)

NEW_LISTINGS = "new_listings"
"""The kind that tells of a saved search instead of a trade; its letter is the search's, one a person and day."""

URGENT_KINDS = frozenset(
    {
        "proposal",
        "counter_proposal",
        "agreement",
        "delivery_to_confirm",
        "confirmation_reminder",
        "dispute",
        "limit_reached",
        "approval_asked",
        "approval_refused",
        "message",
    }
)
"""These also leave as an e-mail at once. A reminder is one: the delivery is about to confirm itself."""

NOT_AGAIN_WITHIN = {"message": timedelta(days=1)}
"""Kinds that are not told again for so long to somebody who has not read the last one: a conversation is one letter."""

PAYLOAD_KEYS = frozenset({"trade_id", "title", "counterparty", "amount_cents", "due_on"})
"""What every payload about a trade holds, as text. `amount_cents` is the Barter part (for limit_reached, what is still
available); `due_on` is empty or a date as 2026-08-03: the last day to answer a proposal, the planned delivery of an
agreement, the automatic confirmation of a delivery."""


SEARCH_KEYS = frozenset({"title", "listings"})
"""What the payload of `NEW_LISTINGS` holds: the search's name, and how many listings are new."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its page shows it; `amount_cents` in cents of Barter, `due_on` as for `PAYLOAD_KEYS`.

    `subject_id` names the trade or the saved search; of a search, `listings` says how many are new.
    """

    kind: str
    at: datetime
    read: bool
    subject_id: str
    title: str
    counterparty: str
    amount_cents: int
    due_on: date | None
    listings: int


def require_payload(kind: str, payload: Mapping[str, str]) -> None:
    """Raise `UnknownNotification` unless the kind exists and the payload holds what its sentence needs, readable."""
    missing = sorted((SEARCH_KEYS if kind == NEW_LISTINGS else PAYLOAD_KEYS) - payload.keys())
    if kind not in {*KINDS, NEW_LISTINGS} or missing:
        raise UnknownNotification(f"{kind}: missing {missing}" if missing else f"no kind {kind!r}")
    try:
        int(payload["listings" if kind == NEW_LISTINGS else "amount_cents"])
        read_date(payload.get("due_on", ""))
    except ValueError as error:
        raise UnknownNotification(f"{kind}: {error}") from error


def read_date(text: str) -> date | None:
    """Return the date of a payload's text, None when it is empty."""
    return date.fromisoformat(text) if text else None
