"""People of the demonstration read what they are told; what came in the last days waits for whoever plays them."""

from datetime import timedelta

from barterweb.demo import corpus
from barterweb.demo.network import DEMO_DOMAIN, Network
from barterweb.demo.timeline import Story, midnight
from barterweb.members import queries as members
from barterweb.notifications import queries, service

_DAYS_AGO = 5


def begin(network: Network) -> None:
    """Let the people a visitor can be read all their notifications some days before today."""
    network.timeline.tell(midnight(network.today - timedelta(days=_DAYS_AGO)) + timedelta(hours=9), _read())


def _read() -> Story:
    for address in sorted(person.email for person in corpus.people() if person.email.endswith(DEMO_DOMAIN)):
        person = members.person_by_email(address)
        for actor in members.actors_of(person.id) if person else ():
            newest_id = queries.inbox(actor, 1).newest_unread_id if actor.is_member else None
            if newest_id is not None:
                service.mark_read(actor=actor, newest_id=newest_id)
    yield from ()
