"""A year of the network: when companies join, when trades begin, what time and the accountant do of themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from barterweb import clock
from barterweb.demo import corpus
from barterweb.demo.deals import COURSES, trades
from barterweb.demo.joining import applies, joins
from barterweb.demo.market import trade_by_chance
from barterweb.demo.network import Network, open_network
from barterweb.demo.standing import weekly_jobs
from barterweb.demo.timeline import Story, midnight, office_hours, working_day_before
from barterweb.documents import service as documents
from barterweb.listings import service as listings
from barterweb.outbox import service as outbox
from barterweb.trades import settlement

JOINING_DAYS = 55
LATE_ONE_IN = 12
LATE_DAYS = (52, 170, 95, 37, 18)
"""Most companies join within two months; one in so many came later, these days before today."""

_FIRST_TRADE_DAY = 15
_DELIVERY_DAYS = (4, 32)
_STATEMENTS_OF_DAYS = 62
"""Statements of the last two months are issued: each is a file to be made, and those before would be looked at by nobody."""

_MONDAY, _THURSDAY, _SUNDAY = 0, 3, 6


def begin(network: Network) -> None:
    """Open the network and let its companies come."""
    opening = midnight(network.opens_on) + timedelta(hours=8)
    with clock.at(opening):
        open_network(network)
    companies, late = network.cast.companies, 0
    for index, company in enumerate(companies):
        rng = network.random("joins", company.slug)
        if index % LATE_ONE_IN == LATE_ONE_IN - 1 and company.slug not in network.careful | network.punctual:
            begins = working_day_before(network.today, LATE_DAYS[late % len(LATE_DAYS)], rng)
            late += 1
        else:
            day = network.opens_on + timedelta(days=JOINING_DAYS * index // len(companies))
            begins = max(office_hours(day, rng), opening)
        network.timeline.tell(begins, joins(network, company))
    network.timeline.tell(opening, _nights(network))
    network.timeline.tell(opening, weekly_jobs(network))
    network.timeline.tell(opening, _visits_of_the_accountant(network))


def add_applicants(network: Network) -> None:
    """Let some companies apply in the last weeks."""
    for applicant in corpus.applicants():
        rng = network.random("applies", applicant.company.slug)
        begins = working_day_before(network.today, applicant.days_ago, rng)
        network.timeline.tell(begins, applies(network, applicant))


def add_trades(network: Network, count: int) -> None:
    """Let so many trades begin by chance, more of them the older the network."""
    rng = network.random("beginnings")
    days = (network.today - network.opens_on).days - _FIRST_TRADE_DAY
    for number in range(count):
        day = max(rng.randrange(days), rng.randrange(days)) + _FIRST_TRADE_DAY
        begins = office_hours(network.opens_on + timedelta(days=day), rng)
        network.timeline.tell(begins, _trade(network, network.random("trade", number)))


def play(network: Network, until: datetime, watch: Callable[[datetime], None]) -> None:
    """Let everything happen that happens before `until`."""
    network.timeline.play(until, watch)


def _trade(network: Network, rng: Random) -> Story:
    """Two companies trade, with some outcome or other."""
    (course,) = rng.choices([steps for _, steps in COURSES], [weight for weight, _ in COURSES])
    yield from trades(network, lambda: trade_by_chance(network, rng), course, rng, _DELIVERY_DAYS)


def _nights(network: Network) -> Story:
    """Every night time does its work; reminders are looked at twice a week, statements issued every month."""
    while True:
        yield midnight(clock.today() + timedelta(days=1)) + timedelta(hours=2)
        settlement.expire_proposals()
        settlement.confirm_overdue_deliveries()
        listings.expire_listings()
        if clock.today().day == 1 and (network.today - clock.today()).days <= _STATEMENTS_OF_DAYS:
            documents.issue_monthly_statements()
        if clock.today().weekday() in (_MONDAY, _THURSDAY):
            settlement.remind_buyers()
        if clock.today().weekday() == _SUNDAY:
            outbox.keep_waiting()


def _visits_of_the_accountant(network: Network) -> Story:
    """Once a month the accountant takes last month's statement of every company that opened its books."""
    while True:
        first = (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)
        yield office_hours(first + timedelta(days=2), network.random("visit", first))
        accountant = network.staff.get("accountant")
        last = clock.today().replace(day=1) - timedelta(days=1)
        for member in network.members.values() if accountant else ():
            if accountant and member.company_id in accountant.company_ids:
                start = last.replace(day=1)
                document_id = documents.statement_document(
                    actor=accountant, company_id=member.company_id, start=start, end=last
                )
                name = f"releve-barter-{network.cast.registrations[member.company.slug].siren}-{start}-{last}.pdf"
                documents.log_download(
                    actor=accountant, company_id=member.company_id, subject=document_id, detail=name
                )
