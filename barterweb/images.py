"""Pictures from outside made safe: known formats only, bounded, drawn anew, with nothing of the sender left in them.

What a browser later shows is never the file that came in. The file is decoded by Pillow, turned upright, made smaller and
encoded again as JPEG or, when it has transparent parts, as PNG: what hid before, behind or beside the picture (scripts,
archives, EXIF, places) does not survive. Call it outside of transactions: it takes tenths of a second.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
SMALLEST_SIDE = 16
_JPEG_QUALITY = 82

Problem = Literal["empty", "heavy", "format", "pixels", "small", "broken"]

# What Pillow and its codecs raise on files that were damaged or forged.
_BROKEN = (
    OSError, ValueError, SyntaxError, TypeError, EOFError, IndexError, KeyError, AttributeError, OverflowError,
    MemoryError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


class ImageRefused(ValueError):
    """The file is not a picture we take. `problem` is empty, heavy, format, pixels, small or broken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


@dataclass(frozen=True, slots=True)
class SafeImage:
    """A picture drawn anew: its bytes, its MIME type, its size in pixels."""

    data: bytes
    mimetype: Literal["image/jpeg", "image/png"]
    width: int
    height: int

    @property
    def extension(self) -> str:
        """How the name of a file that holds it ends."""
        return "jpg" if self.mimetype == "image/jpeg" else "png"


def safe_image(data: bytes, *, widest: int = 1600, highest: int = 1600) -> SafeImage:
    """Return the picture that a file holds, at most so many pixels wide and high; raises `ImageRefused`.

    The size is read before a single pixel is decoded, so that a small file cannot become a huge picture in memory.
    """
    if not data:
        raise ImageRefused("empty")
    if len(data) > MAX_BYTES:
        raise ImageRefused("heavy")
    ImageFile.LOAD_TRUNCATED_IMAGES = (
        False  # WeasyPrint, where it was imported, has switched it on for the process
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _refuse_size(opened.width, opened.height)
                opened.draft("RGB", (widest, highest))
                opened.load()
                upright = ImageOps.exif_transpose(opened)
                return _drawn_anew(upright, widest, highest)
        except ImageRefused:
            raise
        except Image.DecompressionBombError as error:
            raise ImageRefused("pixels") from error
        except UnidentifiedImageError as error:
            raise ImageRefused("format") from error
        except _BROKEN as error:
            raise ImageRefused("broken") from error


def _refuse_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageRefused("pixels")
    if min(width, height) < SMALLEST_SIDE:
        raise ImageRefused("small")


def _drawn_anew(picture: Image.Image, widest: int, highest: int) -> SafeImage:
    clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    plain = picture.convert("RGBA" if clear else "RGB")
    plain.thumbnail((widest, highest), Image.Resampling.LANCZOS)
    canvas = Image.new(plain.mode, plain.size)
    canvas.paste(plain)  # only pixels: no profile, comment or text of the original goes along
    out = io.BytesIO()
    if clear:
        canvas.save(out, "PNG", optimize=True)
    else:
        canvas.save(out, "JPEG", quality=_JPEG_QUALITY, progressive=True, optimize=True)
    return SafeImage(out.getvalue(), "image/png" if clear else "image/jpeg", canvas.width, canvas.height)
