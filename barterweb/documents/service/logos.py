"""A company's logo on its invoices: drawn anew from what was sent, so that nothing but pixels gets into a document."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from barterweb.actors import Actor
from barterweb.db import session, transaction
from barterweb.documents.archive import Archive
from barterweb.documents.errors import NotALogo
from barterweb.documents.facts import MAX_LOGO_BYTES
from barterweb.errors import NotFound
from barterweb.members.models import Company
from barterweb.members.policy import may_administer
from barterweb.members.service import record_event

_FORMATS = ("PNG", "JPEG", "WEBP")
_MAX_PIXELS = 4_000 * 4_000
_BOX = (900, 300)
"""Enough for 60 by 16 millimetres at 300 dots an inch."""


def set_logo(*, actor: Actor, company_id: str, data: bytes | None, archive: Archive) -> None:
    """Print this picture on the company's invoices from now on, or none; those already issued keep theirs.

    For the company's administrators. Raises `NotFound`, and `NotALogo` for what is no picture, or one too large.
    """
    if not may_administer(company_id, actor):
        raise NotFound
    sha256 = None if data is None else archive.save(_drawn_anew(data))
    _set(actor, company_id, sha256)


def _drawn_anew(data: bytes) -> bytes:
    """Return the picture as a plain RGB PNG on white, within the box; formats with scripts or several frames are refused."""
    if len(data) > MAX_LOGO_BYTES:
        raise NotALogo("too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > _MAX_PIXELS:
                raise NotALogo("too_large")
            picture.draft("RGB", _BOX)
            pixels = picture.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotALogo("too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NotALogo("not_a_picture") from error
    pixels.thumbnail(_BOX)
    paper = Image.new("RGB", pixels.size, "white")
    paper.paste(pixels, mask=pixels)
    drawn = io.BytesIO()
    paper.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


@transaction
def _set(actor: Actor, company_id: str, sha256: str | None) -> None:
    session.get_one(Company, company_id, with_for_update=True).logo_sha256 = sha256
    record_event(actor=actor, kind="logo_set", company_id=company_id, subject=company_id)
