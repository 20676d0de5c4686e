"""Pictures from outside: bombs, disguises, wounds and forgeries end in a refusal with a name, never in an error."""

import io
import random
import zlib
from struct import pack

import pytest
from flask import Flask
from PIL import Image, PngImagePlugin

from barterweb import images
from barterweb.images import ImageRefused, safe_image
from barterweb.web.fields import Form, ImageField


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (120, 80), mode: str = "RGB", **options: object
) -> bytes:
    out = io.BytesIO()
    drawn = Image.effect_noise(size, 60).convert(mode)
    drawn.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def problem_of(data: bytes) -> str:
    with pytest.raises(ImageRefused) as caught:
        safe_image(data)
    return caught.value.problem


def png_that_says(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", images.FORMATS)
def test_known_formats_become_small_jpegs(kind: str) -> None:
    safe = safe_image(picture(kind, (900, 600)), widest=300, highest=300)
    assert (safe.width, safe.height) == (300, 200)
    assert safe.mimetype == "image/jpeg"
    assert safe.extension == "jpg"
    assert Image.open(io.BytesIO(safe.data)).format == "JPEG"


def test_transparent_parts_stay_transparent() -> None:
    drawn = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    safe = safe_image(out.getvalue())
    assert safe.mimetype == "image/png"
    assert Image.open(io.BytesIO(safe.data)).getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_nothing_of_the_sender_is_left() -> None:
    exif = Image.Exif()
    exif[0x010F] = "APPAREIL-SECRET"
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    with_exif = picture("JPEG", (120, 80), exif=exif, comment=b"COMMENTAIRE-SECRET")
    text = PngImagePlugin.PngInfo()
    text.add_text("Auteur", "TEXTE-SECRET")
    with_text = picture("PNG", pnginfo=text)
    for data in (with_exif, with_text):
        assert b"SECRET" in data
        safe = safe_image(data)
        assert b"SECRET" not in safe.data
        assert not Image.open(io.BytesIO(safe.data)).getexif()
    assert safe_image(with_exif).width < safe_image(with_exif).height, "turned upright before EXIF goes"


def test_a_file_that_is_two_things_stays_one() -> None:
    disguised = picture("JPEG") + b"<script>alert(1)</script>PK\x03\x04"
    assert b"<script>" not in safe_image(disguised).data


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff" + b"x" * images.MAX_BYTES, "heavy"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "format"),
        (b"%PDF-1.7 nothing", "format"),
        (picture("GIF", mode="P"), "format"),
        (picture("BMP"), "format"),
        (picture("TIFF"), "format"),
        (png_that_says(60_000, 60_000), "pixels"),
        (png_that_says(8_001, 5_000), "pixels"),
        (png_that_says(500, 500), "broken"),
        (picture("PNG", (15, 400)), "small"),
    ],
)
def test_what_is_refused_has_a_name(data: bytes, problem: str) -> None:
    assert problem_of(data) == problem


@pytest.mark.parametrize("kind", images.FORMATS)
def test_a_truncated_file_is_broken(kind: str) -> None:
    data = picture(kind)
    assert problem_of(data[: len(data) // 2]) == "broken"


def test_fifteen_hundred_forgeries_raise_nothing_else() -> None:
    chance = random.Random(20260803)
    sources = [picture(kind, (64, 48)) for kind in images.FORMATS]
    sources.append(picture("PNG", (64, 48), "P"))
    refused = 0
    for number in range(1_500):
        data = bytearray(sources[number % len(sources)])
        for _ in range(chance.randint(1, 12)):
            place = chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), 64))
            what = chance.random()
            if what < 0.6:
                data[place] = chance.randrange(256)
            elif what < 0.8:
                del data[place : place + chance.randint(1, 9)]
            else:
                data[place:place] = chance.randbytes(chance.randint(1, 9))
        try:
            safe = safe_image(bytes(data))
        except ImageRefused:
            refused += 1
        else:
            assert safe.data[:3] in {b"\xff\xd8\xff", b"\x89PN"}
    assert refused > 300, "the forgeries reached the decoder"


def test_the_field_of_a_form_gives_the_picture_or_says_in_french_what_is_wrong(app: Flask) -> None:
    class Photo(Form):
        photo = ImageField("Photo", widest=60)

    def sent(data: bytes | None) -> Photo:
        files = {} if data is None else {"photo": (io.BytesIO(data), "../../photo.php")}
        with app.test_request_context("/", method="POST", data=files, content_type="multipart/form-data"):
            form = Photo(meta={"csrf": False})
            form.validate()
            return form

    good = sent(picture("PNG")).photo.data
    assert good is not None
    assert good.width == 60
    assert sent(None).photo.data is None
    bad = sent(b"<?php echo 1;")
    assert bad.photo.data is None
    assert "n’est pas une image" in bad.photo.errors[0]
