"""The audit trail: who did what, for whom, shown to those concerned."""

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import require_transaction, session
from barterweb.members.models import AuditEvent

_LONGEST_DETAIL = 300
_LONGEST_LABEL = 120


def record_event(
    *, actor: Actor | None, kind: str, company_id: str | None, subject: str, detail: str = ""
) -> None:
    """Write an event into the caller's transaction; no actor means that the site did it.

    `subject` is the id of what the event is about, `detail` a name or a reason that a reader understands. The company's
    administrators read the events that carry its id.
    """
    require_transaction()
    session.add(
        AuditEvent(
            id=ids.new_id("evt"),
            at=clock.now(),
            kind=kind,
            person_id=actor.person_id if actor else None,
            company_id=company_id,
            subject=subject,
            detail=detail[:_LONGEST_DETAIL],
            acted_as=actor.label[:_LONGEST_LABEL] if actor else "",
        )
    )
