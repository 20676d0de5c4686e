"""Telling companies of their invoices, within the transaction that issues them: in the application and by e-mail."""

from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.models import Document
from barterweb.notifications import service as notifications

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
