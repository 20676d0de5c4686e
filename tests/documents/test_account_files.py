"""The statement of a period in every form, and what is said when the period is wrong."""

import csv
import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb import clock
from barterweb.documents.exports import hledger, ofx, qif, statement_xlsx
from barterweb.documents.forms import recent
from barterweb.web.filters import day_short
from tests import build_members, build_trades
from tests.build_members import Member
from tests.documents import samples
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]
TODAY = clock.today()


@pytest.fixture
def pair(in_app: InApp) -> tuple[Member, Member]:
    """A buyer and a seller with one settled trade of 1 200 B, and an accountant of the seller."""

    def make() -> tuple[Member, Member]:
        buyer, seller = (
            build_members.company("Transports du Vercors"),
            build_members.company("Cabinet Marcellin"),
        )
        build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000)))
        build_members.accountant(seller)
        return buyer, seller

    made: tuple[Member, Member] = in_app(make)
    return made


@pytest.mark.parametrize(
    ("today", "start"),
    [
        (date(2026, 11, 28), date(2026, 9, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2025, 11, 1)),
    ],
)
def test_recent_is_this_month_and_the_two_before(today: date, start: date) -> None:
    assert (recent(today).start, recent(today).end) == (start, today)


def test_an_account_opens_on_three_months_and_offers_longer_periods(
    page: Open, pair: tuple[Member, Member]
) -> None:
    reader = page(pair[1].email)
    shown = reader.get(f"/comptes/{pair[1].company_id}")
    months = recent(TODAY)
    assert (shown.value_of("du"), shown.value_of("au")) == (day_short(months.start), day_short(TODAY))
    assert "L’année dernière" not in shown, "the account was opened today"
    reader.follow("Cette année")
    assert reader.page.value_of("du") == f"01/01/{TODAY.year}"


@pytest.mark.parametrize("form", ["pdf", "csv", "xlsx", "ofx", "qif", "journal"])
def test_each_form_has_the_address_of_the_period(page: Open, pair: tuple[Member, Member], form: str) -> None:
    reader = page(pair[1].email)
    address = f"/comptes/{pair[1].company_id}/releve.{form}?du=01/01/2026&au={day_short(TODAY)}"
    answer = reader._client.get(address)
    assert answer.status_code == 200
    assert "releve-barter-" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
    assert answer.data


def test_entries_of_a_settled_trade_are_served_in_the_form_of_the_fec(
    page: Open, pair: tuple[Member, Member]
) -> None:
    answer = page(pair[1].email)._client.get(f"/comptes/{pair[1].company_id}/ecritures.txt")
    rows = [line.split("\t") for line in answer.data.decode("iso8859-15").splitlines()]
    assert [row[0] for row in rows[1:]] == ["VE"] * 3 + ["BT"] * 4
    assert f"FEC{TODAY:%Y%m%d}.txt" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("du=31/03/2026&au=01/03/2026", "se termine avant de commencer"),
        (f"du={day_short(TODAY + timedelta(days=3))}&au={day_short(TODAY + timedelta(days=9))}", "pas encore commencé"),
        ("du=01/01/2001&au=31/12/2001", "Le compte a été ouvert le"),
        ("du=hier&au=31/12/2026", "Écrivez une date comme"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["", "/releve.pdf", "/releve.ofx", "/ecritures.txt"])
def test_a_wrong_period_is_refused_with_a_sentence(
    page: Open, pair: tuple[Member, Member], period: str, sentence: str, part: str
) -> None:
    shown = page(pair[1].email).get(f"/comptes/{pair[1].company_id}{part}?{period}", status=422)
    assert sentence in shown


def test_nobody_reads_the_account_of_others(page: Open, pair: tuple[Member, Member]) -> None:
    stranger = page(pair[0].email)
    theirs = pair[1].company_id
    for part in (
        "",
        "/releve.csv",
        "/ecritures.txt",
        "/plan-comptable",
        "/exercice",
        "/exercice.csv",
        "/exercice.pdf",
    ):
        assert stranger._client.get(f"/comptes/{theirs}{part}").status_code == 404
    for part in ("dossier", "dossier.zip"):
        assert stranger._client.get(f"/comptes/{part}?e={theirs}").status_code == 404


