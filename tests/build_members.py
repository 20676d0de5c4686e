"""Builders of members. They call the services, so that nothing impossible exists; they return ids and plain values.

Call them within an application context: ``in_app(build_members.company, name="Transports du Vercors")``.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count

from sqlalchemy import func, or_, select
from stdnum import luhn

from barterweb import db
from barterweb.actors import Actor
from barterweb.ids import new_id
from barterweb.listings.models import Listing
from barterweb.members import queries, service
from barterweb.members.facts import (
    Admitted,
    CompanyDetails,
    Contact,
    FirstListing,
    Invitee,
    RegionSettings,
    fold,
    vat_number_of,
)
from barterweb.members.models import Cluster, Company, Membership, Person
from barterweb.trades.models import Trade

PASSWORD = "chamois pervenche tambour lucarne"
LONG_AGO = date(2020, 1, 1)

_numbers = count(10_000_000)


@dataclass(frozen=True, slots=True)
class Member:
    """A company of the network and its first person, who administers it."""

    company_id: str
    account_id: str
    person_id: str
    email: str
    actor: Actor


@cache
def password_hash() -> str:
    """Return the hash of `PASSWORD`, made once."""
    return service.hash_password(PASSWORD)


def siret() -> str:
    """Return a SIRET that no other call returns."""
    siren = str(next(_numbers))
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001{luhn.calc_check_digit(f'{siren}0001')}"


def region(code: str = "ARA", name: str = "Auvergne-Rhône-Alpes", terms: RegionSettings | None = None) -> str:
    """Create a region with its terms in force since long ago, once; return its id."""
    for known in queries.regions():
        if known.code == code:
            return known.id
    region_id = service.create_region(code=code, name=name)
    service.set_region_terms(region_id=region_id, starts_on=LONG_AGO, terms=terms or RegionSettings())
    return region_id


def cluster(name: str = "Axelera", *, region_id: str | None = None) -> str:
    """Create a cluster, once; return its id."""
    slug = fold(name).replace(" ", "-")
    for known in queries.clusters():
        if known.slug == slug:
            return known.id
    return service.create_cluster(
        region_id=region_id or region(),
        slug=slug,
        name=name,
        city="Lyon",
        department="Rhône",
        theme="Chimie et environnement",
    )


def details(**changes: object) -> CompanyDetails:
    """Return a company's details; what is not given is plausible."""
    number = str(changes.pop("siret", None) or siret())
    values: dict[str, object] = {
        "name": "Transports du Vercors",
        "legal_form": "SARL",
        "capital_cents": 1_000_000,
        "siret": number,
        "rcs_city": "Grenoble",
        "vat_number": vat_number_of(number[:9]),
        "vat_regime": "normal",
        "street": "12 rue des Écouges",
        "postal_code": "38000",
        "city": "Grenoble",
        "sector": "Transport routier",
        "naf": "49.41B",
        "size_band": "10-49",
        "description": "Transport de marchandises et stockage.",
        **changes,
    }
    return CompanyDetails(**values)  # type: ignore[arg-type]


def application(
    *,
    cluster_ids: list[str] | None = None,
    contact_email: str = "lea@vercors.example",
    contact_name: str = "Léa Martin",
    kind: str = "need",
    title: str = "Expertise comptable",
    mandate: bool = True,
    **changes: object,
) -> str:
    """Let a company apply; return the application's id."""
    application_id = new_id("adh")
    service.register_company(
        application_id=application_id,
        details=details(**changes),
        cluster_ids=cluster_ids or [cluster()],
        contact=Contact(name=contact_name, email=contact_email),
        first_listing=FirstListing(kind=kind, title=title, description="Bilan et conseil pour l’année."),
        mandate_accepted=mandate,
    )
    return application_id


def admit(application_id: str, *, by: Actor | None = None) -> Admitted:
    """Let staff admit an applicant."""
    actor = by or operator()
    admitted = db.transaction(service.admit_company)
    return admitted(actor=actor, application_id=application_id)


def company(name: str = "Transports du Vercors", email: str | None = None, **changes: object) -> Member:
    """Create a member whose first person has the password `PASSWORD`."""
    address = email or f"admin@{fold(name).replace(' ', '-')}.example"
    found = admit(application(contact_email=address, name=name, **changes))  # type: ignore[arg-type]
    service.set_password(person_id=found.person_id, password_hash=password_hash())
    return Member(found.company_id, found.account_id, found.person_id, address, actor(address))


def person(
    email: str,
    kind: str,
    *,
    name: str = "Camille Roche",
    company_id: str | None = None,
    cluster_id: str | None = None,
    region_id: str | None = None,
    ends_on: date | None = None,
) -> Actor:
    """Give somebody a role, create them with the password `PASSWORD` if need be; return them wearing it."""
    known = queries.person_by_email(email)
    person_id = (
        known.id if known else service.create_person(email=email, name=name, password_hash=password_hash())
    )
    role_id = service.grant_role(
        person_id=person_id,
        kind=kind,
        company_id=company_id,
        cluster_id=cluster_id,
        region_id=region_id,
        ends_on=ends_on,
    )
    return actor(email, role_id)


def operator() -> Actor:
    """Return a member of the operator's staff."""
    return person("exploitant@barter.example", "operator", name="Nadia Ferrand")


def staff(cluster_id: str, email: str = "equipe@pole.example") -> Actor:
    """Return a member of a cluster's staff."""
    return person(email, "staff", name="Hugo Blanc", cluster_id=cluster_id)


def accountant(member: Member, email: str = "cabinet@comptes.example", ends_on: date | None = None) -> Actor:
    """Let a company invite its accountant, who has the password `PASSWORD`; return the accountant."""
    invitee = Invitee(kind="accountant", name="Inès Comte", email=email, ends_on=ends_on)
    service.invite_person(actor=member.actor, invitee=invitee)
    found = _person(email)
    if found.password_hash is None:
        service.set_password(person_id=found.id, password_hash=password_hash())
    return actor(email)


def actor(email: str, role_id: str | None = None) -> Actor:
    """Return who a session of this person would act as."""
    found = _person(email)
    acting = queries.actor_for(found.id, found.session_stamp, role_id)
    assert acting is not None, f"{email} has no role"
    return acting


def assert_facts(company: Company) -> None:
    """Check what a company's row says against its years of membership, its listings and its trades."""
    last_year = select(func.max(Membership.ends_on)).where(Membership.company_id == company.id)
    online = select(func.max(Listing.expires_on)).where(
        Listing.company_id == company.id, Listing.kind == "offer", Listing.status == "online"
    )
    side = or_(Trade.buyer_id == company.id, Trade.seller_id == company.id)
    agreed = select(Trade.id).where(side, Trade.agreed_at.is_not(None)).exists()
    said = (company.member_until, company.offers_until, company.traded_since is not None)
    true = (*map(db.session.scalar, (last_year, online)), db.session.scalar(select(agreed)))
    assert said == true, company.name


def company_row(company_id: str) -> Company:
    """Return a company's row, for assertions within the same context."""
    return queries.company(company_id)


def cluster_row(cluster_id: str) -> Cluster:
    """Return a cluster's row, for assertions within the same context."""
    return db.session.get_one(Cluster, cluster_id)


def _person(email: str) -> Person:
    found = queries.person_by_email(email)
    assert found is not None, f"nobody has the address {email}"
    return found
