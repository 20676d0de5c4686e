"""L13: a backup made under load is one moment of the database, and a damaged one is told."""

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from barterweb import app as application
from barterweb import ledger
from barterweb.db import dialect_name, transaction
from barterweb.documents import service as documents
from barterweb.documents.archive import DatabaseArchive, FolderArchive
from barterweb.ids import new_id
from barterweb.listings import photos
from barterweb.money import Credits
from barterweb.settings import Settings
from barterweb.trades import messages
from tests import build_members as build
from tests import build_trades, postgres
from tests.ledger.test_service import Accounts, legs, pay


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The usual settings, with PostgreSQL's programs."""
    return dataclasses.replace(settings, pg_bin=postgres.programs())


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def statement_of(app: Flask, in_app: Callable[..., Any]) -> Path:
    """Issue and archive a statement; return where its file lies."""
    member = in_app(build.company)
    folder = app.config["SETTINGS"].documents_dir
    period = {"start": date(2026, 1, 1), "end": date(2026, 1, 31)}
    document_id = in_app(
        documents.statement_document, actor=member.actor, company_id=member.company_id, **period
    )
    digest = in_app(lambda: documents.render_document(document_id, FolderArchive(folder)).sha256)
    return Path(digest[:2]) / digest


def test_a_backup_under_load_is_one_moment_and_can_be_restored(
    app: Flask,
    accounts: Accounts,
    tmp_path: Path,
) -> None:
    haulier, firm, commission = accounts
    stop = threading.Event()

    @transaction
    def trade(key: str) -> None:
        fee = ledger.Fee(firm, commission, Credits(1), "commission", "w")
        ledger.post_transfer(
            key=key, kind="trade", legs=legs(haulier, firm, 5), reference="trd", wording="w", fees=[fee]
        )

    def work(number: int) -> None:
        with app.app_context():
            turn = 0
            while not stop.is_set():
                turn += 1
                trade(f"{number}-{turn}")
                if turn % 5 == 0:
                    ledger.seal_all()

    def sealed() -> bool:
        with app.app_context():
            return ledger.chain_head() is not None

    writers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        while not sealed():
            time.sleep(0.01)
        made = [run(app, "backup", str(tmp_path / f"backup-{number}")) for number in range(2)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert [result.exit_code for result in made] == [0, 0], made[0].output
    for number in range(2):
        checked = run(app, "restore", str(tmp_path / f"backup-{number}"), "--check")
        assert checked.exit_code == 0, checked.output
        assert "The backup is good." in checked.output
    manifest = json.loads((tmp_path / "backup-1" / "manifest.json").read_text())
    with app.app_context():
        outcome = ledger.verify(printed=(manifest["chain_position"], manifest["chain_hash"]))
        assert outcome.clean
        assert manifest["rows"]["ledger_transfers"] < ledger.totals().transfers
    assert not list(tmp_path.glob("barterweb_check*"))


def test_a_damaged_backup_is_told(
    app: Flask,
    in_app: Callable[..., Any],
    accounts: Accounts,
    tmp_path: Path,
) -> None:
    with app.app_context():
        pay(accounts[0], accounts[1], 100)
        ledger.seal_all()
    file = statement_of(app, in_app)
    folder = tmp_path / "backup"
    assert run(app, "backup", str(folder)).exit_code == 0
    assert "1 documents are there" in run(app, "restore", str(folder), "--check").output
    archived = folder / "documents" / file
    archived.chmod(0o600)
    archived.write_bytes(archived.read_bytes() + b" ")
    assert "is missing or altered" in run(app, "restore", str(folder), "--check").output
    manifest = json.loads((folder / "manifest.json").read_text())

    (folder / "manifest.json").write_text(json.dumps(manifest | {"chain_hash": "0" * 64}))
    assert "WRONG The chain ends at 1" in run(app, "restore", str(folder), "--check").output
    (folder / "manifest.json").write_text(json.dumps(manifest | {"rows": {"ledger_transfers": 2}}))
    lost = run(app, "restore", str(folder), "--check")
    assert (lost.exit_code, "ledger_transfers has 1 rows, 2 in the manifest" in lost.output) == (1, True)

    (folder / "manifest.json").write_text(json.dumps(manifest))
    data = folder / manifest["file"]
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    broken = run(app, "restore", str(folder), "--check")
    assert (broken.exit_code, "its hash differs" in broken.output) == (1, True)
    (folder / "manifest.json").write_text("{")
    assert "is no backup" in run(app, "restore", str(folder), "--check").output


def test_files_beside_trades_and_photos_of_listings_are_backed_up_and_missed(
    app: Flask, in_app: Callable[..., Any], tmp_path: Path
) -> None:
    def write() -> list[Path]:
        buyer, seller = build.company("Transports du Vercors"), build.company("Cabinet Marcellin")
        trade_id = build_trades.proposed(buyer, seller)
        archive = FolderArchive(app.config["SETTINGS"].documents_dir)
        digests = [archive.save(data) for data in (b"%PDF-1.7", b"a photo", b"its thumbnail")]
        file = messages.FileKept(digests[0], "application/pdf", "bon.pdf", 8)
        messages.write_message(
            actor=buyer.actor, trade_id=trade_id, message_id=new_id("mes"), body="", file=file
        )
        photos.add_photo(
            actor=buyer.actor,
            listing_id=build_trades.listing(buyer),
            photo_id=new_id("pho"),
            alt="Le quai",
            full=photos.Kept(digests[1], 40, 30),
            small=photos.Kept(digests[2], 20, 15),
        )
        return [Path(digest[:2]) / digest for digest in digests]

    files, folder = in_app(write), tmp_path / "backup"
    assert run(app, "backup", str(folder)).exit_code == 0
    assert "3 documents are there" in run(app, "restore", str(folder), "--check").output
    for number, file in enumerate(files, start=1):
        (folder / "documents" / file).unlink()
        checked = run(app, "restore", str(folder), "--check").output
        assert checked.count("is missing or altered") == number, file


def test_a_backup_is_never_written_over(app: Flask, accounts: Accounts, tmp_path: Path) -> None:
    assert run(app, "backup", str(tmp_path / "backup")).exit_code == 0
    again = run(app, "backup", str(tmp_path / "backup"))
    assert (again.exit_code, "never written over" in again.output) == (1, True)
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()


def test_a_restoration_goes_into_an_empty_database_only(
    app: Flask,
    accounts: Accounts,
    settings: Settings,
    tmp_path: Path,
) -> None:
    with app.app_context():
        pay(accounts[0], accounts[1], 100)
        sqlite = dialect_name() == "sqlite"
    documents = settings.documents_dir
    digest = FolderArchive(documents).save(b"%PDF")
    assert run(app, "backup", str(tmp_path / "backup")).exit_code == 0
    full = run(app, "restore", str(tmp_path / "backup"), "--into", settings.database_url)
    assert (full.exit_code, "not empty" in full.output) == (1, True)
    assert run(app, "restore", str(tmp_path / "backup")).exit_code == 2
    if sqlite:
        url = f"sqlite:///{tmp_path / 'new.sqlite'}"
        elsewhere = dataclasses.replace(settings, data_dir=tmp_path / "new")
        assert (
            run(
                application.create_app(elsewhere), "restore", str(tmp_path / "backup"), "--into", url
            ).exit_code
            == 0
        )
        restored = application.create_app(dataclasses.replace(elsewhere, database_url=url))
        assert FolderArchive(elsewhere.documents_dir).read(digest) == b"%PDF"
        with restored.app_context():
            assert ledger.verify().clean
            assert ledger.account_view(accounts[1]).balance_cents == 100
    wrong_kind = "postgresql+psycopg://localhost/x" if sqlite else f"sqlite:///{tmp_path / 'x.sqlite'}"
    assert "of that kind" in run(app, "restore", str(tmp_path / "backup"), "--into", wrong_kind).output


def test_without_its_programs_postgresql_is_not_backed_up(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    lacking = application.create_app(dataclasses.replace(settings, pg_bin=tmp_path))
    outcome = run(lacking, "backup", str(tmp_path / "backup"))
    with app.app_context():
        if dialect_name() == "postgresql":
            assert (outcome.exit_code, "install postgresql-client" in outcome.output) == (1, True)
            assert not (tmp_path / "backup").exists()
        else:
            assert outcome.exit_code == 0


def test_an_archive_in_the_database_is_backed_up_with_it(
    app: Flask, in_app: Callable[..., Any], accounts: Accounts, tmp_path: Path
) -> None:
    member = in_app(build.company)
    period = {"start": date(2026, 1, 1), "end": date(2026, 1, 31)}
    document_id = in_app(
        documents.statement_document, actor=member.actor, company_id=member.company_id, **period
    )
    in_app(lambda: documents.render_document(document_id, DatabaseArchive()))
    folder = tmp_path / "backup"
    assert run(app, "backup", str(folder)).exit_code == 0
    assert not (folder / "documents").exists()
    assert "1 documents are there" in run(app, "restore", str(folder), "--check").output
