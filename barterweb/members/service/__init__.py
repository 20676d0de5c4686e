"""Verbs of members, by what they are about: the network, joining it, people and their roles, companies, the audit trail."""

from barterweb.members.queries import operator_account_id
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
    "admit_company",
    "answer_question",
    "ask_applicant",
    "check_password",
    "create_cluster",
    "create_person",
    "create_region",
    "disable_person",
    "edit_company",
    "grant_role",
    "hash_password",
    "invite_person",
    "operator_account_id",
    "record_event",
    "refuse_application",
    "register_company",
    "revoke_role",
    "set_company_limits",
    "set_company_status",
    "set_password",
    "set_region_terms",
]