def test_the_accountant_takes_everything_at_once_and_the_owner_reads_it(
    page: Open, pair: tuple[Member, Member]
) -> None:
    desk = page("cabinet@comptes.example")
    shown = desk.get("/comptes")
    assert "1 opération, 1 facture" in shown
    assert "jamais" in shown
    query = f"e={pair[1].company_id}&du=01/01/2026&au={day_short(TODAY)}"
    for _ in range(10):
        if "Le dossier est prêt" in desk.get(f"/comptes/dossier?{query}"):
            break
    answer = desk._client.get(f"/comptes/dossier.zip?{query}")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    endings = sorted(name.rpartition(".")[2] for name in archive.namelist())
    assert endings == ["csv", "csv", "journal", "ofx", "pdf", "pdf", "qif", "txt", "xlsx"]
    index = list(csv.reader(io.StringIO(archive.read("index.csv").decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in index[1:]] == archive.namelist()[:-1]
    assert "zip" in page(pair[1].email).get("/mon-entreprise")


def test_a_missing_archived_file_is_left_out_and_named(
    page: Open, pair: tuple[Member, Member], tmp_path: Path
) -> None:
    desk = page("cabinet@comptes.example")
    query = f"e={pair[1].company_id}&du=01/01/2026&au={day_short(TODAY)}"
    desk.get(f"/comptes/dossier?{query}")
    for path in [path for path in tmp_path.rglob("*") if path.is_file() and len(path.name) == 64]:
        path.unlink()
    answer = desk._client.get(f"/comptes/dossier.zip?{query}")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert not [name for name in archive.namelist() if name.endswith(".pdf")]
    assert archive.read("index.csv").decode("utf-8-sig").count("fichier archivé introuvable") == 2


def test_no_company_chosen_is_told(page: Open, pair: tuple[Member, Member]) -> None:
    shown = page("cabinet@comptes.example").get("/comptes/dossier?du=01/01/2026&au=31/01/2026", status=422)
    assert "Cochez au moins une entreprise" in shown


def test_the_administrator_changes_the_plan_and_the_accountant_reads_it(
    page: Open, pair: tuple[Member, Member]
) -> None:
    address = f"/comptes/{pair[1].company_id}/plan-comptable"
    mine, theirs = page(pair[1].email), page("cabinet@comptes.example")
    mine.get(address)
    mine.submit("Enregistrer le plan comptable", status=422, barter="compte")
    assert "Écrivez un numéro de compte" in mine.page
    mine.submit("Enregistrer le plan comptable", barter="512 900", year_end_month="6")
    assert "Le plan comptable est enregistré" in mine.page
    assert "512900" in theirs.get(address)
    assert "fin juin" in theirs.page
    assert "Exercice en cours" in theirs.get(f"/comptes/{pair[1].company_id}")


def test_the_year_adds_up(page: Open, pair: tuple[Member, Member]) -> None:
    shown = page(pair[1].email).get(f"/comptes/{pair[1].company_id}/exercice")
    assert "1\u202f000,00\u00a0€" in shown
    assert "1\u202f200,00" in shown
    for year in ("0", "1999", "9999", "x", "2026; --"):
        page(pair[1].email).get(f"/comptes/{pair[1].company_id}/exercice?fin={year}", status=404)


# ---------------------------------------------------------------------------------------------------- written formats


def test_ofx_and_qif_carry_every_operation_once() -> None:
    facts = samples.statement(*samples.operations(12))
    text = b"".join(ofx(facts)).decode("cp1252")
    assert text.count("<STMTTRN>") == 12 == b"".join(qif(facts)).decode("cp1252").count("^\r\n")
    assert len({part.split("<")[0] for part in text.split("<FITID>")[1:]}) == 12
    assert f"<BALAMT>{facts.closing_cents / 100:.2f}<" in text


@pytest.mark.skipif(which("hledger") is None, reason="hledger is not on this machine")
def test_hledger_agrees_with_every_balance(tmp_path: Path) -> None:
    facts = samples.statement(*samples.operations(40))
    path = tmp_path / "compte.journal"
    path.write_bytes(b"".join(hledger(facts)))
    done = subprocess.run(["hledger", "-f", path, "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path.write_bytes(path.read_bytes().replace(b"12.50 B", b"12.60 B", 1))
    assert subprocess.run(["hledger", "-f", path, "check"], capture_output=True, check=False).returncode


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(lambda text: f"={text}"))
def test_no_cell_of_a_workbook_is_a_formula(text: str) -> None:
    operation = samples.operations(1)[0]
    facts = samples.statement(samples_with(operation, text))
    book = zipfile.ZipFile(io.BytesIO(statement_xlsx(facts)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    texts = re.findall(r"<t(?: [^>]*)?>([^<]*)</t>", sheet)
    assert any(text.startswith(("&apos;=", "'=")) for text in texts)
    assert not [shown for shown in texts if shown.startswith(("=", "+", "@"))]


def samples_with(operation: Any, text: str) -> Any:
    return replace(operation, counterparty=text, wording=text)
