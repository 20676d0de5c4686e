"""Each kind of invoice passes the schema, the European and the French rules, and rules did fire; broken ones are refused."""

import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pypdf
import pytest
from pypdf.generic import NameObject

from barterweb.documents import pdf
from barterweb.documents.facts import InvoiceFacts
from barterweb.documents.facturx import validation
from barterweb.documents.facturx.content import business_process, invoice_xml, vat_point
from tests.documents import samples
from tests.documents.cases import CASES

PRINTER = pdf.Renderer(seconds=120)
MINIMUM = {"EN 16931": 150, "BR-FR": 250}
"""Fewer assertions than any complete invoice makes; a rule set that stops firing falls below at once."""


@cache
def xml_of(case: str) -> str:
    return invoice_xml(CASES[case]).decode()


@cache
def printed() -> bytes:
    return PRINTER.render("invoice", CASES["part in Barter"])


@pytest.mark.parametrize("case", CASES)
def test_every_case_passes_every_rule_and_rules_fired(case: str) -> None:
    report = validation.check(xml_of(case).encode())
    assert report.failures == ()
    for name, least in MINIMUM.items():
        assert report.fired_in(name) >= least, name


@pytest.mark.parametrize(
    ("case", "process", "paid", "due", "means"),
    [
        ("all in Barter", "S2", "600.00", "0.00", "97"),
        ("excl. VAT in Barter, VAT in euros", "S1", "500.00", "100.00", "58"),
        ("part in Barter", "S1", "1000.00", "1640.00", "58"),
        ("nothing in Barter", "S1", "0.00", "600.00", "58"),
        ("goods", "B2", "600.00", "0.00", "97"),
        ("mixed, three rates", "M1", "2000.00", "408.90", "58"),
        ("no account known", "S1", "0.00", "600.00", "1"),
        ("credit note, in Barter", "S2", "600.00", "0.00", "97"),
        ("credit note, part in euros", "S1", "1000.00", "1040.00", "1"),
        ("corrective", "S2", "600.00", "0.00", "97"),
    ],
)
def test_what_was_paid_in_barter_is_prepaid_and_the_rest_due(
    case: str, process: str, paid: str, due: str, means: str
) -> None:
    xml = xml_of(case)
    assert business_process(CASES[case]) == process
    assert f"<ram:TotalPrepaidAmount>{paid}<" in xml
    assert f"<ram:DuePayableAmount>{due}<" in xml
    assert re.search(r"PaymentMeans>\s*<ram:TypeCode>(\d+)<", xml)[1] == means  # type: ignore[index]
    assert ("IBANID" in xml) == (means == "58")


def test_a_wholly_paid_invoice_is_due_on_the_day_of_payment() -> None:
    due = re.search(
        r"<ram:DueDateDateTime>\s*<udt:DateTimeString format=\"102\">(\d+)<", xml_of("all in Barter")
    )
    assert due is not None
    assert due[1] == "20260831"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("all in Barter", "72"),
        ("goods", None),
        ("mixed, three rates", "72"),
        ("debits", "5"),
        ("small business", None),
    ],
)
def test_when_vat_falls_due_is_said(case: str, code: str | None) -> None:
    assert vat_point(CASES[case]) == code
    assert f"<ram:DueDateTypeCode>{code}<" in xml_of(case) or code is None


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("credit note, in Barter", "<ram:TypeCode>381<"),
        ("credit note, in Barter", "<ram:IssuerAssignedID>BC2026-00016<"),
        ("corrective", "<ram:TypeCode>384<"),
        ("small business", "<ram:ExemptionReasonCode>VATEX-FR-FRANCHISE<"),
        ("small business", '<ram:ID schemeID="FC">732829320<'),
        ("small business", "Camille Duret EI"),
        (
            "all in Barter",
            "Facture établie par France Clusters au nom et pour le compte de Transports Berthier.",
        ),
        ("all in Barter", '<ram:URIID schemeID="0225">732829320<'),
        ("delivery address and order number", "<ram:IssuerAssignedID>BC-4512<"),
        ("delivery address and order number", "<ram:LineThree>Porte 12<"),
        ("membership", "<ram:BillingSpecifiedPeriod>"),
        ("hostile texts", "&lt;script&gt;alert(1)&lt;/script&gt; esrever"),
    ],
)
def test_the_xml_says(case: str, expected: str) -> None:
    assert expected in xml_of(case)


