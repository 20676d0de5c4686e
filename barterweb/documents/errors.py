"""What can go wrong with a document; typed attributes, no texts for users."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from barterweb.errors import BusinessError


class InconsistentFacts(ValueError):
    """The facts of a document contradict each other or are malformed; such a document must not be issued."""


class RenderingFailed(RuntimeError):
    """No PDF could be made. Nothing is lost: the facts are stored and rendering can be asked again.

    `reason` says why: ``busy`` (all places taken for too long), ``timeout`` or ``memory`` (beyond the limit),
    ``asset`` (the page asked for a file or an address), ``crash`` (the child died; its log says more).
    """

    def __init__(self, reason: Literal["busy", "timeout", "memory", "asset", "crash"]) -> None:
        super().__init__(reason)
        self.reason = reason


class ArchiveFileMissing(LookupError):
    """No archived file has this SHA-256."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


class ArchiveFileAltered(RuntimeError):
    """The archived file no longer has the SHA-256 it was stored under: it must not be served."""

    def __init__(self, sha256: str, found: str) -> None:
        super().__init__(f"{sha256} now hashes to {found}")
        self.sha256 = sha256
        self.found = found


class InvoiceError(BusinessError):
    """Base of what the issuing of invoices refuses."""


@dataclass
class InvoiceIncomplete(InvoiceError):
    """Compulsory data is missing: `missing` names it as paths, such as ``seller.siret``. The draft stays."""

    missing: tuple[str, ...]


@dataclass
class NoMandate(InvoiceError):
    """The seller has given no invoicing mandate, or revoked it: the platform issues nothing in its name."""

    company_id: str


@dataclass
class NothingToCorrect(InvoiceError):
    """The corrective invoice would say what the invoice says already."""

    document_id: str


@dataclass
class OwnInvoiceRecorded(InvoiceError):
    """The number of the seller's own invoice is written down already, with another value."""

    number: str


@dataclass
class NotAnInvoiceFile(InvoiceError):
    """The file is no PDF, or too large."""

    reason: Literal["not_pdf", "too_large"]


@dataclass
class ContestOver(InvoiceError):
    """The invoice could be contested until `last_day`, which has passed."""

    last_day: date


@dataclass
class ContestNotPossible(InvoiceError):
    """The invoice was contested before, and that is settled, or a corrective replaced it."""

    document_id: str


@dataclass
class ContestSettled(InvoiceError):
    """The contest has an `outcome` already."""

    outcome: str
