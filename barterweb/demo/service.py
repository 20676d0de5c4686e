"""The demonstration network: about sixty invented companies and a year of their trades, made through the services only.

Nothing is written behind the services' backs: every account, listing, trade and invoice went through the verb that people
use, with the clock set to its day, so that no impossible state exists. The same day gives the same network (identifiers
excepted). Why it is made like this: docs/decisions/0070-demonstration.md.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from barterweb import clock, ledger
from barterweb.db import session, transaction
from barterweb.demo import cast, corpus, history, pictures, reading, searches, story
from barterweb.demo.errors import HalfMade, LedgerWrong
from barterweb.demo.network import DEMO_DOMAIN, Network
from barterweb.demo.timeline import midnight
from barterweb.documents.archive import Archive
from barterweb.members import service as members
from barterweb.members.models import AuditEvent, Company, Region
from barterweb.outbox import service as outbox

TRADES = 350
"""Trades of the demonstration, those arranged included."""

LISTINGS_PER_COMPANY, TRADES_PER_COMPANY = 6, 6
"""What a network of a given size has when the size says nothing about them."""

_MARK = "demonstration"
_BEGUN, _COMPLETE = "demo_begun", "demo_complete"
_SAY_EVERY_SECONDS = 5
_QUARTERS = 4

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody the sign-in page offers to be, with what there is to do as them, in French."""

    name: str
    email: str
    what: str


_WHAT = {
    "transport@barter.example": "Négociateur de Transports Vercors-Royans\u00a0: cherche un expert-comptable",
    "cabinet@barter.example": "Négociateur du Cabinet Marcellin & Oudry\u00a0: vend de la comptabilité",
    "admin@barter.example": "Administratrice de Décolletage Giffre & Fils\u00a0: ses accès, sa fiche, ses échanges",
    "comptable@barter.example": "Expert-comptable de trois entreprises\u00a0: relevés et factures, rien d’autre",
    "pole@barter.example": "Équipe du pôle Flux & Confluents\u00a0: candidatures, file du jour, page intégrée",
    "operateur@barter.example": "Exploitante du réseau\u00a0: journal, comptes, litiges",
    "region@barter.example": "Financeur, région Auvergne-Rhône-Alpes\u00a0: chiffres seulement",
}


def demo_people() -> tuple[DemoPerson, ...]:
    """Return the people whom a visitor of the demonstration can be, in the order of the founding example."""
    names = {person.email: person.name for person in corpus.people() if person.email.endswith(DEMO_DOMAIN)}
    return tuple(DemoPerson(names[email], email, what) for email, what in _WHAT.items())


def load(
    *,
    archive: Archive,
    companies: int | None = None,
    listings: int | None = None,
    trades: int | None = None,
    say: Say,
) -> None:
    """Make the demonstration network or, when a size is given, one as large; do nothing when the database has one.

    Pictures of listings go into `archive`.

    Raises `HalfMade` when an earlier load was interrupted, `LedgerWrong` if the ledger does not verify afterwards.
    """
    known = session.scalar(select(func.count()).select_from(Company)) or 0
    begun, complete = _marked(_BEGUN), _marked(_COMPLETE)
    if begun and not complete:
        raise HalfMade(
            "An earlier load of the demonstration network was interrupted, and it cannot be continued. To start over,"
            " delete the data folder (DATA_DIR, var by default) or empty the database, and run the command again."
        )
    if known or session.scalar(select(Region.id).limit(1)):
        say(f"Nothing done: the database already has a network ({known} companies).")
        return
    _mark(_BEGUN, "")
    network = _planned(companies, listings, trades)
    reading.begin(network)
    _tell(network, say)
    pictures.hang(network, archive)
    searches.keep()
    _seal_and_verify()
    _mark(_COMPLETE, ", ".join(f"{count} {name}" for name, count in sorted(network.done.items())))
    say("The ledger is clean, the network is complete.")


def _planned(companies: int | None, listings: int | None, trades: int | None) -> Network:
    """Return the network with everything that is going to happen."""
    today = clock.today()
    if companies is None and listings is None and trades is None:
        network = Network(cast.whole_corpus(), today)
        arranged = story.arrange(network)
        history.begin(network)
        history.add_applicants(network)
        history.add_trades(network, TRADES - arranged)
        return network
    members_count = len(corpus.companies()) if companies is None else companies
    sized = cast.of_size(
        members_count, LISTINGS_PER_COMPANY * members_count if listings is None else listings
    )
    network = Network(sized, today)
    history.begin(network)
    history.add_trades(network, TRADES_PER_COMPANY * members_count if trades is None else trades)
    return network


def _tell(network: Network, say: Say) -> None:
    """Let the year go by, in four phases; in long ones say now and then how it goes."""
    ends = midnight(network.today)
    begun = said = time.monotonic()
    steps = 0

    def watch(moment: datetime) -> None:
        nonlocal said, steps
        steps += 1
        now = time.monotonic()
        if now - said >= _SAY_EVERY_SECONDS:
            said = now
            share = (moment - midnight(network.opens_on)) * 100 // (ends - midnight(network.opens_on))
            say(
                f"  {share:3d} %  {moment:%d/%m/%Y}  {_counted(network)}; {steps / (now - begun):.0f} steps/s"
            )

    for quarter in range(1, _QUARTERS + 1):
        until = ends - timedelta(days=365 * (_QUARTERS - quarter) // _QUARTERS)
        history.play(network, until, watch)
        say(f"To {until:%d/%m/%Y}: {_counted(network)} ({time.monotonic() - begun:.1f} s)")
    outbox.keep_waiting()


def _counted(network: Network) -> str:
    done = network.done
    return f"{len(network.members)} companies, {done['listings']} listings, {done['trades']} trades"


def _seal_and_verify() -> None:
    """Seal the ledger; raise `LedgerWrong` unless everything adds up."""
    ledger.seal_all()
    outcome = ledger.verify()
    if not outcome.clean:
        first = outcome.findings[0]
        raise LedgerWrong(
            f"The ledger is wrong in {len(outcome.findings)} places, first: {first.check}, {first.subject}."
        )


def _marked(kind: str) -> bool:
    return session.scalar(select(AuditEvent.id).where(AuditEvent.kind == kind).limit(1)) is not None


@transaction
def _mark(kind: str, detail: str) -> None:
    members.record_event(actor=None, kind=kind, company_id=None, subject=_MARK, detail=detail)
