"""Facts add up by construction, survive JSON unchanged and say what the law still misses."""

import dataclasses
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siren, siret, tva

from barterweb.documents.errors import InconsistentFacts
from barterweb.documents.facts import (
    VAT_FRANCHISE_MENTION,
    Address,
    BarterPayment,
    Facts,
    InvoiceFacts,
    InvoiceLine,
    Mention,
    StatementFacts,
    StatementLine,
    VatSummary,
    missing_mentions,
    standard_mentions,
    vat_by_rate,
)
from tests.documents import samples

texts = st.text(st.characters(codec="utf-8"), max_size=30)
invoice_lines = st.builds(
    InvoiceLine,
    description=texts,
    quantity_milli=st.integers(1, 10**7),
    unit=texts,
    unit_price_cents=st.integers(0, 10**7),
    vat_rate_bp=st.sampled_from([0, 210, 550, 1_000, 2_000]),
)


@st.composite
def invoices(draw: st.DrawFn) -> InvoiceFacts:
    lines = tuple(draw(st.lists(invoice_lines, min_size=1, max_size=6)))
    unpaid = samples.invoice(*lines)
    paid = draw(st.integers(0, unpaid.total_gross_cents))
    return samples.invoice(
        *lines,
        paid_cents=paid,
        seller=samples.seller(name=draw(texts), capital_cents=draw(st.none() | st.integers(0, 10**9))),
        buyer=samples.buyer(rcs_city=draw(st.none() | texts), is_sole_trader=draw(st.booleans())),
        order_reference=draw(st.none() | texts),
        delivery_address=draw(
            st.none() | st.builds(Address, lines=st.tuples(texts), postal_code=texts, city=texts)
        ),
        nature=draw(st.sampled_from(["goods", "services", "mixed"])),
        exemption=draw(st.none() | st.just(VAT_FRANCHISE_MENTION)),
        issued_on=draw(st.dates()),
    )


@st.composite
def statements(draw: st.DrawFn) -> StatementFacts:
    balance = opening = draw(st.integers(-(10**12), 10**12))
    lines = []
    for change in draw(st.lists(st.integers(-(10**12), 10**12).filter(bool), max_size=8)):
        balance += change
        lines.append(
            StatementLine(
                booked_on=draw(st.dates(date(2026, 1, 1), date(2026, 12, 31))),
                operation_id=draw(texts),
                counterparty=draw(texts),
                wording=draw(texts),
                trade_id=draw(st.none() | texts),
                debit_cents=max(0, -change),
                credit_cents=max(0, change),
                balance_cents=balance,
            )
        )
    return samples.statement(*lines, opening_cents=opening, closing_cents=balance)


# --------------------------------------------------------------------------------------------------------- arithmetic


@pytest.mark.parametrize(
    ("quantity_milli", "unit_price_cents", "net_cents"),
    [(1_000, 100, 100), (500, 1, 1), (499, 1, 0), (1_500, 333, 500), (2_500, 68_000, 170_000)],
)
def test_the_net_of_a_line_rounds_half_up(quantity_milli: int, unit_price_cents: int, net_cents: int) -> None:
    made = samples.line(quantity_milli=quantity_milli, unit_price_cents=unit_price_cents)
    assert made.net_cents == net_cents


def test_vat_is_rounded_once_per_rate_not_once_per_line() -> None:
    nine_cents = samples.line(quantity_milli=1_000, unit_price_cents=9, vat_rate_bp=550)
    (summary,) = vat_by_rate((nine_cents,) * 3)
    assert (summary.base_cents, summary.vat_cents) == (27, 1)  # three times 0.495 would round to nothing


def test_half_a_cent_of_vat_is_rounded_up() -> None:
    assert VatSummary(rate_bp=500, base_cents=50).vat_cents == 3


