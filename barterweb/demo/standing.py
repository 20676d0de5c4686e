"""Stories of how members stand: pages, caps, credit, memberships, a purchase to approve, a company that leaves in debt."""

from datetime import timedelta

from sqlalchemy import select

from barterweb import clock, ids, ledger
from barterweb.db import session
from barterweb.demo import corpus
from barterweb.demo.bargaining import Parties, exact_terms
from barterweb.demo.cast import NAMED
from barterweb.demo.network import Network
from barterweb.demo.timeline import Story, days_later, midnight, working_day_before
from barterweb.joining import service as joining
from barterweb.members import service as members
from barterweb.members.facts import Contact, Profile
from barterweb.members.models import Company, Membership
from barterweb.money import Credits
from barterweb.standing import service as standing
from barterweb.trades import service as trades

CAPACITIES = {
    corpus.STORY.haulier: "6 tracteurs et 9 semi-remorques bâchées\nQuai de 4 portes\n300 m² de stockage sous abri",
    corpus.STORY.accounting_firm: "8 collaborateurs, dont 2 experts-comptables\nSalle de réunion de 14 places",
    "usinage-jarez": "Centre d’usinage 5 axes, 800 × 600 × 500 mm\nTour CN, barre de 65 mm\nContrôle tridimensionnel",
    "decolletage-giffre": "Décolleteuses multibroches, 2 à 32 mm\nMachine de tri optique\nBanc de mesure à 20 °C",
}
CONTACTS = {
    corpus.STORY.haulier: ("https://transports-vercors.example", "04 75 00 00 01"),
    "decolletage-giffre": ("https://decolletage-giffre.example", "04 50 00 00 02"),
}

CAPPED = "decolletage-giffre"
CAP_CENTS = 30_000
TO_APPROVE = ("usinage-jarez", "Tournage CN", 8)
"""Whose trader may commit how much alone, and the purchase that waits for the administrator: seller, offer, quantity."""

ASKED, ANSWERED = "decolletage-giffre", "cote-juste"
REFUSED_CREDIT = "Ligne encore peu utilisée\u00a0: reprenons la question après quelques ventes de plus."
SELLS = (
    "Décolletage de séries et tri optique\u00a0: deux clients du réseau ont demandé un prix ce mois-ci."
    " Le banc de mesure est libre deux jours par semaine."
)
REASON_FOR_LEAVING = "Cession de l’activité à la fin du mois\u00a0; l’acquéreur n’est pas membre d’un pôle."
BEGUN = (("Agathe Morin", "agathe.morin@scierie-vercors.example"),)

_LEAVES_DAYS = 16
_PAID_ONE_IN = 2
_MONDAY = 0


def arrange_standing(network: Network) -> None:
    """Add these stories to what is arranged."""
    rng = network.random("standing")
    for slug in CAPACITIES:
        network.timeline.tell(midnight(network.opens_on + timedelta(days=95)), _shows_itself(network, slug))
    network.timeline.tell(
        working_day_before(network.today, 6, rng), _asks_credit(network, ASKED, 900_000, 310_000_000)
    )
    network.timeline.tell(
        working_day_before(network.today, 60, rng), _asks_credit(network, ANSWERED, 600_000, 42_000_000)
    )
    network.timeline.tell(working_day_before(network.today, 1, rng), _needs_approval(network))
    network.timeline.tell(working_day_before(network.today, _LEAVES_DAYS, rng), _leaves_in_debt(network))
    network.timeline.tell(working_day_before(network.today, 2, rng), _begins_to_apply())


def weekly_jobs(network: Network) -> Story:
    """Once a week time opens, reminds and misses memberships, and the operator records what the bank received."""
    while True:
        to_monday = (_MONDAY - clock.today().weekday()) % 7 or 7
        yield midnight(clock.today() + timedelta(days=to_monday)) + timedelta(hours=6)
        standing.open_next_years()
        standing.remind_unpaid()
        standing.suspend_unpaid()
        standing.establish_departure_claims()
        standing.close_left_accounts()
        _record_payments(network)


def _record_payments(network: Network) -> None:
    """About half of those whose next year begins soon have paid it; who joined last has not paid the first one yet."""
    unpaid = (
        select(Membership.id, Company.siren)
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.waived.is_(False), Membership.paid_on.is_(None))
        .where(Membership.starts_on > Company.joined_on)
        .where(Membership.starts_on <= clock.today() + timedelta(days=14))
        .order_by(Company.siren)
    )
    for number, (membership_id, siren) in enumerate(session.execute(unpaid).all()):
        if number % _PAID_ONE_IN == 0:
            standing.record_membership_payment(
                actor=network.operator,
                membership_id=membership_id,
                paid_on=clock.today(),
                reference=f"VIR SEPA {siren}",
            )


def _shows_itself(network: Network, slug: str) -> Story:
    member = network.members[slug]
    website, phone = CONTACTS.get(slug, ("", ""))
    members.edit_profile(
        actor=member.administrator,
        profile=Profile(
            sector=member.company.sector,
            naf=member.company.naf,
            size_band=member.company.size_band,
            capacities=CAPACITIES[slug],
            website=website,
            public_email="",
            public_phone=phone,
            hidden_parts=("street",),
        ),
    )
    yield from ()


def _asks_credit(network: Network, slug: str, wanted: int, turnover: int) -> Story:
    """One request waits for the operator; another was refused."""
    request = standing.ask_credit(
        actor=network.members[slug].administrator,
        request_id=ids.new_id("dcr"),
        wanted=Credits(wanted),
        turnover=Credits(turnover),
        sells=SELLS,
    )
    request_id = request.id
    yield days_later(9, network.random("credit", slug))
    standing.refuse_credit(actor=network.operator, request_id=request_id, reason=REFUSED_CREDIT)


def _needs_approval(network: Network) -> Story:
    """A trader buys for more than the cap: the proposal waits for the company's administrator."""
    buyer = network.members[CAPPED]
    seller_slug, offer, quantity = TO_APPROVE
    seller = network.members[seller_slug]
    members.set_spending_cap(
        actor=buyer.administrator, person_id=buyer.trader.person_id, cap=Credits(CAP_CENTS)
    )
    ad = next(ad for ad in seller.listings if ad.listing.title.startswith(offer))
    parties = Parties(ad, buyer, seller)
    trades.propose_trade(
        actor=buyer.trader,
        trade_id=ids.new_id("trd"),
        listing_id=ad.id,
        terms=exact_terms(parties, quantity, network.random("approval"), 12),
    )
    network.done["trades"] += 1
    yield from ()


def _leaves_in_debt(network: Network) -> Story:
    """Of those nobody plays and nothing is held for, the one that owes most leaves: that is claimed in euros."""
    kept = {*NAMED, *network.careful, *network.punctual, *network.keeps}
    others = [member for slug, member in network.members.items() if slug not in kept and member.sells]
    accounts = {member.account_id: ledger.account_view(member.account_id) for member in others}
    settled = [
        member
        for member in others
        if not accounts[member.account_id].held_cents and not accounts[member.account_id].incoming_cents
    ]
    owing = min(settled, key=lambda member: accounts[member.account_id].balance_cents, default=None)
    if owing is not None:
        owing.buys = owing.sells = owing.publishes = False
        standing.leave_network(
            actor=owing.administrator, company_id=owing.company_id, reason=REASON_FOR_LEAVING
        )
    yield from ()


def _begins_to_apply() -> Story:
    """Somebody begins an application and leaves it for another day."""
    for name, email in BEGUN:
        joining.begin_draft(draft_id=ids.new_id("adh"), contact=Contact(name=name, email=email))
    yield from ()