BREAKS: dict[str, tuple[str, Callable[[str], str]]] = {
    "total": (
        "BR-CO-15",
        lambda xml: xml.replace("<ram:GrandTotalAmount>2640.00", "<ram:GrandTotalAmount>2640.01"),
    ),
    "vat": (
        "BR-S-09",
        lambda xml: xml.replace("<ram:CalculatedAmount>440.00", "<ram:CalculatedAmount>439.00"),
    ),
    "due": ("BR-CO-16", lambda xml: xml.replace("<ram:DuePayableAmount>1640", "<ram:DuePayableAmount>1600")),
    "number": ("BR-FR-02", lambda xml: xml.replace("BC2026-00017", "BC 2026?17")),
    "process": ("BR-FR-08", lambda xml: xml.replace("<ram:ID>S1<", "<ram:ID>Z9<")),
    "penalties": ("BR-FR-05", lambda xml: xml.replace("<ram:SubjectCode>PMD<", "<ram:SubjectCode>AAI<")),
    "seller": ("siren-key", lambda xml: xml.replace("732829320", "732829321")),
    "vat number": ("vat-key", lambda xml: xml.replace("FR44732829320", "FR45732829320")),
    "schema": ("Factur-X_EN16931.xsd", lambda xml: xml.replace("ram:TypeCode", "ram:KindCode")),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_invoice_is_refused_by_the_rule_that_says_why(broken: str) -> None:
    rule, spoil = BREAKS[broken]
    good = xml_of("part in Barter")
    spoilt = spoil(good)
    assert spoilt != good
    assert any(failure.startswith(rule) for failure in validation.check(spoilt.encode()).failures)


def test_rules_that_do_not_fire_are_a_failure() -> None:
    report = validation.check(b"<?xml version='1.0'?><Invoice><ID>1</ID></Invoice>")
    assert [rule.id for rule in report.rules if rule.failures and rule.rule_set in MINIMUM] == [
        "rules-fired"
    ] * 2


def test_the_printed_invoice_carries_its_xml_once_and_its_marks() -> None:
    report = validation.check(printed())
    assert report.failures == ()
    assert report.fired_in("PDF") == 7
    reader = pypdf.PdfReader(io.BytesIO(printed()))
    assert reader.attachments["factur-x.xml"] == [xml_of("part in Barter").encode()]
    assert reader.metadata is not None
    assert reader.metadata.title == "Facture BC2026-00017 – Transports Berthier"


def _detach(root: Any) -> None:
    del root["/Names"]


def _unrelate(root: Any) -> None:
    root["/AF"][0].get_object()[NameObject("/AFRelationship")] = NameObject("/Unspecified")


def _untag(root: Any) -> None:
    del root["/StructTreeRoot"]


@pytest.mark.parametrize(
    ("rule", "spoil"), [("attachment", _detach), ("relationship", _unrelate), ("tagged", _untag)]
)
def test_a_file_without_its_marks_is_refused(rule: str, spoil: Callable[[Any], None]) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(printed()))
    spoil(writer.root_object)
    writer.write(changed := io.BytesIO())
    (failure,) = validation.check(changed.getvalue()).failures
    assert failure.startswith(rule)


def test_a_file_with_another_in_front_of_it_is_refused() -> None:
    assert "one-header: 2 %PDF- headers" in validation.check(printed() + printed()).failures


def test_a_plain_pdf_is_no_facturx_file() -> None:
    draft = samples.invoice(kind="draft", number="", trade_id=None)
    failures = validation.check(PRINTER.render("invoice", draft)).failures
    assert {failure.partition(":")[0] for failure in failures} == {
        "facturx-xmp",
        "attachment",
        "relationship",
    }


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"<", b"<a", b"\x00" * 100, b"<?xml version='1.0'?><a/>"])
def test_what_is_no_invoice_is_refused_in_peace(data: bytes) -> None:
    assert validation.check(data).failures


def test_the_same_facts_make_the_same_file_twice() -> None:
    facts: InvoiceFacts = CASES["all in Barter"]
    assert PRINTER.render("invoice", facts) == PRINTER.render("invoice", facts)
