"""Files from outside made safe to hand on: pictures drawn anew, PDF files and plain text as downloads, nothing else.

What a file is, is told by its bytes and never by its name. Call it outside of transactions.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from barterweb.images import ImageRefused, SafeImage, safe_image

MAX_BYTES = 8 * 1024 * 1024
LONGEST_NAME = 100

Problem = Literal["empty", "heavy", "format", "pixels", "small", "broken"]

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_PDF = b"%PDF-"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing: ``fdp.exe`` written backwards is no PDF."""

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf", "text/plain": "txt"}


class AttachmentRefused(ValueError):
    """The file is none we take. `problem` is empty, heavy or format, or a picture's: pixels, small, broken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to hand on: its bytes, its MIME type (a key of `EXTENSIONS`), the name it was sent as, only to be read."""

    data: bytes
    mimetype: str
    name: str


def attachment(data: bytes, name: str) -> Attachment:
    """Return what may be handed on of a file that was sent; raises `AttachmentRefused`."""
    if not data:
        raise AttachmentRefused("empty")
    if len(data) > MAX_BYTES:
        raise AttachmentRefused("heavy")
    if data.startswith(_PICTURES):
        picture = _picture(data)
        return Attachment(picture.data, picture.mimetype, readable_name(name))
    if data.startswith(_PDF):
        return Attachment(data, "application/pdf", readable_name(name))
    return Attachment(_text(data), "text/plain", readable_name(name))


def readable_name(name: str) -> str:
    """Return the last part of a file's name, short and without characters that mislead; « fichier » when nothing is left."""
    last = re.split(r"[/\\]", _CONTROL.sub("", name))[-1].strip()
    if len(last) > LONGEST_NAME:
        last = last[: LONGEST_NAME - 1] + "…"
    return last or "fichier"


def _picture(data: bytes) -> SafeImage:
    try:
        return safe_image(data)
    except ImageRefused as error:
        raise AttachmentRefused(error.problem) from error


def _text(data: bytes) -> bytes:
    """Return text as UTF-8; text of older Windows programs is read as theirs."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise AttachmentRefused("format") from error
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise AttachmentRefused("format")
    return text.encode()
