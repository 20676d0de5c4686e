"""An invoice that is issued is announced by e-mail to those who answer for it, and the letter tells nobody else anything."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock
from barterweb.db import session
from barterweb.documents import queries, service
from barterweb.documents.archive import FolderArchive
from barterweb.documents.facts import OwnInvoiceDetails
from barterweb.ids import new_id
from barterweb.notifications.models import Notification
from barterweb.outbox import mail
from barterweb.outbox.facts import Message
from barterweb.outbox.models import OutboxMessage
from barterweb.trades import refunds, settlement
from tests import build_members, build_trades
from tests.build_members import Member
from tests.documents.conftest import change

InApp = Callable[..., Any]
YEAR = clock.today().year


def letters() -> dict[tuple[str, str], OutboxMessage]:
    """The letters by whom they are for and the number they name."""
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "invoice_ready")).all()
    assert len({(row.to_email, row.payload["number"]) for row in rows}) == len(rows), "each once"
    return {(row.to_email, row.payload["number"]): row for row in rows}


def told() -> set[str]:
    query = select(Notification.company_id).where(Notification.kind == "invoice_ready")
    return set(session.scalars(query))


def test_both_sides_administrators_get_a_letter_with_the_number_and_the_page_only(
    app: Flask, buyer: Member, seller: Member
) -> None:
    with app.app_context():
        build_members.person("negoce@vercors.example", "trader", company_id=buyer.company_id)
        build_members.accountant(seller)
        trade_id = build_trades.settled(buyer, seller)
        (document,) = queries.documents_of_trade(trade_id)
        number = f"BC{YEAR}-00001"
        assert letters().keys() == {(buyer.email, number), (seller.email, number)}
        assert told() == {buyer.company_id, seller.company_id}
        letter = letters()[buyer.email, number]
        assert letter.payload == {
            "document": "invoice", "number": number, "page": f"/documents/factures/{document.id}",
        }  # fmt: skip
        message = Message(letter.id, letter.to_email, letter.to_name, letter.kind, letter.payload)
        written = mail.render(message, site="https://barter.example")
        assert written.subject == f"Facture {number}"
        for secret in ("Marcellin", "Vercors", "Mission annuelle", "6\u202f000", "Expertise"):
            for text in asdict(written).values():
                assert secret not in text


def test_the_letter_leads_its_reader_to_the_invoice(
    page: Callable[..., Any], in_app: InApp, buyer: Member, seller: Member
) -> None:
    in_app(build_trades.settled, buyer, seller)
    for member in (buyer, seller):
        address = in_app(lambda email=member.email: letters()[email, f"BC{YEAR}-00001"].payload["page"])
        assert f"Facture BC{YEAR}-00001" in page(member.email).get(address)


def test_a_credit_note_and_a_correction_are_announced_too(app: Flask, buyer: Member, seller: Member) -> None:
    with app.app_context():
        trade_id = build_trades.settled(buyer, seller)
        (document,) = queries.documents_of_trade(trade_id)
        service.correct_invoice(
            actor=seller.actor, document_id=document.id, order_reference="C-9", delivery_address=None
        )
        refunds.refund_trade(
            actor=seller.actor,
            trade_id=trade_id,
            refund_id=new_id("rem"),
            gross_cents=60_000,
            left_cents=600_000,
            reason="Geste commercial",
        )
        kinds = {number: row.payload["document"] for (_, number), row in letters().items()}
        assert kinds == {
            f"BC{YEAR}-00001": "invoice",
            f"BR{YEAR}-00001": "corrective",
            f"BA{YEAR}-00001": "credit_note",
        }
        assert len(letters()) == 6


def test_a_seller_without_mandate_announces_its_own_invoice_to_the_buyer(
    app: Flask, buyer: Member, seller: Member, tmp_path: Any
) -> None:
    with app.app_context():
        change(seller.company_id, mandate_revoked_at=clock.now())
        trade_id = build_trades.settled(buyer, seller)
        assert not letters()
        (draft,) = queries.documents_of_trade(trade_id)
        own = OwnInvoiceDetails(number="F-2026/17", issued_on=clock.today(), file=b"%PDF-1.7 mine")
        for _ in range(2):
            service.record_own_invoice(
                actor=seller.actor, document_id=draft.id, own=own, archive=FolderArchive(tmp_path)
            )
        assert letters().keys() == {(buyer.email, "F-2026/17")}


class Undone(Exception):
    """What makes a settlement fail after its invoice was announced."""


def test_no_letter_leaves_for_an_invoice_that_was_not_issued(
    app: Flask, buyer: Member, seller: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        assert letters()
        raise Undone

    with app.app_context():
        trade_id = build_trades.delivered(buyer, seller)
        monkeypatch.setattr(settlement, "tell", fail)
        with pytest.raises(Undone):
            settlement.confirm_trade(actor=buyer.actor, trade_id=trade_id, version=1)
        assert not letters()