def test_vat_is_summed_by_rate_highest_first() -> None:
    facts = samples.invoice(
        samples.line(unit_price_cents=215, vat_rate_bp=550),
        samples.line(unit_price_cents=1_250),
        samples.line(unit_price_cents=68_000),
        paid_cents=200_000,
    )
    assert [(s.rate_bp, s.base_cents, s.vat_cents) for s in facts.vat] == [
        (2_000, 2_770_000, 554_000),
        (550, 8_600, 473),
    ]
    assert (facts.total_net_cents, facts.total_vat_cents) == (2_778_600, 554_473)
    assert (facts.total_gross_cents, facts.paid_barter_cents, facts.due_euro_cents) == (
        3_333_073,
        200_000,
        3_133_073,
    )


def test_an_exemption_explains_the_lines_without_vat_only() -> None:
    facts = samples.invoice(samples.line(vat_rate_bp=0), samples.line(), exemption=VAT_FRANCHISE_MENTION)
    assert [summary.exemption for summary in facts.vat] == [None, VAT_FRANCHISE_MENTION]


@given(invoices())
def test_the_totals_of_any_invoice_agree(facts: InvoiceFacts) -> None:
    assert facts.total_net_cents == sum(line.net_cents for line in facts.lines)
    assert facts.total_net_cents == sum(summary.base_cents for summary in facts.vat)
    assert facts.total_gross_cents == facts.total_net_cents + facts.total_vat_cents
    assert facts.due_euro_cents == facts.total_gross_cents - facts.paid_barter_cents >= 0


@pytest.mark.parametrize(
    "change",
    [
        {"number": ""},
        {"number": "A" * 36},
        {"number": "FAC 17"},
        {"number": "FAC17\n"},
        {"lines": ()},
        {"payment": samples.payment(60_001)},
    ],
)
def test_an_invoice_that_contradicts_itself_cannot_be_built(change: dict[str, Any]) -> None:
    with pytest.raises(InconsistentFacts):
        samples.invoice(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity_milli": 0},
        {"quantity_milli": -1},
        {"unit_price_cents": -1},
        {"vat_rate_bp": -1},
        {"vat_rate_bp": 10_000},
    ],
)
def test_a_line_takes_no_negative_quantity_price_or_rate(change: dict[str, int]) -> None:
    with pytest.raises(InconsistentFacts):
        samples.line(**change)


def test_a_barter_payment_names_its_operation_and_is_positive() -> None:
    for operation, cents in (("", 1), (samples.OPERATION, 0), (samples.OPERATION, -1)):
        with pytest.raises(InconsistentFacts):
            BarterPayment(operation_id=operation, paid_on=date(2026, 8, 31), cents=cents)


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        samples.invoice().number = "other"  # type: ignore[misc]


# --------------------------------------------------------------------------------------------------------- statements


def test_a_statement_adds_up() -> None:
    facts = samples.statement(*samples.operations(3))
    assert (facts.total_debit_cents, facts.total_credit_cents) == (1_250 + 9_169, 17_088)
    assert facts.closing_cents == -123_456 - 1_250 - 9_169 + 17_088


@pytest.mark.parametrize(
    "change",
    [
        {"closing_cents": 0},
        {"opening_cents": -123_455},
        {"period_end": date(2025, 12, 31)},
        {"period_start": date(2026, 1, 2)},
        {"held_cents": -1},
        {"credit_limit_cents": -1},
        {"head": "0123"},
        {"head_position": None},
    ],
)
def test_a_statement_that_does_not_add_up_cannot_be_built(change: dict[str, Any]) -> None:
    with pytest.raises(InconsistentFacts):
        samples.statement(*samples.operations(3), **change)


def test_each_balance_of_a_statement_follows_from_the_one_before() -> None:
    first, second, third = samples.operations(3)
    wrong = dataclasses.replace(second, balance_cents=second.balance_cents + 1)
    with pytest.raises(InconsistentFacts, match=second.operation_id):
        samples.statement(first, wrong, third)


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (5, 5), (-5, 0), (0, -5)])
def test_an_operation_is_either_a_debit_or_a_credit(debit: int, credit: int) -> None:
    with pytest.raises(InconsistentFacts):
        dataclasses.replace(samples.operations(1)[0], debit_cents=debit, credit_cents=credit)


