"""A financial year in figures: what is printed, where it is found, and figures that contradict themselves."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import pypdf
import pytest
from flask import Flask
from sqlalchemy import select

from barterweb import clock
from barterweb.db import open_transaction, session
from barterweb.documents import pdf
from barterweb.documents.errors import InconsistentFacts, RenderingFailed
from barterweb.documents.facts import Preceding, YearFacts
from barterweb.documents.models import Document, OwnInvoice
from barterweb.documents.service.records import add_document
from barterweb.members.models import Company
from tests import build_members, build_trades
from tests.build_members import Member
from tests.documents import samples
from tests.documents.added_up import assert_year
from tests.documents.test_pdf import PRINTER, plain
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]


@cache
def read(facts: YearFacts) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(PRINTER.render("year", facts)))


def text_of(facts: YearFacts) -> str:
    return " ".join(plain(page.extract_text()) for page in read(facts).pages)


@pytest.mark.parametrize(
    "expected",
    [
        "Récapitulatif Exercice du 1er octobre 2025 au 30 septembre 2026",
        "Transports Berthier 12, rue des Ateliers ZI Les Platières 69120 Vaulx-en-Velin",
        "SIRET 732 829 320 00074",
        "Établi le 28 novembre 2026 ",
        "14 et 9 factures et avoirs",
        "Solde d’ouverture −500,00 B",
        "novembre 2025 61 728,35 12 345,67 65 000,00 13 000,00 12 345,67 13 000,00 −1 154,33",
        "Exercice 740 740,20 148 148,04 390 000,00 78 000,00 148 148,04 78 000,00 69 648,04",
        "TVA collectée Taux Base HT TVA 20 % 740 740,20 € 148 148,04 €",
        "20 % 390 000,00 € 78 000,00 € 0 % 100,00 € 0,00 €",
        "il ne les remplace pas",
        "Page 1 / 1",
    ],
)
def test_the_page_prints_in_reading_order(expected: str) -> None:
    assert expected in text_of(samples.year())


def test_a_year_that_is_not_over_says_so() -> None:
    going_on = samples.year(generated_on=samples.year().end)
    assert "Établi le 30 septembre 2026, exercice en cours" in text_of(going_on)
    assert "en cours" not in text_of(samples.year())


def test_large_amounts_stay_in_their_columns() -> None:
    facts = samples.year(40)
    assert "29 629 608,00 € 5 925 921,60 € 15 600 000,00 € 3 120 000,00 € 2 805 421,60 B" in text_of(facts)
    assert "Exercice 29 629 608,00 5 925 921,60 15 600 000,00 3 120 000,00" in text_of(facts)


def test_the_file_is_a_tagged_french_pdf_a_3b() -> None:
    reader = read(samples.year())
    root, xmp = reader.root_object, reader.xmp_metadata
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == ("fr", True)
    assert xmp is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance) == ("3", "B")
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Récapitulatif de l’exercice du 1er octobre 2025")
    assert read(samples.year()).pages[0].extract_text().count("\n") > 20


YEAR = samples.year()


@pytest.mark.parametrize(
    "wrong",
    [
        {"opening_cents": YEAR.opening_cents + 1},
        {"months": YEAR.months[:-1]},
        {"months": ()},
        {"collected": ()},
        {"deductible": YEAR.deductible * 2},
        {"end": YEAR.start.replace(year=2024)},
    ],
)
def test_figures_that_contradict_each_other_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InconsistentFacts):
        replace(YEAR, **wrong)


def test_a_year_survives_json_and_an_altered_one_does_not() -> None:
    text = samples.year().to_json()
    assert YearFacts.from_json(text) == samples.year()
    with pytest.raises(InconsistentFacts):
        YearFacts.from_json(text.replace('"sales_cents":74074020', '"sales_cents":74074021'))


# ------------------------------------------------------------------------------------------------------------ addition


@dataclass(frozen=True, slots=True)
class Written:
    """A document as one writes it here: `net_cents` at each rate, what of it is paid in Barter, who sold it."""

    kind: str
    day: date
    rates: dict[int, int]
    paid_cents: int = 0
    sold: bool = True
    own_day: date | None = None


PIECES = (
    Written("invoice", date(2025, 12, 31), {2_000: 7_700_000}),
    Written("invoice", date(2026, 1, 1), {2_000: 100_000, 1_000: 33_333, 0: 5}, paid_cents=90_000),
    Written("invoice", date(2026, 1, 31), {2_000: 1_000}, paid_cents=1_200),
    Written("credit_note", date(2026, 2, 1), {2_000: 40_000, 1_000: 11_111}, paid_cents=20_000),
    Written("corrective", date(2026, 2, 2), {2_000: 999_999}),
    Written("draft", date(2026, 3, 3), {550: 80_808}),
    Written("draft", date(2025, 12, 30), {550: 70_707}, paid_cents=70_000, own_day=date(2026, 4, 4)),
    Written("draft", date(2026, 12, 31), {550: 1}, own_day=date(2027, 1, 1)),
    Written("invoice", date(2026, 6, 30), {2_000: 64_000, 0: 10}, sold=False),
    Written("credit_note", date(2026, 12, 31), {2_000: 65_000}, sold=False),
    Written("draft", date(2026, 1, 5), {1_000: 4_200}, sold=False, own_day=date(2026, 1, 6)),
    Written("invoice", date(2027, 1, 1), {2_000: 8_800_000}, sold=False),
)


def test_the_database_adds_up_what_the_facts_say(app: Flask, seller_with_accountant: Member) -> None:
    with app.app_context():
        company = session.get_one(Company, seller_with_accountant.company_id)
        other = next(found for found in session.scalars(select(Company)) if found.id != company.id)
        with open_transaction():
            for number, written in enumerate(PIECES, start=101):
                write(number, written, (company.id, other.id), seller_with_accountant.person_id)
        year = assert_year(company, date(2026, 1, 1), date(2026, 12, 31))
        assert [rate.rate_bp for rate in year.collected] == [2_000, 1_000, 550, 0]
        assert [rate.rate_bp for rate in year.deductible] == [2_000, 1_000, 0]
        assert (year.invoices_sent, year.invoices_received) == (5, 3)
        assert year.barter_share_cents == 120_000 + 90_000 + 1_200 - 20_000 + 70_000
        assert year.totals.purchases_cents == 64_000 + 10 - 65_000 + 4_200
        assert_year(company, date(2026, 2, 1), date(2027, 1, 31))
        assert_year(other, date(2026, 1, 1), date(2026, 12, 31))


def write(number: int, written: Written, sides: tuple[str, str], person_id: str) -> None:
    lines = (
        samples.line(quantity_milli=1_000, unit_price_cents=cents, vat_rate_bp=rate)
        for rate, cents in written.rates.items()
    )
    refers = written.kind in ("credit_note", "corrective")
    facts = samples.invoice(
        *lines,
        paid_cents=written.paid_cents,
        kind=written.kind,
        number="" if written.kind == "draft" else f"BC2026-{number:05d}",
        issued_on=written.day,
        preceding=Preceding(number="BC2026-00001", issued_on=written.day) if refers else None,
    )
    seller_id, buyer_id = sides if written.sold else sides[::-1]
    first = session.scalar(select(Document.id).where(Document.company_id == seller_id))
    document_id = add_document(
        written.kind,
        seller_id,
        facts,
        source=f"test:{number}",
        other_company_id=buyer_id,
        issuer_id=None if written.kind == "draft" else seller_id,
        corrects_id=first if refers else None,
    )
    if written.own_day:
        session.add(
            OwnInvoice(
                document_id=document_id,
                number=f"F{number}",
                issued_on=written.own_day,
                recorded_at=clock.now(),
                person_id=person_id,
            )
        )
        session.flush()


# --------------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def seller_with_accountant(in_app: InApp) -> Member:
    def make() -> Member:
        buyer, seller = (
            build_members.company("Transports du Vercors"),
            build_members.company("Cabinet Marcellin"),
        )
        build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000)))
        build_members.accountant(seller)
        return seller

    made: Member = in_app(make)
    return made


def test_the_accountant_takes_it_from_the_desk_and_the_owner_reads_it(
    page: Open, seller_with_accountant: Member
) -> None:
    desk = page("cabinet@comptes.example")
    desk.get("/comptes")
    shown = desk.follow("Exercice de Cabinet Marcellin")
    link = next(a.get("href") for a in shown.all("a") if a.text == "Récapitulatif en PDF")
    answer = desk._client.get(link)
    assert answer.headers["Content-Type"] == "application/pdf"
    name = f"recapitulatif-barter-{{}}-{clock.today().year}-12-31.pdf"
    siren = pypdf_text(answer.data).split("RCS Grenoble ")[1][:11].replace(" ", "")
    assert name.format(siren) in answer.headers["Content-Disposition"]
    assert "Exercice 1 000,00 200,00 0,00 0,00 1 200,00 0,00 1 200,00" in pypdf_text(answer.data)
    assert name.format(siren) in page(seller_with_accountant.email).get("/mon-entreprise")


def test_a_year_that_cannot_be_printed_now_says_so_and_is_not_taken(
    page: Open, seller_with_accountant: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: YearFacts) -> bytes:
        raise RenderingFailed("busy")

    monkeypatch.setattr(pdf, "render_year", busy)
    desk = page("cabinet@comptes.example")
    shown = desk.get(f"/comptes/{seller_with_accountant.company_id}/exercice.pdf", status=503)
    assert "Rien n’est perdu" in shown
    assert shown.headers["Retry-After"] == "10"
    assert "recapitulatif" not in page(seller_with_accountant.email).get("/mon-entreprise")


def pypdf_text(data: bytes) -> str:
    return plain(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text())
