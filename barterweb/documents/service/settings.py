"""What the operator decides about invoices, from a day on; what was issued before keeps the terms of its time."""

from datetime import date

from barterweb import clock, ids
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.documents.facts import InvoicingTerms
from barterweb.documents.models import InvoicingSettings
from barterweb.errors import NotFound
from barterweb.members.service import record_event


@transaction
def set_invoicing_terms(*, actor: Actor, starts_on: date, terms: InvoicingTerms) -> None:
    """Set the operator's identity, the mentions and the fees' VAT from a day on. Only operator staff; else `NotFound`."""
    if actor.kind != "operator":
        raise NotFound
    session.add(
        InvoicingSettings(
            id=ids.new_id("set"),
            starts_on=starts_on,
            facts=terms.to_json(),
            created_at=clock.now(),
            person_id=actor.person_id,
        )
    )
    record_event(actor=actor, kind="invoicing_terms", company_id=None, subject=starts_on.isoformat())
