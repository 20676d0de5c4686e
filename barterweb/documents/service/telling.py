"""Telling companies of their invoices, within the transaction that issues them: in the application and by e-mail."""

from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.models import Document
from barterweb.members import queries as members
from barterweb.notifications import service as notifications
from barterweb.outbox import service as outbox

READERS = ("administrator",)
"""Who gets the letter: whoever answers for the company's invoices. Accountants are told of each month at once."""


def tell_waiting(draft: InvoiceFacts, seller_id: str) -> None:
    """Notify the seller that an invoice waits for it."""
    _notify("invoice_waiting", draft, seller_id, draft.buyer.name)


def tell_ready(document: Document, facts: InvoiceFacts, *, number: str, company_ids: tuple[str, ...]) -> None:
    """Tell these sides of a sale that an invoice, credit note or corrective can be read; the letter says its number only.

    `number` is the seller's own where the document is the draft of the invoice it issued itself.
    """
    for company_id in company_ids:
        sold = company_id == document.company_id
        if document.kind != "credit_note":  # the refund itself is told
            _notify("invoice_ready", facts, company_id, facts.buyer.name if sold else facts.seller.name)
        notifications.write_to_company(
            company_id=company_id,
            kind="invoice_ready",
            payload={
                "document": document.kind,
                "number": number,
                "page": f"/documents/factures/{document.id}",
            },
            kinds=READERS,
        )


def tell_contested(document: Document) -> None:
    """Write to operator staff that a seller contests an invoice drawn up in its name; the letter says its number only."""
    for person in members.operators():
        outbox.queue_mail(
            to_email=person.email, to_name=person.name, kind="invoice_contested", payload=_named(document)
        )


def tell_answered(document: Document) -> None:
    """Write to the seller that the operator answered its contest."""
    notifications.write_to_company(
        company_id=str(document.company_id), kind="contest_answered", payload=_named(document), kinds=READERS
    )


def _named(document: Document) -> dict[str, str]:
    return {"number": str(document.number), "page": f"/documents/factures/{document.id}"}


def _notify(kind: str, facts: InvoiceFacts, company_id: str, counterparty: str) -> None:
    notifications.notify_company(
        company_id=company_id,
        kind=kind,
        subject_id=str(facts.trade_id),
        payload={
            "trade_id": str(facts.trade_id),
            "title": facts.lines[0].description,
            "counterparty": counterparty,
            "amount_cents": str(facts.paid_barter_cents),
            "due_on": "",
        },
    )
