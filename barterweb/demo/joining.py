"""Stories of companies: applying, being admitted, settling in, publishing; and applications that still wait."""

from barterweb import clock, ids
from barterweb.demo import corpus
from barterweb.demo.cast import SEED
from barterweb.demo.corpus.registration import Registration
from barterweb.demo.network import (
    BALANCE_CAP_CENTS,
    Ad,
    Member,
    Network,
    acting,
    content_of,
    password_for,
)
from barterweb.demo.timeline import Story, days_later, working_day_before
from barterweb.listings import queries as listing_queries
from barterweb.listings import service as listings
from barterweb.listings.facts import LISTING_DAYS, RENEWAL_DAYS
from barterweb.members import service as members
from barterweb.members.facts import CompanyDetails, Contact, FirstListing, Invitee
from barterweb.money import Credits
from barterweb.staff import service as staff

WITHOUT_MANDATE = ("affutage-marchetti", "polissage-battant")
"""These draw up their invoices themselves: the platform issues none for them."""

LARGER_LINES = {
    corpus.STORY.haulier: 800_000,
    corpus.STORY.accounting_firm: 400_000,
    corpus.STORY.storage_customer: 400_000,
    "usinage-jarez": 500_000,
    "rive-nette": 400_000,
}
LINE_OF_LARGE_COMPANIES = 500_000
LARGE = ("50-249", "250+")
REASON_FOR_A_LARGER_LINE = "Comptes des trois derniers exercices examinés\u00a0; échanges importants prévus."

QUESTION = (
    "Pouvez-vous préciser combien de journées de tournage par an vous souhaitez proposer, et joindre le nom d’une"
    " entreprise du pôle pour laquelle vous avez déjà travaillé\u00a0?"
)
REFUSAL = (
    "Le réseau réunit des entreprises qui échangent entre elles\u00a0; votre activité s’adresse aux particuliers."
    " Revenez vers nous si vous proposez un service aux entreprises."
)

_PUBLISHED_SOON = 0.5
_PRUDENCE_BP = (1_000, 6_500)
_WITHDRAWN, _LAPSED, _ENTERED_BY_STAFF = 0.03, 0.06, 0.04


def joins(network: Network, company: corpus.Company) -> Story:
    """A company applies, is admitted by the staff of its first cluster, and settles in."""
    rng = network.random("company", company.slug)
    own = network.cast.listings.get(company.slug, ())
    administrator, trader = network.cast.people[company.slug]
    first = own[0] if own else _first_of_model(company)
    application_id = _apply(network, company, administrator, first, network.cast.registrations[company.slug])
    yield days_later(rng.randint(1, 4), rng)
    by_staff = network.staff[company.clusters[0]]
    admitted = staff.approve_application(actor=by_staff, application_id=application_id, category=None)
    _give_password(network, administrator, admitted.person_id)
    yield days_later(1, rng)
    actor = acting(administrator.email)
    role_id = members.invite_person(
        actor=actor, invitee=Invitee(kind="trader", name=trader.name, email=trader.email)
    )
    partner = acting(trader.email, role_id)
    _give_password(network, trader, partner.person_id)
    region = next(cluster.region for cluster in corpus.clusters() if cluster.slug == company.clusters[0])
    member = Member(company, region, admitted.company_id, admitted.account_id, actor, partner)
    member.prudence_bp = rng.randint(*_PRUDENCE_BP)
    network.members[company.slug] = member
    network.by_region[region].append(member)
    if own:
        network.timeline.tell(clock.now(), _completes_first(network, member, own[0]))
    for number, listing in enumerate(own[1:]):
        soon = rng.random() < _PUBLISHED_SOON or company.slug in network.careful
        days = rng.randint(1, 40 if soon else 330)
        begins = min(days_later(days, rng), working_day_before(network.today, 1 + number, rng))
        network.timeline.tell(max(begins, clock.now()), _publishes(network, member, listing, number))
    network.timeline.tell(days_later(rng.randint(4, 12), rng), _settles_in(network, member))


def applies(network: Network, applicant: corpus.Applicant) -> Story:
    """A company applies; staff have not looked yet, asked something, or refused."""
    rng = network.random("applicant", applicant.company.slug)
    numbers = corpus.registrations_of_applicants(SEED)[applicant.company.slug]
    application_id = _apply(network, applicant.company, applicant.contact, applicant.first_listing, numbers)
    by_staff = network.staff[applicant.company.clusters[0]]
    yield days_later(2, rng)
    if applicant.decision == "asked":
        members.ask_applicant(actor=by_staff, application_id=application_id, question=QUESTION)
    elif applicant.decision == "refused":
        members.refuse_application(actor=by_staff, application_id=application_id, reason=REFUSAL)


