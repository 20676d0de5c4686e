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
from barterweb.members.service.companies import edit_company, set_company_limits, set_company_status
from barterweb.members.service.joining import (
    admit_company,
    answer_question,
    ask_applicant,
    refuse_application,
    register_company,
)
from barterweb.members.service.network import create_cluster, create_region, set_region_terms
from barterweb.members.service.own_access import (
    add_passkey,
    answer_reset_requests,
    ask_for_reset,
    change_password,
    end_other_sessions,
    end_session,
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

__all__ = [
    "accept_invitation",
    "add_passkey",
    "admit_company",
    "answer_question",
    "answer_reset_requests",
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
    "disable_person",
    "edit_company",
    "end_other_sessions",
    "end_session",
    "enter",
    "grant_role",
    "hash_password",
    "invite_person",
    "leave",
    "note_session_used",
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
    "revoke_role",
    "set_company_limits",
    "set_company_status",
    "set_password",
    "set_region_terms",
    "set_up_totp",
]
