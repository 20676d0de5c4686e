"""The network being made: what the stories share, and its opening day, on which the operator sets it up."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from barterweb import clock
from barterweb.actors import Actor
from barterweb.demo import corpus
from barterweb.demo.cast import SECOND_REGION, SEED, Cast
from barterweb.demo.corpus.registration import registration
from barterweb.demo.timeline import Timeline
from barterweb.documents import service as documents
from barterweb.documents.facts import Address, InvoicingTerms, Party
from barterweb.listings.facts import Content
from barterweb.members import queries
from barterweb.members import service as members
from barterweb.members.facts import RegionSettings

PASSWORD = "demo-barter-2026"  # noqa: S105  known to everybody: the sign-in page prints it
DEMO_DOMAIN = "@barter.example"
"""Addresses of the people who can be played; nobody else has a password."""

YEAR = timedelta(days=365)
BALANCE_CAP_CENTS = 2_000_000
PAID_REGION = SECOND_REGION
PAID_SINCE_DAYS = 75
"""The second region's pilot is over: commissions and memberships are due since so many days, so that both cases show."""

OPERATORS_INDEX = 900_000
"""The operator's place among the invented registration numbers, far from those of companies."""
IBAN = "FR7600000000000000000000000"
"""An account of a bank that does not exist; its key is right."""

FRAMED_BY = {"flux-confluents": ("http://127.0.0.1:8001", "http://localhost:8001")}
"""Where the framed listings can be tried: any page served on this machine's port 8001."""


@dataclass(eq=False)
class Member:
    """A company that was admitted, with its people as actors; and how it behaves at present.

    An eager one buys more than others; a prudent one leaves this share of its credit line alone.
    """

    company: corpus.Company
    region: str
    company_id: str
    account_id: str
    administrator: Actor
    trader: Actor
    buys: bool = True
    sells: bool = True
    publishes: bool = True
    eagerness: int = 1
    prudence_bp: int = 0
    listings: list["Ad"] = field(default_factory=list)

    def somebody(self, rng: Random) -> Actor:
        """Return who does the next thing for the company: three times out of four its trader."""
        return self.trader if rng.random() < 0.75 else self.administrator


@dataclass(eq=False)
class Ad:
    """A listing as it was published."""

    listing: corpus.Listing
    id: str
    owner: Member
    online: bool = True
    answered: bool = False


@dataclass(eq=False)
class Network:
    """Everything the stories know.

    `today` is the day at whose beginning the history ends. `ads` are the listings by region and kind, `sellers` the
    companies that offer something by region and category, `keeps` the cents of Barter that a company does not spend by
    its slug, `careful` the slugs of those that publish at once and never forget or withdraw a listing, `punctual` of those
    that join in the first weeks because something is arranged for them.
    """

    cast: Cast
    today: date
    timeline: Timeline = field(default_factory=Timeline)
    clusters: dict[str, str] = field(default_factory=dict)
    staff: dict[str, Actor] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    by_region: dict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    ads: dict[tuple[str, str], list[Ad]] = field(default_factory=lambda: defaultdict(list))
    sellers: dict[tuple[str, str], list[Member]] = field(default_factory=lambda: defaultdict(list))
    keeps: Counter[str] = field(default_factory=Counter)
    careful: set[str] = field(default_factory=set)
    punctual: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    password_hash: str = ""

    @property
    def opens_on(self) -> date:
        """The first day, a year ago."""
        return self.today - YEAR

    @property
    def operator(self) -> Actor:
        """Somebody of the operator's staff."""
        return self.staff["operator"]

    def random(self, *about: object) -> Random:
        """Return chance for one story, which no other story can disturb."""
        return Random("/".join(map(str, (SEED, *about))))


def open_network(network: Network) -> None:
    """Create regions with their terms, clusters, and the people who run or watch them."""
    network.password_hash = members.hash_password(PASSWORD)
    regions = {region.code: _open_region(network, region) for region in corpus.regions()}
    for cluster in corpus.clusters():
        network.clusters[cluster.slug] = members.create_cluster(
            region_id=regions[cluster.region],
            slug=cluster.slug,
            name=cluster.name,
            city=cluster.city,
            department=cluster.department,
            theme=cluster.theme,
            frame_origins=FRAMED_BY.get(cluster.slug, ()),
        )
    for person in corpus.people():
        if person.roles[0].company is None:
            _let_in(network, person, regions)
    documents.set_invoicing_terms(
        actor=network.operator,
        starts_on=network.opens_on,
        terms=InvoicingTerms(operator=_operator(), iban=IBAN),
    )


def _operator() -> Party:
    """The operator as a seller, with invented numbers like everybody here."""
    numbers = registration(OPERATORS_INDEX, seed=SEED)
    return Party(
        name="France Clusters (démonstration)",
        address=Address(lines=("1, place des Exemples",), postal_code="69002", city="Lyon"),
        siren=numbers.siren,
        siret=numbers.siret,
        legal_form="Association",
        vat_number=numbers.vat_number,
    )


def _open_region(network: Network, region: corpus.Region) -> str:
    region_id = members.create_region(code=region.code.upper(), name=region.name)
    pilot = RegionSettings(balance_cap_cents=BALANCE_CAP_CENTS)
    members.set_region_terms(region_id=region_id, starts_on=network.opens_on, terms=pilot)
    if region.code == PAID_REGION:
        since = (network.today - timedelta(days=PAID_SINCE_DAYS)).replace(day=1)
        paid = RegionSettings(
            balance_cap_cents=BALANCE_CAP_CENTS, commission_waived=False, membership_waived=False
        )
        members.set_region_terms(region_id=region_id, starts_on=since, terms=paid)
    return region_id


def _let_in(network: Network, person: corpus.Person, regions: dict[str, str]) -> None:
    person_id = members.create_person(
        email=person.email, name=person.name, password_hash=password_for(network, person)
    )
    for role in person.roles:
        role_id = members.grant_role(
            person_id=person_id,
            kind=role.kind,
            cluster_id=network.clusters[role.cluster] if role.cluster else None,
            region_id=regions[role.region] if role.region else None,
        )
        network.staff[role.cluster or role.kind] = acting(person.email, role_id)


def password_for(network: Network, person: corpus.Person) -> str | None:
    """Return the hash that lets somebody sign in, None for those whom nobody plays."""
    return network.password_hash if person.email.endswith(DEMO_DOMAIN) else None


def acting(email: str, role_id: str | None = None) -> Actor:
    """Return who a session of this person would act as."""
    person = queries.person_by_email(email)
    actor = queries.actor_for(person.id, person.session_stamp, role_id) if person else None
    if actor is None:
        raise LookupError(f"{email} has no role on {clock.today()}")
    return actor


def content_of(listing: corpus.Listing) -> Content:
    """Return what a listing of the corpus says, in the terms of the listings' forms."""
    return Content(
        kind=listing.kind,
        title=listing.title,
        description=listing.description,
        category=listing.category,
        nature=listing.nature,
        unit=listing.unit,
        price_cents=listing.price_cents,
        vat_rate_bp=listing.vat_rate_bp,
        availability=listing.availability,
        postal_code=listing.postal_code,
        city=listing.city,
    )
