"""The invented network that the demonstration shows: regions, clusters, companies, people, listings and phrases.

Only plain facts, read once from the TOML files beside this module; making a network of them through the services is the
rest of `barterweb.demo`. Each file in `companies/` holds the companies whose first cluster has its name. Names, addresses,
machines and prices are imagined, any likeness to a real company is chance; towns, postal codes and NAF codes are real ones.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

from barterweb.demo.corpus.registration import Registration, registration
from barterweb.members.facts import department_of, fold
from barterweb.money import parse_amount

Kind = Literal["offer", "need"]
Nature = Literal["goods", "service"]
VatRegime = Literal["normal", "franchise"]
Decision = Literal["waiting", "asked", "refused"]
RoleKind = Literal["trader", "administrator", "accountant", "staff", "operator", "funder"]

_GOODS = frozenset({"fournitures-biens", "impression-3d"})
"""Categories in which a sale is one of goods, unless the listing says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Owner of fees, limits and clusters; `departments` are the names of its départements."""

    code: str
    name: str
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A competitiveness cluster (pôle); `region` is the code of its region, `theme` one sentence."""

    slug: str
    name: str
    region: str
    city: str
    department: str
    theme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A member firm without its registration numbers, which `registrations` makes.

    `capital_cents` is in cents of euro, None for a sole trader (EI), who has no `rcs_city` ("") either. `size_band` is one
    of `barterweb.members.facts.SIZE_BANDS`. `clusters` are one or two slugs of one region, the company's own cluster first.
    """

    slug: str
    name: str
    legal_form: str
    capital_cents: int | None
    founded: int
    street: str
    postal_code: str
    city: str
    rcs_city: str
    naf: str
    sector: str
    size_band: str
    vat_regime: VatRegime
    vat_on_debits: bool
    clusters: tuple[str, ...]
    description: str

    @property
    def department(self) -> str:
        """The name of the département, from the postal code."""
        return department_of(self.postal_code) or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An offer or a need of the company with slug `company`; `category` is a key of `barterweb.listings.facts.CATEGORIES`.

    `price_cents` is in cents of Barter excl. VAT for one `unit`, None on quotation. `vat_rate_bp` is what the supplier
    charges: 0 for an exempt one.
    """

    company: str
    kind: Kind
    title: str
    category: str
    nature: Nature
    unit: str
    price_cents: int | None
    vat_rate_bp: int
    availability: str
    description: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody may do, for one company or cluster (slugs) or region (code); none of them for the operator."""

    kind: RoleKind
    company: str | None = None
    cluster: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in."""

    first_name: str
    last_name: str
    email: str
    roles: tuple[Role, ...]

    @property
    def name(self) -> str:
        """First name, then last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A company that applied `days_ago` days before today, with the offer or need it begins with, and what staff did."""

    company: Company
    contact: Person
    first_listing: Listing
    decision: Decision
    days_ago: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What people write to each other, to draw from: messages on a listing and their replies, then along a trade."""

    enquiries: tuple[str, ...]
    replies: tuple[str, ...]
    proposals: tuple[str, ...]
    counter_proposals: tuple[str, ...]
    delivery_notes: tuple[str, ...]
    cancellations: tuple[str, ...]
    declines: tuple[str, ...]
    disputes: tuple[str, ...]
    appreciations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Slugs of the companies in the network's founding example.

    The haulier buys accounting from the firm, the firm spends the credit with the agency, the haulier sells storage space
    to the customer.
    """

    haulier: str
    accounting_firm: str
    agency: str
    storage_customer: str


STORY = Story(
    haulier="transports-vercors",
    accounting_firm="cabinet-marcellin",
    agency="agence-quai-neuf",
    storage_customer="torrefaction-bellecombe",
)


@cache
def regions() -> tuple[Region, ...]:
    """Return the regions, the larger first."""
    return tuple(
        Region(code=row["code"], name=row["name"], departments=tuple(row["departments"]))
        for row in _read("clusters.toml")["region"]
    )


@cache
def clusters() -> tuple[Cluster, ...]:
    """Return the clusters, region by region."""
    return tuple(Cluster(**row) for row in _read("clusters.toml")["cluster"])


@cache
def companies() -> tuple[Company, ...]:
    """Return the companies, cluster by cluster; a company's place is the index of its registration numbers."""
    return tuple(_company(row) for row in _company_rows())


@cache
def listings() -> tuple[Listing, ...]:
    """Return all listings, company by company, each company's offers before its needs."""
    return tuple(listing for row in _company_rows() for listing in _listings(row))


