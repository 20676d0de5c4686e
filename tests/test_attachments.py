"""Files to hand on: told by their bytes, kept only when they are a picture, a PDF file or a text."""

import io
import random

import pytest
from PIL import Image

from barterweb.attachments import EXTENSIONS, MAX_BYTES, AttachmentRefused, attachment, readable_name

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def picture(kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew(kind: str) -> None:
    sent = picture(kind) + b"<script>alert(1)</script>"
    made = attachment(sent, "photo.exe")
    assert made.mimetype in {"image/jpeg", "image/png"}
    assert b"<script>" not in made.data
    with Image.open(io.BytesIO(made.data)) as opened:
        assert opened.size == (64, 48)


def test_what_a_picture_tells_beside_itself_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "chez moi"
    sent = picture("JPEG", exif=exif)
    assert b"chez moi" in sent
    assert b"chez moi" not in attachment(sent, "photo.jpg").data


def test_a_pdf_is_handed_on_as_it_is() -> None:
    made = attachment(PDF, "devis.txt")
    assert (made.data, made.mimetype, made.name) == (PDF, "application/pdf", "devis.txt")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Reçu à 14 h\r\n".encode(), "Reçu à 14 h\r\n"),
        ("Reçu à 14 h".encode("cp1252"), "Reçu à 14 h"),
        ("\ufeffReçu".encode(), "Reçu"),
        (b"<html><script>alert(1)</script>", "<html><script>alert(1)</script>"),
    ],
)
def test_a_text_is_kept_as_plain_utf_8(sent: bytes, kept: str) -> None:
    made = attachment(sent, "note.html")
    assert made.mimetype == "text/plain"
    assert made.data.decode() == kept


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"", "empty"),
        (b"x" * (MAX_BYTES + 1), "heavy"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "format"),
        (b"PK\x03\x04\x14\x00\x00\x00", "format"),
        (b"\x81\x8d\x8f\x90\x9d", "format"),
        (picture("PNG")[:60], "broken"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "format"),
    ],
)
def test_anything_else_is_refused(sent: bytes, problem: str) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        attachment(sent, "fichier.pdf")
    assert refused.value.problem == problem


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_files_are_refused_and_nothing_else(kind: str) -> None:
    chance = random.Random(kind)
    whole = picture(kind)
    for _ in range(100):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            assert attachment(bytes(broken), "x").mimetype in EXTENSIONS
        except AttachmentRefused:
            continue


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:\\Users\\léa\\devis.pdf", "devis.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("/", "fichier"),
        ("x" * 300, "x" * 99 + "…"),
    ],
)
def test_the_name_it_was_sent_as_is_only_read(sent: str, shown: str) -> None:
    assert readable_name(sent) == shown
