"""What is arranged, not left to chance: what waits for the people of the sign-in page, and companies in certain moods.

The founding example itself (the haulier buys 6 000 B of accounting, sells storage space to the coffee roaster) is left to be
played by hand: see `market.LEFT_ALONE`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from random import Random

from barterweb import ledger
from barterweb.demo import corpus
from barterweb.demo.bargaining import Parties, exact_terms
from barterweb.demo.cast import NAMED
from barterweb.demo.deals import SETTLED, Deal, trades
from barterweb.demo.market import Found, purchase_of, sale_of
from barterweb.demo.network import Member, Network
from barterweb.demo.papers import arrange_papers
from barterweb.demo.standing import arrange_standing
from barterweb.demo.timeline import Story, midnight, working_day_before
from barterweb.members import service as members
from barterweb.money import Credits

KEPT_FOR_THE_EXAMPLE_CENTS = 680_000
"""What the haulier must have left: 6 000 B, and something for what it has agreed to but not paid yet."""

KEPT_FOR_WHAT_WAITS_CENTS = 130_000

_DELIVERY_DAYS = 12
_REGULAR_DELIVERY_DAYS = (2, 12)

Steps = tuple[tuple[Callable[[Deal], bool], int], ...]
"""What is done, and how many days before today."""

Find = Callable[[Network, Member, Random], Found | None]


@dataclass(frozen=True, slots=True)
class Mood:
    """Whether a company buys, and how much more than others; in which months it surely sells, counted back from today, and
    how many days before today it stops (None: never).
    """

    buys: bool = True
    eagerness: int = 1
    sells_in: Sequence[int] = ()
    stops_selling: int | None = None


MOODS = {
    "helianthe": Mood(buys=False, sells_in=(6, 7, 8), stops_selling=150),  # its credit lies idle
    "laboratoire-sioule": Mood(buys=False, sells_in=(6, 7, 8), stops_selling=150),
    "imprimerie-tille": Mood(buys=False, sells_in=(6, 7, 8), stops_selling=140),
    "tamis-logiciels": Mood(buys=False, sells_in=(1, 2, 3, 4, 5, 6, 7, 8)),  # soon at its ceiling
    "dernier-tour": Mood(stops_selling=150, eagerness=5),  # soon at its floor
    "arpette": Mood(stops_selling=120, eagerness=5),
    "polissage-battant": Mood(stops_selling=110, eagerness=5),
}

LOWER_CEILINGS = {"tamis-logiciels": 260_000}
REASON_FOR_A_LOWER_CEILING = "À la demande de l’entreprise, qui veut dépenser son crédit au fur et à mesure."

STATUSES = (
    ("cordes-lignon", "standby", 24, "Carnet de commandes plein jusqu’au printemps\u00a0: achète seulement."),
    (
        "regranule",
        "suspended",
        11,
        "Adresse et immatriculation à mettre à jour, demandées deux fois sans réponse.",
    ),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A trade on an offer, of which each step lies so many days before today: its story stops where the days do."""

    seller: str
    offer: str
    buyer: str
    quantity: int
    proposed: int
    steps: Steps = ()


def _to_answer(days: int) -> tuple[int, Steps]:
    return days, ()


def _countered(days: int) -> tuple[int, Steps]:
    return days + 4, ((Deal.counter, days),)


def _to_deliver(days: int) -> tuple[int, Steps]:
    return days + 5, ((Deal.agree, days),)


def _to_confirm(days: int) -> tuple[int, Steps]:
    return days + 14, ((Deal.agree, days + 10), (Deal.deliver, days))


def _disputed(days: int) -> tuple[int, Steps]:
    proposed, steps = _to_confirm(days + 9)
    return proposed, (*steps, (Deal.dispute, days + 5), (Deal.state_cases, days))


WAITING = (
    Waiting("transports-vercors", "Distribution de palettes", "entrepots-veore", 12, *_to_answer(3)),
    Waiting("transports-vercors", "Lots complets Romans", "soleil-matheysin", 2, *_to_deliver(6)),
    Waiting("essieux-ardeche", "Entretien de semi-remorques", "transports-vercors", 8, *_to_confirm(4)),
    Waiting("rive-nette", "Remise en état de sols", "transports-vercors", 300, *_countered(2)),
    Waiting("cabinet-marcellin", "Bulletins de paie", "essieux-ardeche", 24, *_to_answer(2)),
    Waiting("cabinet-marcellin", "Lire son bilan", "essais-chartreuse", 3, *_to_deliver(7)),
    Waiting("rive-nette", "Entretien de bureaux", "cabinet-marcellin", 12, *_to_confirm(3)),
    Waiting("agence-quai-neuf", "Communiqué et dossier", "cabinet-marcellin", 1, *_countered(3)),
    Waiting("decolletage-giffre", "Décolletage de laiton", "cote-juste", 8, *_to_answer(4)),
    Waiting("decolletage-giffre", "Machine de tri optique", "capteurs-drac", 6, *_to_deliver(5)),
    Waiting("cote-juste", "Étalonnage de pieds", "decolletage-giffre", 12, *_to_confirm(5)),
    Waiting("traitements-ondaine", "Essais de brouillard", "decolletage-giffre", 90, *_countered(4)),
    Waiting("usinage-jarez", "Tournage CN", "bobinage-romanche", 6, *_to_answer(2)),
    Waiting("torrefaction-bellecombe", "Café en grains", "cabinet-marcellin", 20, *_to_deliver(4)),
    Waiting("froid-val-drome", "Glace en paillettes", "entrepots-veore", 2_000, *_to_confirm(9)),
    Waiting("blanc-saone", "Lavage et pliage", "froid-val-drome", 150, *_disputed(4)),
    Waiting("chaudronnerie-allaine", "Robot de soudage", "bogies-savoureuse", 9, *_disputed(6)),
    Waiting("loue-medical", "Marquage laser", "lunetterie-monts", 400, *_to_answer(5)),
)
REGULARS = (
    "transports-vercors",
    "torrefaction-bellecombe",
    "usinage-jarez",
    "cabinet-marcellin",
    "decolletage-giffre",
)
"""These sell and buy something every month, so that each of the last months has invoices and a statement to show."""