@cache
def people() -> tuple[Person, ...]:
    """Return each company's administrator and trader, then accountants, staff, the operator and the funder."""
    return (
        *(person for row in _company_rows() for person in _members(row)),
        *(_outsider(row) for row in _read("people.toml")["person"]),
    )


@cache
def applicants() -> tuple[Applicant, ...]:
    """Return the companies that want to join; in the order of registration numbers they come after `companies`."""
    return tuple(_applicant(row) for row in _read("applicants.toml")["company"])


@cache
def phrases() -> Phrases:
    """Return the banks of sentences."""
    return Phrases(**{bank: tuple(sentences) for bank, sentences in _read("phrases.toml").items()})


def registrations(seed: int) -> dict[str, Registration]:
    """Return the registration numbers of all companies by slug; the same `seed` gives the same numbers."""
    return _numbered(companies(), 0, seed)


def registrations_of_applicants(seed: int) -> dict[str, Registration]:
    """Return those of the applicants, which no member has."""
    return _numbered([applicant.company for applicant in applicants()], len(companies()), seed)


def _numbered(some: Iterable[Company], first: int, seed: int) -> dict[str, Registration]:
    return {
        company.slug: registration(index, seed=seed, exempt=company.vat_regime == "franchise")
        for index, company in enumerate(some, first)
    }


@cache
def _read(path: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__name__).joinpath(path).read_text("utf-8"))


def _company_rows() -> Iterator[dict[str, Any]]:
    for cluster in clusters():
        yield from _read(f"companies/{cluster.slug}.toml")["company"]


def _company(row: Mapping[str, Any]) -> Company:
    euros = row.get("capital_euros")
    return Company(
        slug=row["slug"],
        name=row["name"],
        legal_form=row["legal_form"],
        capital_cents=None if euros is None else euros * 100,
        founded=row["founded"],
        street=row["street"],
        postal_code=row["postal_code"],
        city=row["city"],
        rcs_city=row.get("rcs_city", ""),
        naf=row["naf"],
        sector=row["sector"],
        size_band=row["size_band"],
        vat_regime=row["vat_regime"],
        vat_on_debits=row.get("vat_on_debits", False),
        clusters=tuple(row["clusters"]),
        description=row["description"],
    )


def _listings(company: Mapping[str, Any]) -> Iterator[Listing]:
    kinds: tuple[Kind, ...] = ("offer", "need")
    for kind in kinds:
        for row in company.get(kind, []):
            yield _listing(row, kind, company)


def _listing(row: Mapping[str, Any], kind: Kind, company: Mapping[str, Any]) -> Listing:
    exempt = kind == "offer" and company["vat_regime"] == "franchise"
    return Listing(
        company=company["slug"],
        kind=kind,
        title=row["title"],
        category=row["category"],
        nature=row.get("nature", "goods" if row["category"] in _GOODS else "service"),
        unit=row["unit"],
        price_cents=parse_amount(row["price"]).cents if "price" in row else None,
        vat_rate_bp=0 if exempt else int(Decimal(row.get("vat_rate", "20")) * 100),
        availability=row["availability"],
        description=row["description"],
        postal_code=row.get("postal_code", company["postal_code"]),
        city=row.get("city", company["city"]),
    )


def _applicant(row: Mapping[str, Any]) -> Applicant:
    (first_listing,) = _listings(row)
    return Applicant(
        company=_company(row),
        contact=_person(row["contact"], row["slug"], ()),
        first_listing=first_listing,
        decision=row["decision"],
        days_ago=row["days_ago"],
    )


def _members(company: Mapping[str, Any]) -> Iterator[Person]:
    kinds: tuple[RoleKind, ...] = ("administrator", "trader")
    for kind in kinds:
        yield _person(company[kind], company["slug"], (Role(kind=kind, company=company["slug"]),))


def _outsider(row: Mapping[str, Any]) -> Person:
    roles = [
        *(Role(kind="accountant", company=slug) for slug in row.get("accountant", [])),
        *(Role(kind="staff", cluster=slug) for slug in row.get("staff", [])),
        *(Role(kind="funder", region=code) for code in row.get("funder", [])),
    ]
    if row.get("operator", False):
        roles.append(Role(kind="operator"))
    return _person(row, roles[0].cluster or "barter", tuple(roles))


def _person(row: Mapping[str, Any], domain: str, roles: tuple[Role, ...]) -> Person:
    """Make somebody; whose address is not given gets one in the reserved top-level domain (RFC 2606)."""
    local = ".".join(fold(row[part]).replace(" ", "-") for part in ("first_name", "last_name"))
    return Person(
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=row.get("email", f"{local}@{domain}.example"),
        roles=roles,
    )