def _apply(
    network: Network,
    company: corpus.Company,
    contact: corpus.Person,
    first: corpus.Listing,
    numbers: Registration,
) -> str:
    application_id = ids.new_id("adh")
    members.register_company(
        application_id=application_id,
        details=_details(company, numbers),
        cluster_ids=[network.clusters[slug] for slug in company.clusters],
        contact=Contact(name=contact.name, email=contact.email),
        first_listing=FirstListing(kind=first.kind, title=first.title, description=first.description),
        mandate_accepted=company.slug not in WITHOUT_MANDATE,
    )
    network.done["applications"] += 1
    return application_id


def _details(company: corpus.Company, numbers: Registration) -> CompanyDetails:
    return CompanyDetails(
        name=company.name,
        legal_form=company.legal_form,
        capital_cents=company.capital_cents,
        siret=numbers.siret,
        rcs_city=company.rcs_city,
        vat_number=numbers.vat_number,
        vat_regime=company.vat_regime,
        vat_on_debits=company.vat_on_debits,
        street=company.street,
        postal_code=company.postal_code,
        city=company.city,
        sector=company.sector,
        naf=company.naf,
        size_band=company.size_band,
        description=company.description,
    )


def _first_of_model(company: corpus.Company) -> corpus.Listing:
    """What a company without listings of its own applies with: it stays a draft."""
    return next(listing for listing in corpus.listings() if company.slug.startswith(listing.company))


def _give_password(network: Network, person: corpus.Person, person_id: str) -> None:
    hashed = password_for(network, person)
    if hashed is not None:
        members.set_password(person_id=person_id, password_hash=hashed)


def _settles_in(network: Network, member: Member) -> Story:
    """The operator decides on a larger credit line; the company lets its accountant read."""
    rng = network.random("settles", member.company.slug)
    company = member.company
    line = LARGER_LINES.get(company.slug, LINE_OF_LARGE_COMPANIES if company.size_band in LARGE else None)
    if line is not None:
        members.set_company_limits(
            actor=network.operator,
            company_id=member.company_id,
            credit_limit=Credits(line),
            balance_cap=Credits(BALANCE_CAP_CENTS),
            reason=REASON_FOR_A_LARGER_LINE,
        )
    for accountant in network.cast.accountants.get(company.slug, ()):
        yield days_later(3, rng)
        invitee = Invitee(kind="accountant", name=accountant.name, email=accountant.email)
        members.invite_person(actor=member.administrator, invitee=invitee)
        if "accountant" not in network.staff:
            _give_password(network, accountant, acting(accountant.email).person_id)
        network.staff["accountant"] = acting(accountant.email)


def _completes_first(network: Network, member: Member, listing: corpus.Listing) -> Story:
    """The listing that came with the application gets its price, its place and its category, and goes online."""
    (draft,) = listing_queries.page_of_own(member.administrator, 1).listings
    listings.edit_listing(
        actor=member.administrator,
        listing_id=draft.id,
        content=content_of(listing),
        seen_at=draft.updated_at,
        publish=True,
    )
    yield from _is_online(network, _announce(network, member, listing, draft.id))


def _publishes(network: Network, member: Member, listing: corpus.Listing, number: int) -> Story:
    """A company, or the staff of its cluster for it, publishes a listing."""
    rng = network.random("listing", member.company.slug, number)
    if not member.publishes:
        return
    actor = member.somebody(rng)
    if rng.random() < _ENTERED_BY_STAFF:
        actor = network.staff[member.company.clusters[0]]
    listing_id = ids.new_id("lst")
    listings.publish_listing(
        actor=actor, listing_id=listing_id, company_id=member.company_id, content=content_of(listing)
    )
    yield from _is_online(network, _announce(network, member, listing, listing_id))


def _announce(network: Network, member: Member, listing: corpus.Listing, listing_id: str) -> Ad:
    ad = Ad(listing, listing_id, member)
    network.ads[member.region, listing.kind].append(ad)
    offered = {own.listing.category for own in member.listings if own.listing.kind == "offer"}
    if listing.kind == "offer" and listing.category not in offered:
        network.sellers[member.region, listing.category].append(member)
    member.listings.append(ad)
    network.done["listings"] += 1
    return ad


def _is_online(network: Network, ad: Ad) -> Story:
    """A listing is prolonged before its end for as long as its company looks after it; some are withdrawn or forgotten."""
    rng = network.random("fate", ad.owner.company.slug, ad.listing.title)
    fate = 1 if ad.owner.company.slug in network.careful else rng.random()
    if fate < _WITHDRAWN:
        yield days_later(rng.randint(40, 120), rng)
        ad.online = False
        listings.withdraw_listing(actor=ad.owner.trader, listing_id=ad.id)
        return
    while True:
        yield days_later(LISTING_DAYS - rng.randint(6, RENEWAL_DAYS), rng)
        if fate < _LAPSED or not ad.owner.publishes:
            ad.online = False
            return
        listings.republish_listing(actor=ad.owner.trader, listing_id=ad.id)
