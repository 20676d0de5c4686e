"""A seller contests what was drawn up in its name: in time, once, and how it ends; who reads of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock
from barterweb.db import session
from barterweb.documents import queries, service
from barterweb.documents.errors import ContestNotPossible, ContestOver, ContestSettled
from barterweb.documents.facts import InvoiceFacts, InvoicingTerms
from barterweb.documents.models import Document, InvoiceContest
from barterweb.errors import NotFound
from barterweb.ids import new_id
from barterweb.members.models import AuditEvent
from barterweb.outbox.models import OutboxMessage
from barterweb.staff import queries as staff
from barterweb.trades import refunds
from tests import build_members, build_trades
from tests.build_members import Member
from tests.page import Browser

InApp = Callable[..., Any]
Open = Callable[..., Browser]
REASON = "Le prix unitaire n’est pas celui convenu."


@pytest.fixture
def invoice(app: Flask, buyer: Member, seller: Member) -> Iterator[Document]:
    """The invoice of a settled trade, in a context of its own."""
    with app.app_context():
        trade_id = build_trades.settled(buyer, seller)
        yield queries.documents_of_trade(trade_id)[0]


def contest(member: Member, document: Document, reason: str = REASON) -> None:
    service.contest_invoice(actor=member.actor, document_id=document.id, reason=reason)


def stands(document: Document) -> InvoiceContest:
    found = queries.contest_of(document.id)
    assert found is not None
    return found


def logged(document: Document) -> list[str]:
    query = select(AuditEvent.kind).where(AuditEvent.subject == document.id).order_by(AuditEvent.id)
    return list(session.scalars(query))


def letters(kind: str) -> list[tuple[str, dict[str, str]]]:
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind))
    return [(row.to_email, row.payload) for row in rows]


def test_the_seller_contests_once_and_the_operator_is_told_by_number_only(
    invoice: Document, buyer: Member, seller: Member
) -> None:
    operator = build_members.operator()
    for stranger in (buyer.actor, operator, build_members.accountant(seller)):
        with pytest.raises(NotFound):
            service.contest_invoice(actor=stranger, document_id=invoice.id, reason=REASON)
    for _ in range(2):
        contest(seller, invoice)
    assert (stands(invoice).outcome, stands(invoice).reason) == ("open", REASON)
    assert logged(invoice) == ["invoice_contested"]
    page = f"/documents/factures/{invoice.id}"
    assert letters("invoice_contested") == [
        ("exploitant@barter.example", {"number": str(invoice.number), "page": page})
    ]
    (line,) = staff.queue_of(operator).contests.rows
    assert (line.number, line.seller) == (invoice.number, "Cabinet Marcellin")


def test_the_last_day_is_frozen_on_the_invoice(invoice: Document, seller: Member) -> None:
    issued_on = invoice.issued_on
    assert InvoiceFacts.from_json(invoice.facts).contest_until == issued_on + timedelta(days=15)
    shorter = InvoicingTerms(contest_days=3)
    service.set_invoicing_terms(actor=build_members.operator(), starts_on=clock.today(), terms=shorter)
    with clock.at(clock.now() + timedelta(days=16)), pytest.raises(ContestOver) as refused:
        contest(seller, invoice)
    assert refused.value.last_day == issued_on + timedelta(days=15)
    assert queries.contest_of(invoice.id) is None
    with clock.at(clock.now() + timedelta(days=15)):
        contest(seller, invoice)


def test_an_invoice_from_before_the_setting_takes_the_days_of_its_terms(invoice: Document) -> None:
    facts = InvoiceFacts.from_json(invoice.facts)
    text = facts.to_json().replace(f'"contest_until":"{facts.contest_until}",', "")
    assert len(text) < len(invoice.facts)
    old = Document(kind="invoice", issued_on=facts.issued_on, facts=text)
    assert queries.contest_deadline(old) == clock.today() + timedelta(days=15)


def test_a_corrective_invoice_closes_the_contest(invoice: Document, seller: Member) -> None:
    contest(seller, invoice)
    corrected = service.correct_invoice(
        actor=seller.actor, document_id=invoice.id, order_reference="C-9", delivery_address=None
    )
    assert (stands(invoice).outcome, stands(invoice).settled_by_id) == ("corrected", corrected)
    assert logged(invoice) == ["invoice_contested", "contest_corrected"]
    with pytest.raises(ContestNotPossible):
        contest(seller, invoice)
    contest(seller, session.get_one(Document, corrected))  # what replaced it may be contested in its turn


def test_a_refund_s_credit_note_closes_the_contest(invoice: Document, seller: Member) -> None:
    contest(seller, invoice)
    refunds.refund_trade(
        actor=build_members.operator(),
        trade_id=str(invoice.trade_id),
        refund_id=new_id("rem"),
        gross_cents=60_000,
        left_cents=600_000,
        reason="Prix convenu",
    )
    note = session.scalars(select(Document.id).where(Document.kind == "credit_note")).one()
    assert (stands(invoice).outcome, stands(invoice).settled_by_id) == ("credited", note)
    assert not staff.queue_of(build_members.operator()).contests.total


def test_the_seller_takes_it_back_and_nobody_else(invoice: Document, buyer: Member, seller: Member) -> None:
    with pytest.raises(NotFound):
        service.withdraw_contest(actor=seller.actor, document_id=invoice.id)
    contest(seller, invoice)
    for stranger in (buyer.actor, build_members.operator()):
        with pytest.raises(NotFound):
            service.withdraw_contest(actor=stranger, document_id=invoice.id)
    service.withdraw_contest(actor=seller.actor, document_id=invoice.id)
    assert (stands(invoice).outcome, logged(invoice)[-1]) == ("withdrawn", "contest_withdrawn")
    with pytest.raises(ContestSettled):
        service.withdraw_contest(actor=seller.actor, document_id=invoice.id)
    with pytest.raises(ContestNotPossible):
        contest(seller, invoice)


def test_the_operator_upholds_it_and_the_seller_is_told(invoice: Document, seller: Member) -> None:
    operator = build_members.operator()
    contest(seller, invoice)
    with pytest.raises(NotFound):
        service.answer_contest(actor=seller.actor, document_id=invoice.id, answer="Non")
    service.answer_contest(actor=operator, document_id=invoice.id, answer="Le prix est celui de l’accord.")
    assert (stands(invoice).outcome, stands(invoice).answer) == ("upheld", "Le prix est celui de l’accord.")
    assert [email for email, _ in letters("contest_answered")] == [seller.email]
    with pytest.raises(ContestSettled):
        service.answer_contest(actor=operator, document_id=invoice.id, answer="Encore")


def test_the_operator_s_own_invoices_and_credit_notes_are_not_contested(
    invoice: Document, seller: Member
) -> None:
    refunds.refund_trade(
        actor=seller.actor,
        trade_id=str(invoice.trade_id),
        refund_id=new_id("rem"),
        gross_cents=60_000,
        left_cents=600_000,
        reason="Geste",
    )
    note = session.scalars(select(Document).where(Document.kind == "credit_note")).one()
    with pytest.raises(NotFound):
        contest(seller, note)


# --------------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def address(in_app: InApp, buyer: Member, seller: Member) -> str:
    """The page of an invoice, whose operator and accountant exist."""

    def make() -> str:
        build_members.operator()
        build_members.accountant(seller)
        trade_id = build_trades.settled(buyer, seller)
        return f"/documents/factures/{queries.documents_of_trade(trade_id)[0].id}"

    made: str = in_app(make)
    return made


def test_the_seller_says_why_and_everybody_reads_what_concerns_them(
    page: Open, address: str, buyer: Member, seller: Member
) -> None:
    mine = page(seller.email)
    assert "vous pouvez la contester jusqu’au" in mine.get(address).text.lower()
    refused = mine.submit("Contester la facture", status=422, reason="")
    assert "Dites ce qui ne va pas" in refused
    done = mine.submit("Contester la facture", reason=f"{REASON}\n<b>Deux lignes.</b>")
    assert "Contestation enregistrée" in done
    assert "<b>Deux lignes.</b>" in done
    assert "Contester la facture" not in done
    theirs = page(buyer.email).get(address)
    assert "a contesté cette facture" in theirs
    assert REASON not in theirs
    assert REASON in page("cabinet@comptes.example").get(address)
    assert "Facture contestée" in page(seller.email).get("/mon-entreprise")

    operator = page("exploitant@barter.example")
    assert "Factures contestées" in operator.get("/pole")
    operator.get("/operateur/contestations")
    assert "En cours" in operator.page
    number = next(a.text for a in operator.page.all("th a") if a.get("href") == address)
    operator.follow(str(number))
    assert REASON in operator.page
    assert "Dites au vendeur pourquoi" in operator.submit("Maintenir la facture", status=422, answer=" ")
    assert "Facture maintenue" in operator.submit("Maintenir la facture", answer="Conforme à l’accord.")
    assert "Conforme à l’accord." in mine.get(address)
    assert "Conforme à l’accord." not in page(buyer.email).get(address)


def test_after_the_last_day_a_sentence_says_so(page: Open, address: str, seller: Member) -> None:
    mine = page(seller.email)
    mine.get(address)
    with clock.at(clock.now() + timedelta(days=16)):
        mine = page(seller.email)
        shown = mine.get(address)
        assert "Le délai de contestation s’est terminé le" in shown
        assert "réputée acceptée" in shown
        assert "Contester la facture" not in shown


def test_a_form_left_open_past_the_last_day_is_refused_with_what_was_typed(
    page: Open, address: str, seller: Member
) -> None:
    mine = page(seller.email)
    mine.get(address)
    with clock.at(clock.now() + timedelta(days=16)):
        mine = page(seller.email)
        mine.get(address)
        shown = mine.post(f"{address}/contestation", {"reason": REASON}, status=422)
    assert "Le délai de contestation s’est terminé le" in shown
    assert shown.value_of("reason") == REASON


def test_the_days_are_a_setting_of_the_operator(page: Open, address: str) -> None:
    operator = page("exploitant@barter.example")
    operator.get("/operateur/facturation")
    refused = operator.submit("Enregistrer les réglages", status=422, contest_days="0")
    assert "De 1 à 90 jours" in refused
