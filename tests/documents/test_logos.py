"""Logos on invoices: printed from the archive; one that is lost keeps no invoice back."""

import io
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from PIL import Image

from barterweb.documents import queries, service
from barterweb.documents.archive import FolderArchive
from barterweb.images import safe_image
from barterweb.members import service as members
from tests import build_trades
from tests.build_members import Member


def picture(mode: str) -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, (1200, 300), "teal").save(drawn, "PNG")
    return safe_image(drawn.getvalue(), widest=600, highest=300).data


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_logo_is_printed_on_the_next_invoice(
    app: Flask, tmp_path: Path, buyer: Member, seller: Member, mode: str
) -> None:
    archive = FolderArchive(tmp_path)
    with app.app_context():
        members.set_logo(actor=seller.actor, sha256=archive.save(picture(mode)))
        document = queries.documents_of_trade(build_trades.settled(buyer, seller))[0]
        file = service.render_document(document.id, archive)
        (page, *_) = pypdf.PdfReader(io.BytesIO(archive.read(file.sha256))).pages
        assert len(page.images) == 1


def test_an_invoice_whose_logo_is_lost_is_printed_without(
    app: Flask, tmp_path: Path, buyer: Member, seller: Member
) -> None:
    archive = FolderArchive(tmp_path)
    with app.app_context():
        members.set_logo(actor=seller.actor, sha256=archive.save(picture("RGB")))
        (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        path.unlink()
        document = queries.documents_of_trade(build_trades.settled(buyer, seller))[0]
        made = archive.read(service.render_document(document.id, archive).sha256)
        assert not pypdf.PdfReader(io.BytesIO(made)).pages[0].images
