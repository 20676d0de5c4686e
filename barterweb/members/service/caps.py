"""How much a company lets its people commit alone: a cap for a person, and one for whoever is no administrator."""

from sqlalchemy import select

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.errors import NotFound
from barterweb.members.models import Role
from barterweb.members.queries import is_current
from barterweb.members.service.audit import record_event
from barterweb.members.service.companies import administered
from barterweb.money import Credits


@transaction
def set_spending_cap(*, actor: Actor, person_id: str, cap: Credits | None) -> None:
    """Set the largest purchase that a trader of the actor's company commits it to alone; None takes the cap away.

    Above it an administrator decides. Raises `NotFound` also for somebody who is no trader there.
    """
    company = administered(actor)
    role = session.scalar(
        select(Role)
        .where(Role.person_id == person_id, Role.company_id == company.id, Role.kind == "trader")
        .where(is_current(clock.today()))
        .with_for_update()
    )
    if role is None:
        raise NotFound
    role.spending_cap_cents = None if cap is None else cap.cents
    record_event(
        actor=actor,
        kind="spending_cap_set",
        company_id=company.id,
        subject=role.id,
        detail=f"{role.person.name}\u00a0: {_words(cap)}",
    )


@transaction
def set_purchase_cap(*, actor: Actor, cap: Credits | None) -> None:
    """Set above which amount a purchase of the actor's company needs an administrator, or None. Raises `NotFound`."""
    company = administered(actor)
    company.purchase_cap_cents = None if cap is None else cap.cents
    record_event(
        actor=actor,
        kind="purchase_cap_set",
        company_id=company.id,
        subject=company.id,
        detail=_words(cap),
    )


def _words(cap: Credits | None) -> str:
    return "sans plafond" if cap is None else f"{cap}\u00a0B"
