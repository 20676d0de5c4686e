"""Verbs of a member's standing: credit lines, memberships, departures and insolvencies."""

from barterweb.standing.service.credit import (
    ask_credit,
    grant_credit,
    refuse_credit,
    withdraw_credit_request,
)
from barterweb.standing.service.departures import (
    close_left_accounts,
    declare_insolvency,
    establish_departure_claims,
    leave_network,
    record_claim_payment,
    write_off_claim,
)
from barterweb.standing.service.memberships import (
    open_next_years,
    record_membership_payment,
    remind_unpaid,
    suspend_unpaid,
    take_back_membership_payment,
)

__all__ = [
    "ask_credit",
    "close_left_accounts",
    "declare_insolvency",
    "establish_departure_claims",
    "grant_credit",
    "leave_network",
    "open_next_years",
    "record_claim_payment",
    "record_membership_payment",
    "refuse_credit",
    "remind_unpaid",
    "suspend_unpaid",
    "take_back_membership_payment",
    "withdraw_credit_request",
    "write_off_claim",
]
