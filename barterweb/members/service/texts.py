"""The texts a company agrees to, archived word for word with their hash: the terms, and the mandate to invoice apart.

The words live in `templates/members/texts/<kind>-<version>.txt`; a change of them is a new file and a new `TERMS_VERSION`.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import RetryTransaction, require_transaction, session, transaction
from barterweb.members.facts import TERMS_VERSION
from barterweb.members.models import Acceptance, AcceptedText, Company
from barterweb.members.service.audit import record_event
from barterweb.members.service.companies import administered

_FOLDER = Path(__file__).resolve().parents[3] / "templates" / "members" / "texts"


@dataclass(frozen=True, slots=True)
class Text:
    """A text somebody may agree to: `kind` is terms or mandate, `version` its date, `sha256` that of its UTF-8 bytes."""

    kind: str
    version: str
    body: str
    sha256: str


@cache
def current_text(kind: str) -> Text:
    """Return the text of this kind that is agreed to today."""
    body = (_FOLDER / f"{kind}-{TERMS_VERSION}.txt").read_text("utf-8")
    return Text(kind, TERMS_VERSION, body, hashlib.sha256(body.encode()).hexdigest())


def accept_text(company: Company, kind: str, *, accepted_by: str) -> None:
    """Archive that the company agrees to today's text, within the caller's transaction.

    `accepted_by` names who did, and their address. For the mandate, the company's own columns follow.
    """
    require_transaction()
    text = current_text(kind)
    if session.get(AcceptedText, text.sha256) is None:
        session.add(AcceptedText(sha256=text.sha256, kind=kind, version=text.version, body=text.body))
        try:
            session.flush()
        except IntegrityError as error:  # somebody else archived the same words at this moment
            raise RetryTransaction from error
    now = clock.now()
    session.add(
        Acceptance(
            id=ids.new_id("acp"),
            company_id=company.id,
            sha256=text.sha256,
            accepted_at=now,
            accepted_by=accepted_by,
        )
    )
    if kind == "mandate":
        company.mandate_accepted_at, company.mandate_version = now, text.version
        company.mandate_sha256, company.mandate_revoked_at = text.sha256, None


@transaction
def give_mandate(*, actor: Actor) -> None:
    """Let the operator draw up the invoices of the company the actor administers; giving it again changes nothing.

    Raises `NotFound`.
    """
    company = administered(actor)
    if company.has_mandate:
        return
    accept_text(company, "mandate", accepted_by=actor.person_name)
    record_event(actor=actor, kind="mandate_given", company_id=company.id, subject=company.id)


@transaction
def revoke_mandate(*, actor: Actor) -> None:
    """Take the mandate back from now on: invoices issued before stay valid. Raises `NotFound`."""
    company = administered(actor)
    if not company.has_mandate:
        return
    now = clock.now()
    company.mandate_revoked_at = now
    session.execute(
        update(Acceptance)
        .where(Acceptance.company_id == company.id, Acceptance.revoked_at.is_(None))
        .where(Acceptance.sha256.in_(select(AcceptedText.sha256).where(AcceptedText.kind == "mandate")))
        .values(revoked_at=now)
    )
    record_event(actor=actor, kind="mandate_revoked", company_id=company.id, subject=company.id)
