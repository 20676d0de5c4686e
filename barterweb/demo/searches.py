"""Two searches that people of the demonstration keep: a member's and a cluster's."""

from barterweb import ids
from barterweb.demo.network import DEMO_DOMAIN
from barterweb.listings import saved
from barterweb.listings.search import Filters
from barterweb.members import queries as members

KEPT = (
    ("transport", "Expert-comptable, offres", Filters(words="expert-comptable", kinds=("offer",))),
    ("pole", "Besoins en usinage", Filters(words="usinage", kinds=("need",))),
)
"""Who keeps them, the part of the address before the domain; under which name."""


def keep() -> None:
    """Let them save what they look for."""
    for who, name, filters in KEPT:
        person = members.person_by_email(who + DEMO_DOMAIN)
        if person is None:
            continue
        for actor in members.actors_of(person.id)[:1]:
            saved.save_search(actor=actor, search_id=ids.new_id("rec"), name=name, filters=filters)
