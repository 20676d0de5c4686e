"""The invoice a seller without mandate issued itself, as it tells us of it."""

from dataclasses import dataclass
from datetime import date

MAX_OWN_FILE_BYTES = 5 * 1024 * 1024
"""Within what one request may carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnInvoiceDetails:
    """What the seller says of its invoice; `file` is a PDF, or None when it only gives the number."""

    number: str
    issued_on: date
    file: bytes | None = None
