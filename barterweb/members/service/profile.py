"""What a company shows of itself: its page in the directory, its logo."""

from barterweb.actors import Actor
from barterweb.db import transaction
from barterweb.members.facts import Profile
from barterweb.members.service.audit import record_event
from barterweb.members.service.companies import administered, index_company


@transaction
def edit_profile(*, actor: Actor, profile: Profile) -> None:
    """Change what the directory shows of the company the actor administers, and which parts of it. Raises `NotFound`."""
    company = administered(actor)
    company.sector, company.naf, company.size_band = profile.sector, profile.naf, profile.size_band
    company.capacities = profile.capacities
    company.website = profile.website
    company.public_email, company.public_phone = profile.public_email, profile.public_phone
    company.hidden_parts = list(profile.hidden_parts)
    index_company(company)
    record_event(actor=actor, kind="profile_edited", company_id=company.id, subject=company.id)


@transaction
def set_logo(*, actor: Actor, sha256: str | None) -> None:
    """Show another logo, archived under this SHA-256, or none. Raises `NotFound`."""
    company = administered(actor)
    company.logo_sha256 = sha256
    record_event(actor=actor, kind="logo_changed", company_id=company.id, subject=company.id)
