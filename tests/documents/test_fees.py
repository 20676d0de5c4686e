"""The operator's invoices: commissions per trade and by month, memberships, credit notes; each once, VAT as decided."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock, ids
from barterweb.db import session
from barterweb.documents import service
from barterweb.documents.facts import InvoiceFacts, InvoicingTerms
from barterweb.documents.facturx import validation
from barterweb.documents.facturx.content import invoice_xml
from barterweb.documents.models import OPERATOR, Document
from barterweb.documents.queries import invoicing_terms
from barterweb.documents.service.fees import _line
from barterweb.errors import NotFound
from barterweb.members.facts import RegionSettings
from barterweb.trades import queries, refunds
from barterweb.trades.models import Trade
from tests import build_members, build_trades
from tests.build_members import Member
from tests.documents.cases import OPERATOR as OPERATOR_PARTY
from tests.page import Browser

InApp = Callable[..., Any]
TERMS = InvoicingTerms(operator=OPERATOR_PARTY, iban="FR7630006000011234567890189")


@pytest.fixture
def sides(in_app: InApp) -> tuple[Member, Member]:
    """A buyer and a seller after the pilot: 5 % from the seller, membership due."""
    settings = RegionSettings(credit_limit_cents=800_000, commission_waived=False, membership_waived=False)
    in_app(build_members.region, terms=settings)
    return in_app(build_members.company, "Transports du Vercors"), in_app(
        build_members.company, "Cabinet Marcellin"
    )


def decide(terms: InvoicingTerms) -> None:
    service.set_invoicing_terms(actor=build_members.operator(), starts_on=clock.today(), terms=terms)


def issued(kind: str = "invoice", subject: str = "commission") -> list[InvoiceFacts]:
    rows = session.scalars(
        select(Document.facts)
        .where(Document.issuer_id == OPERATOR, Document.kind == kind)
        .order_by(Document.id)
    )
    found = [InvoiceFacts.from_json(text) for text in rows]
    return [facts for facts in found if facts.subject == subject]


def test_nothing_is_issued_before_the_operator_has_an_identity(
    app: Flask, sides: tuple[Member, Member]
) -> None:
    with app.app_context():
        build_trades.settled(*sides)
        assert service.issue_fee_invoices() == 0
        assert issued() == []
        decide(TERMS)
        assert service.issue_fee_invoices() == 1 + 2  # the commission that was missed, two memberships
        assert service.issue_fee_invoices() == 0


def test_a_commission_is_invoiced_with_its_trade_and_vat_comes_on_top(
    app: Flask, sides: tuple[Member, Member]
) -> None:
    with app.app_context():
        decide(TERMS)
        build_trades.settled(*sides)
        (facts,) = issued()
        assert facts.number == f"FC{clock.today().year}-00001"
        assert (facts.total_net_cents, facts.paid_barter_cents, facts.due_euro_cents) == (
            25_000,
            25_000,
            5_000,
        )
        assert facts.buyer.name == "Cabinet Marcellin"
        assert facts.issued_on_behalf_by is None
        assert validation.check(invoice_xml(facts)).failures == ()


@pytest.mark.parametrize("cents", [1, 3, 25_000, 33_333])
def test_fees_that_include_vat_are_wholly_paid_but_for_a_cent(cents: int) -> None:
    line = _line("Commission", cents, 2000, replace(TERMS, fees_include_vat=True))
    gross = line.net_cents + (line.net_cents * 20 + 50) // 100
    assert 0 <= gross - cents <= 1


def test_a_month_of_commissions_is_one_recap_after_its_end(app: Flask, sides: tuple[Member, Member]) -> None:
    with app.app_context():
        decide(replace(TERMS, commission_rhythm="month"))
        for number in range(3):
            offered = build_trades.terms(build_trades.line(10_000 * (number + 1)))
            build_trades.settled(*sides, offered, f"Mission {number}")
        service.issue_fee_invoices()
        assert issued() == []
        month = clock.today().replace(day=1)
        first = (month + timedelta(days=32)).replace(day=1)
        with clock.at(datetime.combine(first, time(12), UTC)):
            assert service.issue_fee_invoices() == 1
            (facts,) = issued()
            assert [line.net_cents for line in facts.lines] == [500, 1_000, 1_500]
            assert facts.period is not None
            assert (facts.period.start, facts.period.end) == (month, first - timedelta(days=1))
            assert service.issue_fee_invoices() == 0
            assert validation.check(invoice_xml(facts)).failures == ()


def test_a_refund_credits_the_commission_that_was_invoiced(app: Flask, sides: tuple[Member, Member]) -> None:
    buyer, seller = sides
    with app.app_context():
        decide(TERMS)
        trade_id = build_trades.settled(buyer, seller)
        refunds.refund_trade(
            actor=seller.actor,
            trade_id=trade_id,
            refund_id=ids.new_id("rmb"),
            gross_cents=300_000,
            left_cents=queries.left_to_refund(session.get_one(Trade, trade_id)).gross_cents,
            reason="Moitié non rendue",
        )
        (note,) = issued("credit_note")
        assert (note.number, note.total_net_cents, note.paid_barter_cents) == (
            f"FA{clock.today().year}-00001", 12_500, 12_500,
        )  # fmt: skip
        assert note.preceding is not None
        assert note.preceding.number == issued()[0].number
        assert validation.check(invoice_xml(note)).failures == ()


def test_a_membership_is_invoiced_once_in_euros(app: Flask, sides: tuple[Member, Member]) -> None:
    with app.app_context():
        decide(TERMS)
        assert service.issue_fee_invoices() == 2
        facts = issued(subject="membership")[0]
        assert (facts.total_net_cents, facts.total_gross_cents, facts.due_euro_cents) == (
            23_500,
            28_200,
            28_200,
        )
        assert facts.iban == TERMS.iban
        assert validation.check(invoice_xml(facts)).failures == ()


def test_only_the_operator_decides(app: Flask, sides: tuple[Member, Member]) -> None:
    with app.app_context(), pytest.raises(NotFound):
        service.set_invoicing_terms(actor=sides[0].actor, starts_on=clock.today(), terms=TERMS)


def test_the_operator_types_its_identity_and_mistakes_are_told(
    page: Callable[..., Browser], in_app: InApp
) -> None:
    in_app(build_members.operator)
    operator = page("exploitant@barter.example")
    operator.get("/operateur/facturation")
    typed = {
        "legal_form": "Association", "siret": "552 100 554 00013", "vat_number": "FR96552100554",
        "street": "1, place des Terreaux", "postal_code": "69001", "city": "Lyon",
        "iban": "FR76 3000 6000 0112 3456 7890 189",
    }  # fmt: skip
    wrong = operator.submit(
        "Enregistrer les réglages", {**typed, "iban": "FR76 3000", "siret": "552 100 554 00014"}, status=422
    )
    assert "Cet IBAN n’est pas valide" in wrong
    assert "Ce SIRET n’est pas valide" in wrong
    done = operator.submit("Enregistrer les réglages", typed)
    assert "Réglages enregistrés" in done
    terms = in_app(invoicing_terms, date.max)
    assert terms.operator.siren == "552100554"
    assert terms.iban == "FR7630006000011234567890189"
