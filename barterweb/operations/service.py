"""Read-only mode, and the check of the ledger that switches it on (promise L17 of docs/ledger.md).

Only a person switches it off: what was found must be understood first.
"""

from sqlalchemy import select

from barterweb import clock, ledger
from barterweb.db import essential_transaction, session
from barterweb.members.queries import operators
from barterweb.members.service.audit import record_event
from barterweb.operations.models import SiteState
from barterweb.operations.queries import forget
from barterweb.outbox.service import queue_mail

_SITE = "site"
_BY_ITSELF = "la vérification du registre"


@essential_transaction
def stop_writes(*, reason: str, by: str) -> bool:
    """Make the site read-only within two seconds and write to operator staff; return False if it was already."""
    state = _state()
    if state.read_only_since is not None:
        return False
    state.read_only_since, state.reason, state.set_by = clock.now(), reason[:500], by
    record_event(actor=None, kind="read_only_on", company_id=None, subject=_SITE, detail=reason)
    for person in operators():
        queue_mail(
            to_email=person.email,
            to_name=person.name,
            kind="site_read_only",
            payload={"reason": reason, "by": by},
        )
    forget()
    return True


@essential_transaction
def allow_writes(*, by: str) -> bool:
    """End read-only mode; return False if there was none."""
    state = _state()
    if state.read_only_since is None:
        return False
    record_event(actor=None, kind="read_only_off", company_id=None, subject=_SITE, detail=by)
    state.read_only_since, state.reason, state.set_by = None, "", ""
    forget()
    return True


def check_ledger(*, whole: bool) -> int:
    """Verify the ledger, `whole` or since the point where it was last found clean; stop writes if anything is wrong.

    Return the number of findings.
    """
    head = ledger.chain_head()
    since = 0 if whole else session.scalar(select(SiteState.verified_position)) or 0
    findings = ledger.verify(since=since).findings
    session.rollback()
    if findings:
        first = findings[0]
        reason = f"{len(findings)} anomalie(s) dans le registre, dont\u00a0: {first.check} ({first.subject}, {first.detail})"
        stop_writes(reason=reason, by=_BY_ITSELF)
    else:
        _record_clean(head.position if head else 0)
    return len(findings)


@essential_transaction
def _record_clean(position: int) -> None:
    state = _state()
    state.verified_position, state.verified_at = position, clock.now()


def _state() -> SiteState:
    return session.execute(select(SiteState).with_for_update()).scalar_one()
