"""Reading the legal notices: the one in force, and all there were."""

from dataclasses import fields
from datetime import date

from sqlalchemy import select

from barterweb.db import session
from barterweb.members.models import Person
from barterweb.pages.facts import LegalFacts
from barterweb.pages.models import LegalNotice

LATEST = 20


def legal_facts(on: date) -> LegalFacts | None:
    """Return what is in force on a day; None before anything was set."""
    notice = session.scalar(
        select(LegalNotice)
        .where(LegalNotice.starts_on <= on)
        .order_by(LegalNotice.starts_on.desc(), LegalNotice.id.desc())
        .limit(1)
    )
    return None if notice is None else _facts_of(notice)


def legal_notices() -> list[tuple[LegalNotice, str, LegalFacts]]:
    """Return the notices that begin latest, each with who set it and what it says, the latest first."""
    rows = session.execute(
        select(LegalNotice, Person.name)
        .join(Person, Person.id == LegalNotice.set_by_id)
        .order_by(LegalNotice.starts_on.desc(), LegalNotice.id.desc())
        .limit(LATEST)
    )
    return [(notice, name, _facts_of(notice)) for notice, name in rows]


def _facts_of(notice: LegalNotice) -> LegalFacts:
    return LegalFacts(**{field.name: getattr(notice, field.name) for field in fields(LegalFacts)})
