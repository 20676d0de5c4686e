"""`flask documents verify` finds what is lost, altered, missing in a series or changed in the facts."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from barterweb.db import open_transaction, session
from barterweb.documents import queries, service
from barterweb.documents.archive import DatabaseArchive, FolderArchive, archive_of
from barterweb.documents.models import ArchivedFile, Document, DocumentSeries, DocumentVat
from barterweb.members.facts import RegionSettings
from tests import build_members, build_trades

InApp = Callable[..., Any]


@pytest.fixture
def document_id(app: Flask, in_app: InApp) -> str:
    """Two invoices issued, the first archived."""

    def issue() -> str:
        build_members.region(terms=RegionSettings(credit_limit_cents=900_000))
        buyer, seller = (
            build_members.company("Transports du Vercors"),
            build_members.company("Cabinet Marcellin"),
        )
        first = build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(100_000)))
        build_trades.settled(buyer, seller, build_trades.terms(build_trades.line(200_000)), "Conseil")
        found = queries.documents_of_trade(first)[0].id
        service.render_document(found, archive_of(app.config["SETTINGS"]))
        return found

    return in_app(issue)


def run(app: Flask) -> Any:
    return app.test_cli_runner().invoke(args=["documents", "verify"])


def write(*statements: sa.Executable) -> None:
    with open_transaction():
        for statement in statements:
            session.execute(statement)


def test_what_was_issued_and_kept_is_found_whole(app: Flask, document_id: str) -> None:
    result = run(app)
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "1 series, 2 documents, 1 files.")


def test_a_lost_and_an_altered_file_are_named(app: Flask, document_id: str) -> None:
    (path,) = [path for path in app.config["SETTINGS"].documents_dir.rglob("*") if path.is_file()]
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7 another")
    altered = run(app)
    assert altered.exit_code == 1
    assert f"WRONG {document_id}: archived file {path.name} was altered" in altered.output
    path.unlink()
    assert f"WRONG {document_id}: archived file {path.name} is missing" in run(app).output


def test_a_gap_and_a_number_too_many_are_named(app: Flask, in_app: InApp, document_id: str) -> None:
    in_app(write, sa.update(DocumentSeries).values(last_number=4))
    result = run(app)
    assert result.exit_code == 1
    assert "-00003 is missing" in result.output
    assert "-00004 is missing" in result.output
    in_app(write, sa.update(DocumentSeries).values(last_number=1))
    assert "-00002 is beyond the counter" in run(app).output


def test_a_date_that_goes_back_is_named(app: Flask, in_app: InApp, document_id: str) -> None:
    late = sa.update(Document).where(Document.id == document_id).values(issued_on=sa.text("'2099-01-01'"))
    in_app(write, late)
    assert "-00002 is dated before the one before it" in run(app).output


@pytest.mark.parametrize(("old", "new"), [('"net_cents":100000', '"net_cents":100001'), ("-00001", "-00009")])
def test_facts_changed_by_hand_are_named(
    app: Flask, in_app: InApp, document_id: str, old: str, new: str
) -> None:
    def spoil() -> None:
        text = session.get_one(Document, document_id).facts
        assert old in text
        write(sa.update(Document).where(Document.id == document_id).values(facts=text.replace(old, new)))

    in_app(spoil)
    result = run(app)
    assert result.exit_code == 1
    assert f"WRONG {document_id}:" in result.output


@pytest.mark.parametrize(
    "change",
    [
        sa.update(Document).values(paid_barter_cents=1),
        sa.update(Document).values(due_euro_cents=None),
        sa.update(DocumentVat).values(vat_cents=DocumentVat.vat_cents + 1),
        sa.delete(DocumentVat),
    ],
    ids=["Barter", "euros", "VAT", "no VAT"],
)
def test_amounts_that_are_not_those_of_the_facts_are_named(
    app: Flask, in_app: InApp, document_id: str, change: sa.Executable
) -> None:
    in_app(write, change)
    result = run(app)
    assert result.exit_code == 1
    assert f"WRONG {document_id}: the amounts beside the facts are not theirs" in result.output


def test_the_database_keeps_files_as_the_folder_does(app: Flask, tmp_path: Any) -> None:
    with app.app_context():
        folder, database = FolderArchive(tmp_path), DatabaseArchive()
        for data in (b"", b"%PDF-1.7", bytes(range(256)) * 1000):
            assert folder.save(data) == database.save(data) == database.save(data)
            assert folder.read(folder.save(data)) == database.read(database.save(data)) == data
        with pytest.raises(LookupError):
            database.read("0" * 64)
        write(sa.update(ArchivedFile).where(ArchivedFile.sha256 == database.save(b"")).values(data=b"x"))
        with pytest.raises(RuntimeError):
            database.save(b"")
