"""The life of a trade as one table: in which state who may do what, and where it leads.

Before agreement the parties are told apart as *proposer* (whose version is on the table) and *other*; afterwards as *seller*
and *buyer*. *either* is one of the two companies, *operator* the staff who settle disputes, *time* what jobs bring about.
"""

from dataclasses import dataclass

OPEN_STATES = ("proposed", "agreed", "delivered", "disputed")
CLOSED_STATES = ("settled", "declined", "withdrawn", "expired", "cancelled")
STATES = OPEN_STATES + CLOSED_STATES


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of the table; `also` names a kind of staff that may take it too."""

    who: str
    leads_to: str
    also: str = ""


TRANSITIONS: dict[tuple[str, str], Step] = {
    ("proposed", "counter"): Step("other", "proposed"),
    ("proposed", "agree"): Step("other", "agreed"),
    ("proposed", "decline"): Step("other", "declined"),
    ("proposed", "withdraw"): Step("proposer", "withdrawn"),
    ("proposed", "expire"): Step("time", "expired"),
    ("agreed", "deliver"): Step("seller", "delivered"),
    ("agreed", "cancel"): Step("either", "cancelled"),
    ("delivered", "confirm"): Step("buyer", "settled"),
    ("delivered", "confirm_automatically"): Step("time", "settled"),
    ("delivered", "dispute"): Step("buyer", "disputed"),
    ("disputed", "state_case"): Step("either", "disputed"),
    ("disputed", "settle"): Step("operator", "settled"),
    ("disputed", "cancel_dispute"): Step("operator", "cancelled"),
    ("settled", "refund"): Step("seller", "settled", also="operator"),
}
