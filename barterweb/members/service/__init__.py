"""Verbs of members, by what they are about: the network, joining it, people and their roles, companies, the audit trail."""

from barterweb.members.queries import operator_account_id
from barterweb.members.service.access import (
    check_sign_in,
    confirm_password,
    count_try,
    enter,
    leave,
    pass_code,
    pass_passkey,
)
from barterweb.members.service.access_events import record_access_event
from barterweb.members.service.audit import record_event
from barterweb.members.service.caps import set_purchase_cap, set_spending_cap
from barterweb.members.service.companies import (
    apply_limits,
    edit_company,
    set_company_limits,
    set_company_status,
)
from barterweb.members.service.joining import (
    admit_company,
    answer_question,
    ask_applicant,
    refuse_application,
    register_company,
)
from barterweb.members.service.memberships import a_year_later, open_year
from barterweb.members.service.network import create_cluster, create_region, set_region_terms
from barterweb.members.service.own_access import (
    add_passkey,
    answer_reset_requests,
    ask_for_reset,
    change_password,
    end_other_sessions,
    end_session,
    forget_factors,
    note_session_used,
    remove_passkey,
    remove_totp,
    renew_recovery_codes,
    reset_password,
    set_up_totp,
)
from barterweb.members.service.passwords import check_password, hash_password
from barterweb.members.service.people import (
    accept_invitation,
    create_person,
    disable_person,
    grant_role,
    invite_person,
    revoke_role,
    set_password,
)
from barterweb.members.service.profile import edit_profile, set_logo
from barterweb.members.service.texts import current_text, give_mandate, revoke_mandate

__all__ = [
    "a_year_later",
    "accept_invitation",
    "add_passkey",
    "admit_company",
    "answer_question",
    "answer_reset_requests",
    "apply_limits",
    "ask_applicant",
    "ask_for_reset",
    "change_password",
    "check_password",
    "check_sign_in",
    "confirm_password",
    "count_try",
    "create_cluster",
    "create_person",
    "create_region",
    "current_text",
    "disable_person",
    "edit_company",
    "edit_profile",
    "end_other_sessions",
    "end_session",
    "enter",
    "forget_factors",
    "give_mandate",
    "grant_role",
    "hash_password",
    "invite_person",
    "leave",
    "note_session_used",
    "open_year",
    "operator_account_id",
    "pass_code",
    "pass_passkey",
    "record_access_event",
    "record_event",
    "refuse_application",
    "register_company",
    "remove_passkey",
    "remove_totp",
    "renew_recovery_codes",
    "reset_password",
    "revoke_mandate",
    "revoke_role",
    "set_company_limits",
    "set_company_status",
    "set_logo",
    "set_password",
    "set_purchase_cap",
    "set_region_terms",
    "set_spending_cap",
    "set_up_totp",
]
