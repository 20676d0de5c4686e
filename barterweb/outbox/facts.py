"""Letters as plain values: what each kind needs, what is queued, what is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from barterweb.outbox.errors import IncompletePayload

_TRADE = frozenset({"company", "trade_id", "title", "counterparty", "amount_cents", "due_on"})
_DECISION = frozenset({"company", "amount_cents", "reason", "page"})
_MEMBERSHIP = frozenset({"company", "amount_cents", "starts_on", "ends_on", "due_on", "page"})

KINDS: Mapping[str, frozenset[str]] = {
    "proposal": _TRADE,
    "counter_proposal": _TRADE,
    "agreement": _TRADE,
    "delivery_to_confirm": _TRADE,
    "confirmation_reminder": _TRADE,
    "dispute": _TRADE,
    "limit_reached": _TRADE,
    "approval_asked": _TRADE,
    "approval_refused": _TRADE,
    "message": _TRADE,
    "invitation": frozenset({"company", "url"}),
    "accountant_invited": frozenset({"company", "url"}),
    "application_received": frozenset({"company", "application_id"}),
    "application_question": frozenset({"company", "application_id", "question"}),
    "application_refused": frozenset({"company", "reason"}),
    "new_device": frozenset({"browser", "address", "at"}),
    "password_reset": frozenset({"url"}),
    "access_changed": frozenset({"change", "at"}),
    "application_begun": frozenset({"url"}),
    "credit_granted": _DECISION,
    "credit_refused": _DECISION,
    "membership_opened": _MEMBERSHIP,
    "membership_reminder": _MEMBERSHIP | {"suspends_on"},
    "membership_suspended": _MEMBERSHIP,
    "membership_paid": _MEMBERSHIP,
    "company_left": frozenset({"company", "amount_cents", "until", "page"}),
    "claim_established": frozenset({"company", "amount_cents", "due_on", "claim", "page"}),
    "claim_paid": frozenset({"company", "amount_cents", "page"}),
    "invoice_ready": frozenset({"document", "number", "page"}),
    "invoice_contested": frozenset({"number", "page"}),
    "contest_answered": frozenset({"number", "page"}),
    "statements_ready": frozenset({"companies", "month", "path"}),
    "new_listings": frozenset({"searches"}),
    "site_read_only": frozenset({"reason", "by"}),
}
"""Every kind of letter and what its payload must hold, as text: amounts in cents, dates as 2026-08-03 or empty, paths.

`at` is an ISO moment with its offset."""

TRADE_KINDS = frozenset(kind for kind, needs in KINDS.items() if needs == _TRADE)
"""The letters about a trade, which share one template."""

SINGLE_USE_LINK = "url"
"""The payload's key for a path that opens something for whoever holds it; it is forgotten once the letter has left."""

MAX_ATTEMPTS = 6
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))


@dataclass(frozen=True, slots=True)
class Message:
    """A letter as it waits in the outbox: to whom, of which kind, with what facts."""

    id: str
    to_email: str
    to_name: str
    kind: str
    payload: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is read: one line of subject, the same words as text and as HTML."""

    subject: str
    text: str
    html: str


Outcome = Literal["sent", "kept"]
Deliver = Callable[[Message], Outcome]
"""Hands a message over and says how; raises `DeliveryFailed` when it could not."""


def require_payload(kind: str, payload: Mapping[str, str]) -> None:
    """Raise `IncompletePayload` unless the kind exists and the payload holds all it needs, as text."""
    if kind not in KINDS:
        raise IncompletePayload(f"no letter of kind {kind!r}")
    if missing := sorted(KINDS[kind] - payload.keys()):
        raise IncompletePayload(f"{kind}: missing {missing}")
    if not all(isinstance(value, str) for value in payload.values()):
        raise IncompletePayload(f"{kind}: every value must be text")


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after the given number of failures (1 to `MAX_ATTEMPTS` - 1)."""
    return _WAITS[attempts - 1]