# --------------------------------------------------------------------------------------------------------------- JSON


@given(invoices() | statements())
def test_facts_survive_json_unchanged(facts: Facts) -> None:
    text = facts.to_json()
    again = type(facts).from_json(text)
    assert again == facts
    assert again.to_json() == text


def test_the_stored_form_stays_readable_by_later_releases() -> None:
    address = Address(lines=("3, place du Marché",), postal_code="42000", city="Saint-Étienne")
    stored = '{"city":"Saint-Étienne","country":"FR","lines":["3, place du Marché"],"postal_code":"42000"}'
    assert address.to_json() == stored
    line = '{"description":"Étude","net_cents":500,"quantity_milli":1500,"unit":"h","unit_price_cents":333,"vat_rate_bp":0}'
    made = samples.line("Étude", quantity_milli=1_500, unit="h", unit_price_cents=333, vat_rate_bp=0)
    assert made.to_json() == line
    assert InvoiceLine.from_json(line) == made


@pytest.mark.parametrize(
    "change",
    [
        {"total_gross_cents": 1},
        {"total_gross_cents": None},
        {"vat": []},
        {"number": 17},
        {"number": None},
        {"issued_on": "31/08/2026"},
        {"issued_on": 0},
        {"nature": "gifts"},
        {"kind": "credit_note"},
        {"lines": "none"},
        {"seller": "Transports Berthier"},
        {"surprise": 1},
    ],
)
def test_altered_json_is_refused(change: dict[str, Any]) -> None:
    values = json.loads(samples.invoice().to_json()) | change
    with pytest.raises(InconsistentFacts):
        InvoiceFacts.from_json(json.dumps(values))


@pytest.mark.parametrize("value", [40_000.0, True, "40000", None])
def test_a_quantity_in_json_is_an_integer_and_nothing_else(value: object) -> None:
    values = json.loads(samples.line().to_json()) | {"quantity_milli": value}
    with pytest.raises(InconsistentFacts):
        InvoiceLine.from_json(json.dumps(values))


def test_a_text_in_json_is_no_list_of_letters() -> None:
    with pytest.raises(InconsistentFacts):
        Address.from_json('{"city":"Rive","country":"FR","lines":"quai","postal_code":"42000"}')


@pytest.mark.parametrize("missing", ["seller", "total_net_cents", "vat", "issued_on"])
def test_incomplete_json_is_refused(missing: str) -> None:
    values = json.loads(samples.invoice().to_json())
    del values[missing]
    with pytest.raises(InconsistentFacts):
        InvoiceFacts.from_json(json.dumps(values))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts, lambda x: st.lists(x) | st.dictionaries(texts, x)
    )
)
def test_any_other_json_is_refused_in_the_same_way(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value)[:-1] + "}"):
        with pytest.raises(InconsistentFacts):
            StatementFacts.from_json(text)


# ------------------------------------------------------------------------------------------------------ what is printed


def test_a_sole_trader_is_named_with_ei_once() -> None:
    assert samples.seller(name="Camille Duret", is_sole_trader=True).legal_name == "Camille Duret EI"
    assert samples.seller(name="EI Camille Duret", is_sole_trader=True).legal_name == "EI Camille Duret"
    assert samples.seller(name="REIMS Transports", is_sole_trader=True).legal_name == "REIMS Transports EI"
    assert samples.seller().legal_name == "Transports Berthier"


def test_every_invoice_carries_three_standard_mentions() -> None:
    mentions = standard_mentions()
    assert [mention.code for mention in mentions] == ["PMT", "PMD", "AAB"]
    assert "recouvrement en cas de retard\u00a0: 40\u00a0€." in mentions[0].text
    assert "BCE" in mentions[1].text
    assert "10 points" in mentions[1].text
    assert mentions[2].text == "Pas d’escompte pour paiement anticipé."