_REGULAR_MONTHS = 8


def arrange(network: Network) -> int:
    """Add what is arranged to what chance brings; return how many trades that makes."""
    network.careful.update(NAMED, (waiting.seller for waiting in WAITING))
    network.punctual.update(MOODS, (slug for slug, *_ in STATUSES), (waiting.buyer for waiting in WAITING))
    network.timeline.tell(_early(network, 13), _keep_something(network))
    for slug, mood in MOODS.items():
        network.timeline.tell(_early(network, 90), _is_moody(network, slug, mood))
    for slug, status, days, reason in STATUSES:
        begins = working_day_before(network.today, days, network.random(slug))
        network.timeline.tell(begins, _changes_status(network, slug, status, reason))
    for number, waiting in enumerate(WAITING):
        begins = working_day_before(network.today, waiting.proposed, network.random("begins", number))
        network.timeline.tell(begins, _waits(network, waiting, number))
    regular = list(product(REGULARS, range(1, _REGULAR_MONTHS + 1), (sale_of, purchase_of)))
    regular += [(slug, month, sale_of) for slug, mood in MOODS.items() for month in mood.sells_in]
    for number, (slug, month, find) in enumerate(regular):
        rng = network.random("regular", number)
        begins = working_day_before(network.today, 30 * month + rng.randint(0, 9), rng)
        network.timeline.tell(begins, _happens_every_month(network, slug, find, rng))
    arrange_standing(network)
    arrange_papers(network)
    return len(WAITING) + len(regular)


def _early(network: Network, days: int) -> datetime:
    return midnight(network.opens_on + timedelta(days=days))


def _keep_something(network: Network) -> Story:
    """The haulier keeps what the example costs, buyers of what waits at the end keep enough to pay for it."""
    for waiting in WAITING:
        network.keeps[waiting.buyer] = KEPT_FOR_WHAT_WAITS_CENTS
    network.keeps[corpus.STORY.haulier] = KEPT_FOR_THE_EXAMPLE_CENTS
    yield from ()


def _is_moody(network: Network, slug: str, mood: Mood) -> Story:
    member = network.members[slug]
    member.eagerness = mood.eagerness
    if slug in LOWER_CEILINGS:
        limits = ledger.account_view(member.account_id)
        members.set_company_limits(
            actor=network.operator,
            company_id=member.company_id,
            credit_limit=Credits(limits.credit_limit_cents or 0),
            balance_cap=Credits(LOWER_CEILINGS[slug]),
            reason=REASON_FOR_A_LOWER_CEILING,
        )
    member.buys = mood.buys
    if mood.stops_selling is not None:
        yield midnight(network.today - timedelta(days=mood.stops_selling))
        member.sells = False


def _changes_status(network: Network, slug: str, status: str, reason: str) -> Story:
    member = network.members[slug]
    member.sells, member.publishes = False, False
    member.buys = member.buys and status == "standby"
    by_staff = network.staff[member.company.clusters[0]]
    members.set_company_status(actor=by_staff, company_id=member.company_id, status=status, reason=reason)
    yield from ()


def _waits(network: Network, waiting: Waiting, number: int) -> Story:
    """A trade goes as far as its steps say."""
    rng = network.random("waiting", number)
    seller, buyer = network.members[waiting.seller], network.members[waiting.buyer]
    ad = next(ad for ad in seller.listings if ad.listing.title.startswith(waiting.offer))
    parties = Parties(ad, buyer, seller)
    deal = Deal(network, parties, exact_terms(parties, waiting.quantity, rng, _DELIVERY_DAYS), rng)
    for step, days in waiting.steps:
        yield working_day_before(network.today, days, rng)
        if not step(deal):
            return


def _happens_every_month(network: Network, slug: str, find: Find, rng: Random) -> Story:
    """A company sells or buys something, and all goes well."""
    member = network.members[slug]
    yield from trades(network, lambda: find(network, member, rng), SETTLED, rng, _REGULAR_DELIVERY_DAYS)
