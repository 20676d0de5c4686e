"""What no file is made of or served from: wrong periods, others' documents, altered archives, documents not ready."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from barterweb import clock
from barterweb.db import session
from barterweb.documents import pdf, queries
from barterweb.documents.errors import RenderingFailed
from barterweb.documents.models import Document, Export
from barterweb.web.filters import day_short
from tests import build_members, build_trades
from tests.build_members import Member
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]
Pair = tuple[Member, Member]
TODAY = clock.today()
THIS_YEAR = f"du=01/01/{TODAY.year}&au={day_short(TODAY)}"
FORMS = (
    *("releve.pdf", "releve.csv", "releve.xlsx", "releve.ofx", "releve.qif", "releve.journal"),
    *("ecritures.txt", "dossier", "dossier.zip"),
)
WRONG = {
    "reversed": ("du=31/03/2026&au=01/03/2026", "se termine avant de commencer"),
    "future": (
        f"du={day_short(TODAY + timedelta(days=3))}&au={day_short(TODAY + timedelta(days=9))}",
        "pas encore commencé",
    ),
    "before the account": ("du=01/01/2001&au=31/12/2001", "Le compte a été ouvert le"),
    "no date": ("du=hier&au=31/12/2026", "Écrivez une date comme"),
    "no such day": ("du=31/02/2026&au=31/12/2026", "n’existe pas"),
    "half a period": ("du=01/01/2026", "Indiquez le dernier jour"),
}


@pytest.fixture
def pair(in_app: InApp) -> Pair:
    """A buyer and a seller with one settled trade of 1 200 B, and an accountant of the seller."""

    def make() -> Pair:
        buyer = build_members.company("Transports du Vercors")
        seller = build_members.company("Cabinet Marcellin")
        build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000)))
        build_members.accountant(seller)
        return buyer, seller

    made: Pair = in_app(make)
    return made


def address(member: Member, form: str, query: str) -> str:
    if form.startswith("dossier"):
        return f"/comptes/{form}?e={member.company_id}&{query}"
    return f"/comptes/{member.company_id}/{form}?{query}"


def taken() -> tuple[int, int]:
    """How many files were taken, and how many statements issued."""
    statements = select(func.count()).where(Document.kind == "statement")
    return session.scalar(select(func.count(Export.id))) or 0, session.scalar(statements) or 0


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_period_makes_no_file_in_any_form(page: Open, in_app: InApp, pair: Pair, form: str) -> None:
    accountant = page("cabinet@comptes.example")
    for query, sentence in WRONG.values():
        accountant.get(address(pair[1], form, query), status=422)
        assert sentence in accountant.page, query
    assert in_app(taken) == (0, 0)


@pytest.mark.parametrize("year", ["٢٠٢٦", "２０２６", "2026x", "+2026", "02026", "-2026", "²026", "3026"])
@pytest.mark.parametrize("form", ["exercice", "exercice.csv", "exercice.pdf"])
def test_a_year_is_four_plain_digits(page: Open, pair: Pair, form: str, year: str) -> None:
    page(pair[1].email).get(f"/comptes/{pair[1].company_id}/{form}?fin={year}", status=404)


@pytest.mark.parametrize("ending", ["", ".pdf", ".xml", "/originale.pdf"])
def test_the_invoice_of_others_is_not_found_by_its_address(
    page: Open, in_app: InApp, pair: Pair, ending: str
) -> None:
    def foreign() -> str:
        one, other = build_members.company("Imprimerie Berthet"), build_members.company("Scierie Payan")
        trade_id = build_trades.settled(one, other, build_trades.terms(build_trades.line(1_000)))
        return queries.documents_of_trade(trade_id)[0].id

    document_id = in_app(foreign)
    for email in (pair[0].email, pair[1].email, "cabinet@comptes.example"):
        page(email).get(f"/documents/factures/{document_id}{ending}", status=404)


# ------------------------------------------------------------------------------------------------------- the archive


def prepared(desk: Browser, member: Member) -> None:
    for _ in range(10):
        if "Le dossier est prêt" in desk.get(address(member, "dossier", THIS_YEAR)):
            return
    raise AssertionError("never ready")


def archived(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and len(path.name) == 64)


def zipped(desk: Browser, member: Member) -> tuple[zipfile.ZipFile, list[list[str]]]:
    answer = desk._client.get(address(member, "dossier.zip", THIS_YEAR))
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    text = archive.read("index.csv").decode("utf-8-sig")
    return archive, list(csv.reader(io.StringIO(text), delimiter=";"))


def test_an_altered_file_is_left_out_of_the_archive_named_there_and_logged(
    page: Open, pair: Pair, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = page("cabinet@comptes.example")
    prepared(desk, pair[1])
    whole, _ = zipped(desk, pair[1])
    pdfs = [name for name in whole.namelist() if name.endswith(".pdf")]
    assert len(pdfs) == 2
    for path in archived(tmp_path):
        path.chmod(0o600)
        path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    found, index = zipped(desk, pair[1])
    assert [name for name in found.namelist() if name.endswith(".pdf")] == []
    assert not [name for name in found.namelist() if b"%PDF-1.6" in found.read(name)]
    named = {row[0]: row for row in index}
    for name in pdfs:
        assert "fichier archivé introuvable ou modifié" in named[name][1]
    assert caplog.text.count("not served: ArchiveFileAltered") == 2


@pytest.mark.parametrize("form", ["releve.pdf"])
def test_an_altered_statement_is_told_and_not_taken(
    page: Open, in_app: InApp, pair: Pair, tmp_path: Path, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader = page(pair[1].email)
    assert reader._client.get(address(pair[1], form, THIS_YEAR)).status_code == 200
    for path in archived(tmp_path):
        path.chmod(0o600)
        path.write_bytes(b"%PDF-1.7 another")
    before = in_app(taken)
    reader.get(address(pair[1], form, THIS_YEAR), status=503)
    assert "ne porte plus l’empreinte" in reader.page
    assert "L’exploitant est prévenu" in reader.page
    assert "not served" in caplog.text
    assert in_app(taken) == before


def test_a_statement_that_is_not_ready_says_so_and_is_not_taken(
    page: Open, in_app: InApp, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> bytes:
        raise RenderingFailed("busy")

    monkeypatch.setattr(pdf, "render_statement", busy)
    reader = page(pair[1].email)
    shown = reader.get(address(pair[1], "releve.pdf", THIS_YEAR), status=503)
    assert "Votre document est en préparation" in shown
    assert shown.headers["Retry-After"] == "10"
    assert in_app(taken) == (0, 1), "its facts are safe"
    monkeypatch.undo()
    assert reader._client.get(address(pair[1], "releve.pdf", THIS_YEAR)).data.startswith(b"%PDF-")
    assert in_app(taken) == (1, 1)


def test_what_is_not_ready_holds_up_nothing_else_of_an_archive(
    page: Open, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> bytes:
        raise RenderingFailed("timeout")

    monkeypatch.setattr(pdf, "render_statement", fails)
    desk = page("cabinet@comptes.example")
    prepared(desk, pair[1])
    assert "Il en manque 1" in desk.page
    found, index = zipped(desk, pair[1])
    assert len([name for name in found.namelist() if name.endswith(".pdf")]) == 1, "the invoice"
    (missing,) = [row for row in index if row[0].endswith(".pdf") and row[0] not in found.namelist()]
    assert "releve-barter" in missing[0]
    assert "pas encore prêt" in missing[1]
