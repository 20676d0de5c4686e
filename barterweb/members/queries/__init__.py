"""Reading members: who acts, people, regions and clusters, companies, applications, and what happened."""

from barterweb.members.queries.acceptances import acceptance_of, acceptances_of
from barterweb.members.queries.applications import (
    OPEN_STATUSES,
    application,
    application_for,
    open_applications,
)
from barterweb.members.queries.companies import (
    DIRECTORY_PAGE_SIZE,
    company,
    departments,
    directory,
    public_company,
    public_company_count,
    sections,
    siret_is_known,
)
from barterweb.members.queries.events import downloads_by_accountants, events_of_access, events_of_company
from barterweb.members.queries.hats import actor_for, actors_of, hats_of, is_current, session_for
from barterweb.members.queries.network import (
    cluster_by_slug,
    clusters,
    operator_account_id,
    regions,
    terms_in_force,
    terms_of_region,
)
from barterweb.members.queries.people import (
    accesses_to_company,
    invitation_for,
    members_of,
    operators,
    person,
    person_by_email,
    person_of_reset_link,
)

__all__ = [
    "DIRECTORY_PAGE_SIZE",
    "OPEN_STATUSES",
    "acceptance_of",
    "acceptances_of",
    "accesses_to_company",
    "actor_for",
    "actors_of",
    "application",
    "application_for",
    "cluster_by_slug",
    "clusters",
    "company",
    "departments",
    "directory",
    "downloads_by_accountants",
    "events_of_access",
    "events_of_company",
    "hats_of",
    "invitation_for",
    "is_current",
    "members_of",
    "open_applications",
    "operator_account_id",
    "operators",
    "person",
    "person_by_email",
    "person_of_reset_link",
    "public_company",
    "public_company_count",
    "regions",
    "sections",
    "session_for",
    "siret_is_known",
    "terms_in_force",
    "terms_of_region",
]
