"""What is issued when a trade settles, and what waits: mandates, missing data, corrections, the seller's own invoice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from barterweb import clock
from barterweb.db import open_transaction, session
from barterweb.documents import queries, service
from barterweb.documents.archive import FolderArchive
from barterweb.documents.errors import (
    InvoiceIncomplete,
    NoMandate,
    NotAnInvoiceFile,
    NothingToCorrect,
    OwnInvoiceRecorded,
)
from barterweb.documents.facts import Address, InvoiceFacts, OwnInvoiceDetails
from barterweb.documents.facturx import validation
from barterweb.documents.facturx.content import invoice_xml
from barterweb.documents.models import Document, DocumentSeries
from barterweb.errors import NotFound
from barterweb.members.facts import RegionSettings, vat_number_of
from barterweb.members.models import Company
from barterweb.trades.models import Trade
from tests import build_members, build_trades
from tests.build_members import Member

InApp = Callable[..., Any]


@pytest.fixture
def buyer(in_app: InApp) -> Member:
    in_app(build_members.region, terms=RegionSettings(credit_limit_cents=800_000))
    return in_app(build_members.company, "Transports du Vercors")


@pytest.fixture
def seller(in_app: InApp, buyer: Member) -> Member:
    return in_app(build_members.company, "Cabinet Marcellin")


def change(company_id: str, **values: Any) -> None:
    with open_transaction():
        company = session.get_one(Company, company_id)
        for name, value in values.items():
            setattr(company, name, value)


def facts_of(document_id: str | None) -> InvoiceFacts:
    return InvoiceFacts.from_json(session.get_one(Document, document_id).facts)


def only_draft(trade_id: str) -> Document:
    (document,) = queries.documents_of_trade(trade_id)
    assert document.kind == "draft"
    return document


def test_the_invoice_of_a_settled_trade_is_complete_and_valid(
    app: Flask, buyer: Member, seller: Member
) -> None:
    with app.app_context():
        trade_id = build_trades.settled(buyer, seller, build_trades.terms(settlement="net_in_barter"))
        change(seller.company_id, iban="FR7630006000011234567890189")
        (document,) = queries.documents_of_trade(trade_id)
        facts = facts_of(document.id)
        assert (document.kind, document.number, document.issuer_id) == (
            "invoice", f"BC{clock.today().year}-00001", seller.company_id,
        )  # fmt: skip
        assert (facts.total_gross_cents, facts.paid_barter_cents, facts.due_euro_cents) == (
            600_000,
            500_000,
            100_000,
        )
        assert facts.due_on == clock.today() + timedelta(days=30)
        assert facts.issued_on_behalf_by == "France Clusters"
        assert validation.check(invoice_xml(facts)).failures == ()


def test_a_seller_without_mandate_gets_a_draft_and_gives_its_own_number_and_file(
    app: Flask, buyer: Member, seller: Member, tmp_path: Any
) -> None:
    archive = FolderArchive(tmp_path)
    with app.app_context():
        change(seller.company_id, mandate_revoked_at=clock.now())
        trade_id = build_trades.settled(buyer, seller)
        assert session.get_one(Trade, trade_id).invoice_id is None
        draft = only_draft(trade_id)
        with pytest.raises(NotFound):
            queries.document_for(draft.id, buyer.actor)
        with pytest.raises(NoMandate):
            service.issue_waiting_invoice(actor=seller.actor, document_id=draft.id)

        own = OwnInvoiceDetails(number="F-2026/17", issued_on=clock.today(), file=b"%PDF-1.7 mine")
        with pytest.raises(NotFound):
            service.record_own_invoice(actor=buyer.actor, document_id=draft.id, own=own, archive=archive)
        wrong, other = replace(own, file=b"MZ"), replace(own, number="F-2026/18")
        with pytest.raises(NotAnInvoiceFile):
            service.record_own_invoice(actor=seller.actor, document_id=draft.id, own=wrong, archive=archive)
        for _ in range(2):
            service.record_own_invoice(actor=seller.actor, document_id=draft.id, own=own, archive=archive)
        with pytest.raises(OwnInvoiceRecorded):
            service.record_own_invoice(actor=seller.actor, document_id=draft.id, own=other, archive=archive)

        assert queries.document_for(draft.id, buyer.actor).id == draft.id
        (line,) = queries.invoices_of(buyer.company_id, 1).invoices
        assert (line.kind, line.number, line.sold) == ("draft", "F-2026/17", False)
        recorded = queries.own_invoices([draft.id])[draft.id]
        assert archive.read(str(recorded.sha256)) == own.file


def test_incomplete_data_keeps_the_invoice_back_not_the_trade(
    app: Flask, buyer: Member, seller: Member
) -> None:
    with app.app_context():
        change(seller.company_id, capital_cents=None, vat_number=None)
        trade_id = build_trades.settled(buyer, seller)
        assert session.get_one(Trade, trade_id).state == "settled"
        draft = only_draft(trade_id)
        assert queries.invoice_view(draft.id, seller.actor).missing == ("seller.capital", "seller.vat_number")
        with pytest.raises(InvoiceIncomplete) as refused:
            service.issue_waiting_invoice(actor=seller.actor, document_id=draft.id)
        assert refused.value.missing == ("seller.capital", "seller.vat_number")
        assert service.issue_waiting_invoices() == 0
        assert session.get(DocumentSeries, (seller.company_id, f"BC{clock.today().year}-")) is None

        siren = session.get_one(Company, seller.company_id).siren
        change(seller.company_id, capital_cents=1_000_000, vat_number=vat_number_of(siren))
        with pytest.raises(NotFound):
            service.issue_waiting_invoice(actor=buyer.actor, document_id=draft.id)
        issued = service.issue_waiting_invoice(actor=seller.actor, document_id=draft.id)
        assert service.issue_waiting_invoice(actor=seller.actor, document_id=draft.id) == issued
        assert service.issue_waiting_invoices() == 0
        assert [document.id for document in queries.documents_of_trade(trade_id)] == [issued]
        assert facts_of(issued).seller.capital_cents == 1_000_000


def test_the_job_issues_what_is_complete_by_now(app: Flask, buyer: Member, seller: Member) -> None:
    with app.app_context():
        change(seller.company_id, mandate_revoked_at=clock.now())
        trade_id = build_trades.settled(buyer, seller)
        assert service.issue_waiting_invoices() == 0
        change(seller.company_id, mandate_revoked_at=None)
        assert service.issue_waiting_invoices() == 1
        assert queries.invoice_of_trade(trade_id) is not None


def test_a_line_without_vat_waits_for_its_reason(app: Flask, buyer: Member, seller: Member) -> None:
    with app.app_context():
        trade_id = build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000, 0)))
        draft = only_draft(trade_id)
        assert queries.invoice_view(draft.id, seller.actor).missing == ("vat.exemption",)
        reason = "Exonération, art. 261-4-4° a du CGI"
        issued = service.issue_waiting_invoice(actor=seller.actor, document_id=draft.id, exemption=reason)
        assert facts_of(issued).exemption == reason
        assert validation.check(invoice_xml(facts_of(issued))).failures == ()


def test_an_exempt_seller_and_an_option_for_debits_are_stated(
    app: Flask, buyer: Member, seller: Member
) -> None:
    with app.app_context():
        change(seller.company_id, vat_regime="franchise", vat_number=None)
        exempt = build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000, 0)))
        facts = facts_of(session.get_one(Trade, exempt).invoice_id)
        assert (facts.exemption, facts.exemption_code) == (
            "TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE",
        )  # fmt: skip
        change(buyer.company_id, vat_on_debits=True)
        sold = build_trades.settled(seller, buyer, build_trades.terms(build_trades.line(10_000)))
        facts = facts_of(session.get_one(Trade, sold).invoice_id)
        assert facts.vat_on_debits
        assert "DEBITS" in [mention.code for mention in facts.mentions]


def test_a_corrective_invoice_replaces_the_latest_and_keeps_its_amounts(
    app: Flask, buyer: Member, seller: Member
) -> None:
    with app.app_context():
        trade_id = build_trades.settled(buyer, seller)
        first = str(session.get_one(Trade, trade_id).invoice_id)
        with pytest.raises(NotFound):
            service.correct_invoice(
                actor=buyer.actor, document_id=first, order_reference="C-1", delivery_address=None
            )
        with pytest.raises(NothingToCorrect):
            service.correct_invoice(
                actor=seller.actor,
                document_id=first,
                order_reference="",
                delivery_address=facts_of(first).delivery_address,
            )
        change(buyer.company_id, street="3, place du Marché")
        place = Address(lines=("Quai 4",), postal_code="38130", city="Échirolles")
        second = service.correct_invoice(
            actor=seller.actor, document_id=first, order_reference="C-1", delivery_address=place
        )
        third = service.correct_invoice(
            actor=seller.actor, document_id=first, order_reference="C-2", delivery_address=place
        )
        year = clock.today().year
        assert [d.number for d in queries.documents_of_trade(trade_id)] == [
            f"BC{year}-00001", f"BR{year}-00001", f"BR{year}-00002",
        ]  # fmt: skip
        assert facts_of(second).preceding.number == f"BC{year}-00001"  # type: ignore[union-attr]
        assert facts_of(third).preceding.number == f"BR{year}-00001"  # type: ignore[union-attr]
        assert facts_of(third).buyer.address.lines == ("3, place du Marché",)
        assert facts_of(first).buyer.address.lines != ("3, place du Marché",)
        assert facts_of(third).total_gross_cents == facts_of(first).total_gross_cents
        assert validation.check(invoice_xml(facts_of(third))).failures == ()