def test_the_region_may_word_its_mentions_otherwise() -> None:
    mentions = standard_mentions(recovery_cents=4_550, penalty="12 % l’an", discount="Escompte de 1 %.")
    assert "45,50\u00a0€" in mentions[0].text
    assert mentions[1].text.endswith("12 % l’an.")
    assert mentions[2].text == "Escompte de 1 %."


def test_the_settlement_in_barter_and_the_option_for_debits_are_said_when_they_apply() -> None:
    *_, barter, debits = standard_mentions(samples.payment(100), vat_on_debits=True)
    settled = f"Paiement par compensation via Barter clusters, opération n°\u00a0{samples.OPERATION}, le 31/08/2026."
    assert barter == Mention(code="BARTER", text=settled)
    assert debits == Mention(code="DEBITS", text="Option pour le paiement de la taxe d’après les débits.")


def test_the_samples_have_right_check_digits() -> None:
    assert siren.is_valid(samples.seller().siren)
    assert siret.is_valid(samples.buyer().siret or "")
    assert tva.is_valid(samples.seller().vat_number or "")


def test_a_complete_invoice_misses_nothing() -> None:
    assert missing_mentions(samples.invoice()) == ()
    assert missing_mentions(samples.invoice(paid_cents=60_000, iban=None)) == ()
    exempt = samples.seller(
        is_sole_trader=True, legal_form="", capital_cents=None, rcs_city=None, vat_number=None
    )
    facts = samples.invoice(samples.line(vat_rate_bp=0), seller=exempt, exemption=VAT_FRANCHISE_MENTION)
    assert missing_mentions(facts) == ()
    association = samples.seller(legal_form="Association loi 1901", capital_cents=None, rcs_city=None)
    assert missing_mentions(samples.invoice(seller=association)) == ()


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"seller": samples.seller(name=" ")}, "seller.name"),
        (
            {"seller": samples.seller(address=Address(lines=("",), postal_code="42000", city="Rive"))},
            "seller.address",
        ),
        (
            {"buyer": samples.buyer(address=Address(lines=("1, rue",), postal_code="42000", city=""))},
            "buyer.address",
        ),
        ({"seller": samples.seller(siret="73282932000075")}, "seller.siret"),
        ({"seller": samples.seller(siret="40483304800022")}, "seller.siret"),
        ({"buyer": samples.buyer(siret=None)}, "buyer.siret"),
        ({"seller": samples.seller(legal_form="")}, "seller.legal_form"),
        ({"seller": samples.seller(capital_cents=None)}, "seller.capital"),
        ({"seller": samples.seller(rcs_city=None)}, "seller.rcs_city"),
        ({"seller": samples.seller(vat_number=None)}, "seller.vat_number"),
        ({"seller": samples.seller(vat_number="FR45732829320")}, "seller.vat_number"),
        ({"lines": (samples.line(" "),)}, "lines.description"),
        ({"lines": (samples.line(vat_rate_bp=0),)}, "vat.exemption"),
        ({"mentions": standard_mentions()[1:]}, "mentions.PMT"),
        ({"mentions": standard_mentions() + standard_mentions()[1:2]}, "mentions.PMD"),
        ({"mentions": standard_mentions()[:2]}, "mentions.AAB"),
        ({"payment": samples.payment(100)}, "mentions.BARTER"),
        ({"mentions": standard_mentions(samples.payment(100))}, "mentions.BARTER"),
    ],
)
def test_what_an_invoice_lacks_is_named(change: dict[str, Any], missing: str) -> None:
    assert missing_mentions(samples.invoice(**change)) == (missing,)


def test_a_wrong_siren_is_named_together_with_the_siret_that_no_longer_fits() -> None:
    facts = samples.invoice(buyer=samples.buyer(siren="404833049"))
    assert missing_mentions(facts) == ("buyer.siren", "buyer.siret")
