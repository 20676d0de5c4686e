"""Invoices that sellers without mandate issue themselves: their number, their day, their file."""

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.documents.archive import Archive
from barterweb.documents.errors import NotAnInvoiceFile, OwnInvoiceRecorded
from barterweb.documents.facts import MAX_OWN_FILE_BYTES, InvoiceFacts, OwnInvoiceDetails
from barterweb.documents.models import Document, OwnInvoice
from barterweb.documents.policy import may_record_own
from barterweb.documents.queries import document_for, invoice_of_trade
from barterweb.documents.service.records import lock_seller
from barterweb.documents.service.telling import tell_ready
from barterweb.errors import NotFound
from barterweb.members.service import record_event


def record_own_invoice(*, actor: Actor, document_id: str, own: OwnInvoiceDetails, archive: Archive) -> None:
    """Write down the invoice the seller issued itself, and archive its file; the same again changes nothing.

    A file may be added later to a number. Raises `NotFound` (also once the platform issued an invoice), `NotAnInvoiceFile`,
    and `OwnInvoiceRecorded` when other values are written down already.
    """
    if not may_record_own(document_for(document_id, actor), actor):
        raise NotFound
    sha256 = None
    if own.file is not None:
        if len(own.file) > MAX_OWN_FILE_BYTES:
            raise NotAnInvoiceFile("too_large")
        if not own.file.startswith(b"%PDF-"):
            raise NotAnInvoiceFile("not_pdf")
        sha256 = archive.save(own.file)
    _record(actor, document_id, own, sha256)


@transaction
def _record(actor: Actor, document_id: str, own: OwnInvoiceDetails, sha256: str | None) -> None:
    draft = session.get_one(Document, document_id)
    lock_seller(draft)  # so that no sale is invoiced by both
    if invoice_of_trade(str(draft.trade_id)) is not None:
        raise NotFound
    recorded = session.get(OwnInvoice, document_id)
    if recorded is None:
        recorded = OwnInvoice(
            document_id=document_id,
            number=own.number,
            issued_on=own.issued_on,
            recorded_at=clock.now(),
            person_id=actor.person_id,
        )
        session.add(recorded)
        facts, buyer_id = InvoiceFacts.from_json(draft.facts), str(draft.other_company_id)
        tell_ready(draft, facts, number=own.number, company_ids=(buyer_id,))
    elif (recorded.number, recorded.issued_on) != (own.number, own.issued_on):
        raise OwnInvoiceRecorded(recorded.number)
    if sha256 is not None and recorded.sha256 not in (None, sha256):
        raise OwnInvoiceRecorded(recorded.number)
    if sha256 is not None:
        recorded.sha256, recorded.size = sha256, len(own.file or b"")
    record_event(
        actor=actor, kind="own_invoice", company_id=draft.company_id, subject=document_id, detail=own.number
    )
