"""The one verb of these pages: setting the legal notices from a day on."""

from dataclasses import asdict
from datetime import date

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.members.service import record_event
from barterweb.pages.errors import NoticeInThePast
from barterweb.pages.facts import LegalFacts
from barterweb.pages.models import LegalNotice


@transaction
def set_legal_facts(*, actor: Actor, starts_on: date, facts: LegalFacts) -> None:
    """Say who publishes and hosts the site from a day on; earlier notices stay in the history.

    Only the operator. Raises `NotFound`, `NoticeInThePast`.
    """
    if actor.kind != "operator":
        raise NotFound
    if starts_on < clock.today():
        raise NoticeInThePast
    session.add(
        LegalNotice(
            id=ids.new_id("mel"),
            starts_on=starts_on,
            set_at=clock.now(),
            set_by_id=actor.person_id,
            **asdict(facts),
        )
    )
    record_event(actor=actor, kind="legal_notice", company_id=None, subject=starts_on.isoformat())
