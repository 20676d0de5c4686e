"""Logos: drawn anew, bounded, printed; what attacks is refused with a sentence and changes nothing."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask
from PIL import Image, PngImagePlugin

from barterweb.db import session
from barterweb.documents import queries, service
from barterweb.documents.archive import FolderArchive
from barterweb.documents.errors import NotALogo
from barterweb.errors import NotFound
from barterweb.members.models import Company
from tests import build_members, build_trades
from tests.build_members import Member
from tests.page import Browser


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 300), **options: Any) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind, **options)
    return drawn.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that claims 50,000 by 50,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"0" * 99))
        + chunk(b"IEND", b"")
    )


def logo_of(company_id: str) -> str | None:
    return session.get_one(Company, company_id).logo_sha256


def test_a_logo_is_drawn_anew_and_printed_on_the_next_invoice(
    app: Flask, tmp_path: Path, buyer: Member, seller: Member
) -> None:
    archive = FolderArchive(tmp_path)
    with app.app_context():
        secret = PngImagePlugin.PngInfo()
        secret.add_text("Comment", "secret of the sender")
        service.set_logo(
            actor=seller.actor, company_id=seller.company_id, data=picture(pnginfo=secret), archive=archive
        )
        kept = archive.read(str(logo_of(seller.company_id)))
        assert Image.open(io.BytesIO(kept)).size == (900, 225)
        assert b"secret" not in kept
        document = queries.documents_of_trade(build_trades.settled(buyer, seller))[0]
        file = service.render_document(document.id, archive)
        (page, *_) = pypdf.PdfReader(io.BytesIO(archive.read(file.sha256))).pages
        assert len(page.images) == 1
        service.set_logo(actor=seller.actor, company_id=seller.company_id, data=None, archive=archive)
        assert logo_of(seller.company_id) is None
        with pytest.raises(NotFound):
            service.set_logo(actor=buyer.actor, company_id=seller.company_id, data=None, archive=archive)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run",
        picture("GIF"),
        picture()[:200],
        bomb(),
        picture("PNG", (4_001, 4_000)),
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 1_048_577,
    ],
    ids=["empty", "svg", "eps", "gif", "cut", "bomb", "wide", "heavy"],
)
def test_what_is_no_logo_is_refused_and_changes_nothing(app: Flask, tmp_path: Path, data: bytes) -> None:
    with app.app_context():
        company = build_members.company("Cabinet Marcellin")
        with pytest.raises(NotALogo):
            service.set_logo(
                actor=company.actor, company_id=company.company_id, data=data, archive=FolderArchive(tmp_path)
            )
        assert logo_of(company.company_id) is None
        assert list(tmp_path.iterdir()) == []


def test_an_invoice_whose_logo_is_lost_is_printed_without(
    app: Flask, tmp_path: Path, buyer: Member, seller: Member
) -> None:
    archive = FolderArchive(tmp_path)
    with app.app_context():
        service.set_logo(actor=seller.actor, company_id=seller.company_id, data=picture(), archive=archive)
        (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        path.unlink()
        document = queries.documents_of_trade(build_trades.settled(buyer, seller))[0]
        made = archive.read(service.render_document(document.id, archive).sha256)
        assert not pypdf.PdfReader(io.BytesIO(made)).pages[0].images


def test_the_page_refuses_with_a_sentence(page: Callable[..., Browser], in_app: Callable[..., Any]) -> None:
    company = in_app(build_members.company, "Cabinet Marcellin")
    browser = page(company.email)
    browser.get("/mon-entreprise/logo")
    assert "n’est pas une image" in browser.submit("Enregistrer le logo", status=422)
    browser.get("/mon-entreprise/logo.png", status=404)
