"""The companies of the made-up network, each with its account, its people and the years of its membership.

What staff are told of comes round with the number of a company, so that a small network fills a page of it as a large one
does: of ten companies one left, one never traded, one offers nothing, one owes its membership, one asks for credit.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from barterweb import clock
from barterweb.members.facts import fold
from bench.scale.bulk import Writer

DAYS = 1_095
YEAR = timedelta(days=365)
LIMIT_CENTS, NARROW_LIMIT_CENTS, CAP_CENTS = 2_000_000, 150_000, 10_000_000
SLEEPS_DAYS = 120
ENDS_IN = {True: 20, False: 200}
"""In how many days the year of membership ends, for those for whom it is soon and for the others."""
AS_THEY_SHOULD_BE = 20
LEFT, TRADELESS, OFFERLESS, UNPAID, ENDING, ASKING, SLEEPING, NARROW = 9, 8, 7, 6, 5, 4, 3, 1
"""The last digits of the numbers of companies that have something the matter with them."""

CITIES = (
    ("38000", "Grenoble", "Isère"),
    ("69003", "Lyon", "Rhône"),
    ("42000", "Saint-Étienne", "Loire"),
    ("74000", "Annecy", "Haute-Savoie"),
    ("26000", "Valence", "Drôme"),
)
TRADES = (
    ("49.41B", "Transport routier"),
    ("25.62B", "Mécanique de précision"),
    ("62.01Z", "Développement de logiciels"),
    ("70.22Z", "Conseil en gestion"),
    ("81.21Z", "Nettoyage de bâtiments"),
    ("46.69B", "Commerce de machines"),
)


class Network(Protocol):
    """What adds rows: the network that grows."""

    region_id: str
    clusters: list[str]
    start: datetime
    writer: Writer
    staff_id: str

    def new_id(self, prefix: str, moment: datetime) -> str:
        """Return an id that begins with a moment."""


@dataclass(slots=True)
class Place:
    """Where a balance lies: a member's account (stripe 0) or a stripe of the operator's; and what it has come to."""

    account_id: str
    stripe: int = 0
    balance: int = 0
    sequence: int = 0
    held: int = 0
    incoming: int = 0
    booked_on: date | None = None


@dataclass(slots=True)
class Member:
    """A company with its account, its first person and its listings."""

    number: int
    company_id: str
    person_id: str
    name: str
    place: Place
    limit: int
    listing_ids: list[str] = field(default_factory=list)
    offers_until: date | None = None
    traded_since: date | None = None

    @property
    def digit(self) -> int:
        """What is the matter with it, if anything; the first ones, whose pages are looked at, are as they should be."""
        return self.number % 10 if self.number >= AS_THEY_SHOULD_BE else 0

    @property
    def trades(self) -> bool:
        """Whether it ever trades."""
        return self.digit not in (LEFT, TRADELESS)


def add_company(network: Network, number: int) -> Member:
    """Add a company with its account, its first person, its years of membership and what the matter is with it."""
    moment = network.start
    company_id, person_id, account_id = (network.new_id(prefix, moment) for prefix in ("cmp", "per", "acc"))
    name = f"Entreprise {number:05}"
    member = Member(number, company_id, person_id, name, Place(account_id), LIMIT_CENTS)
    if member.digit == NARROW:
        member.limit = NARROW_LIMIT_CENTS
    network.writer.add(
        "ledger_accounts",
        id=account_id,
        kind="member",
        name=name,
        opened_at=moment,
        credit_limit_cents=member.limit,
        balance_cap_cents=CAP_CENTS,
    )
    left = member.digit == LEFT
    _add_row(network, member, "insolvent" if left else "active", account_id=account_id)
    _add_person(network, member)
    _add_years(network, member)
    if left:
        _add_claim(network, member)
    if member.digit == ASKING or number % 10 == 0:
        _add_credit_request(network, member, waiting=member.digit == ASKING)
    return member


def add_applicant(network: Network, number: int) -> None:
    """Add a company that applied and waits for an answer."""
    moment = clock.now() - timedelta(hours=number % 500)
    name, company_id = f"Candidate {number:05}", network.new_id("cmp", moment)
    applicant = Member(500_000 + number, company_id, "", name, Place(""), 0)
    _add_row(network, applicant, "applied")
    network.writer.add(
        "applications",
        id=network.new_id("adh", moment),
        company_id=company_id,
        contact_name="Léa Martin",
        contact_email=f"candidate-{number}@barter.example",
        first_listing_kind="need",
        first_listing_title="Expertise comptable",
        first_listing_description="Bilan et conseil pour l’année.",
        created_at=moment,
    )


def _add_row(network: Network, member: Member, status: str, account_id: str | None = None) -> None:
    siren = str(100_000_000 + member.number)
    postal_code, city, department = CITIES[member.number % len(CITIES)]
    naf, sector = TRADES[member.number % len(TRADES)]
    network.writer.add(
        "companies",
        id=member.company_id,
        region_id=network.region_id,
        name=member.name,
        legal_form="SARL",
        capital_cents=1_000_000,
        siren=siren,
        siret=f"{siren}00017",
        rcs_city=city,
        vat_regime="normal",
        street="12 rue des Écouges",
        postal_code=postal_code,
        city=city,
        department=department,
        sector=sector,
        naf=naf,
        size_band="10-49",
        description=f"{sector} depuis trente ans.",
        search_text=fold(f"{member.name} {sector} {city}"),
        sort_key=fold(f"{member.name} {sector} {city}"),
        member_until=clock.today() + timedelta(days=ENDS_IN[member.digit == ENDING]) if account_id else None,
        status=status,
        account_id=account_id,
        terms_version="1",
        terms_accepted_at=network.start,
        mandate_accepted_at=network.start,
        joined_on=clock.date_of(network.start) if account_id else None,
    )
    network.writer.add(
        "company_clusters",
        company_id=member.company_id,
        cluster_id=_cluster_of(network, member.number // 10),
    )


def _cluster_of(network: Network, number: int) -> str:
    """Half of the companies are of the first cluster, whose staff's pages are looked at."""
    first, *others = network.clusters
    return first if number % 2 == 0 else others[number // 2 % len(others)]


def _add_person(network: Network, member: Member) -> None:
    network.writer.add(
        "people",
        id=member.person_id,
        email=f"membre-{member.number}@barter.example",
        name=f"Membre {member.number}",
        session_stamp="1",
        created_at=network.start,
    )
    for kind in ("administrator", "trader"):
        network.writer.add(
            "roles",
            id=network.new_id("rol", network.start),
            person_id=member.person_id,
            kind=kind,
            company_id=member.company_id,
            starts_on=clock.date_of(network.start),
        )
    for days in (0, 300, 600):
        network.writer.add(
            "audit_events",
            id=network.new_id("evt", network.start + timedelta(days=days)),
            at=network.start + timedelta(days=days),
            kind="download",
            person_id=member.person_id,
            company_id=member.company_id,
            subject=member.company_id,
        )
    sent = clock.now() - timedelta(minutes=member.number)
    network.writer.add(
        "outbox_messages",
        id=network.new_id("msg", sent),
        to_email=f"membre-{member.number}@barter.example",
        to_name=f"Membre {member.number}",
        kind="access_changed",
        payload={"change": "password", "at": sent.isoformat()},
        status="sent",
        attempts=1,
        next_attempt_at=sent,
        created_at=sent,
        sent_at=sent,
    )


def _add_years(network: Network, member: Member) -> None:
    """Three years of membership; the last one ends soon for some, and is still owed by some."""
    last_ends = clock.today() + timedelta(days=ENDS_IN[member.digit == ENDING])
    for back in range(3):
        ends = last_ends - back * YEAR
        starts = ends - YEAR + timedelta(days=1)
        owed = back == 0 and member.digit == UNPAID
        network.writer.add(
            "memberships",
            id=network.new_id("adm", network.start),
            company_id=member.company_id,
            starts_on=starts,
            ends_on=ends,
            fee_cents=20_000,
            due_on=starts + timedelta(days=30 - member.number % 90),
            waived=False,
            paid_on=None if owed else starts,
            payment_reference=None if owed else "VIR 1",
            recorded_at=None if owed else network.start,
            recorded_by_id=None if owed else network.staff_id,
        )


def _add_claim(network: Network, member: Member) -> None:
    network.writer.add(
        "claims",
        id=network.new_id("cre", network.start),
        company_id=member.company_id,
        kind="insolvency",
        established_on=clock.today() - timedelta(days=100),
        due_on=clock.today() - timedelta(days=member.number % 90),
        amount_cents=50_000,
    )


def _add_credit_request(network: Network, member: Member, *, waiting: bool) -> None:
    asked = clock.now() - timedelta(hours=1 + member.number % 900)
    network.writer.add(
        "credit_requests",
        id=network.new_id("dcr", asked),
        company_id=member.company_id,
        asked_by_id=member.person_id,
        asked_at=asked,
        wanted_cents=3_000_000,
        turnover_cents=90_000_000,
        sells="Transport de palettes.",
        status="waiting" if waiting else "refused",
        reason="" if waiting else "Pas encore assez de ventes.",
        decided_by_id=None if waiting else network.staff_id,
        decided_at=None if waiting else asked,
    )
