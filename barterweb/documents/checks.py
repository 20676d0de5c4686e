"""Whether issued documents are still what was issued: series without gap, dates in order, sums, files unaltered."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from barterweb.db import session
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing, InconsistentFacts
from barterweb.documents.facts import InvoiceFacts, StatementFacts
from barterweb.documents.models import Document, DocumentFile, DocumentSeries, DocumentVat, OwnInvoice

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with an issued document, a series or an archived file."""

    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How much was looked at, and what is wrong."""

    series: int
    documents: int
    files: int
    findings: tuple[Finding, ...]


def verify(read: Callable[[str], bytes]) -> Verification:
    """Look at every series, every document and every archived file; `read` gives bytes by SHA-256, hashed again."""
    series = session.scalars(
        select(DocumentSeries).order_by(DocumentSeries.issuer_id, DocumentSeries.prefix)
    ).all()
    findings = [finding for one in series for finding in _series_findings(one)]
    documents = files = 0
    for document, file, rates in _documents():
        documents += 1
        findings += _facts_findings(document, rates)
        if file is not None:
            files += 1
            findings += _file_findings(document.id, file.sha256, file.size, read)
    for own in session.scalars(select(OwnInvoice).where(OwnInvoice.sha256.is_not(None))).all():
        files += 1
        findings += _file_findings(own.document_id, str(own.sha256), own.size, read)
    return Verification(len(series), documents, files, tuple(findings))


def _series_findings(series: DocumentSeries) -> Iterator[Finding]:
    name = f"series {series.issuer_id} {series.prefix}"
    rows = session.execute(
        select(Document.number, Document.issued_on)
        .where(
            Document.issuer_id == series.issuer_id, Document.number.startswith(series.prefix, autoescape=True)
        )
        .order_by(Document.number)
    ).all()
    wanted = [f"{series.prefix}{number:05d}" for number in range(1, series.last_number + 1)]
    issued = {str(number): issued_on for number, issued_on in rows}
    for number in wanted:
        if number not in issued:
            yield Finding(name, f"number {number} is missing")
    for number in sorted(issued.keys() - set(wanted)):
        yield Finding(name, f"number {number} is beyond the counter")
    last = date.min
    for number in (number for number in wanted if number in issued):
        if issued[number] < last:
            yield Finding(name, f"number {number} is dated before the one before it")
        last = max(last, issued[number])


_Rates = list[tuple[int, int, int]]
"""Rate in basis points, base and VAT in cents, the highest rate first."""


def _documents() -> Iterator[tuple[Document, DocumentFile | None, _Rates]]:
    """Yield every document with its file and its VAT, some at a time."""
    last = ""
    query = select(Document, DocumentFile).outerjoin(DocumentFile).order_by(Document.id).limit(_AT_ONCE)
    while rows := session.execute(query.where(Document.id > last)).all():
        rates: dict[str, _Rates] = defaultdict(list)
        of_these = DocumentVat.document_id.in_([document.id for document, _ in rows])
        for vat in session.scalars(select(DocumentVat).where(of_these).order_by(DocumentVat.rate_bp.desc())):
            rates[vat.document_id].append((vat.rate_bp, vat.base_cents, vat.vat_cents))
        yield from ((document, file, rates[document.id]) for document, file in rows)
        last = rows[-1][0].id
        session.expunge_all()


def _facts_findings(document: Document, rates: _Rates) -> Iterator[Finding]:
    try:
        if document.kind == "statement":
            StatementFacts.from_json(document.facts)
            return
        facts = InvoiceFacts.from_json(document.facts)
    except InconsistentFacts as error:
        yield Finding(document.id, str(error))
        return
    if ((facts.number or None), facts.kind, facts.issued_on) != (
        document.number,
        document.kind,
        document.issued_on,
    ):
        yield Finding(document.id, "the facts are those of another document")
    stated = [(rate.rate_bp, rate.base_cents, rate.vat_cents) for rate in facts.vat]
    shares = (document.paid_barter_cents, document.due_euro_cents)
    if (stated, (facts.paid_barter_cents, facts.due_euro_cents)) != (rates, shares):
        yield Finding(document.id, "the amounts beside the facts are not theirs")


def _file_findings(
    subject: str, sha256: str, size: int | None, read: Callable[[str], bytes]
) -> Iterator[Finding]:
    try:
        data = read(sha256)
    except ArchiveFileMissing:
        yield Finding(subject, f"archived file {sha256} is missing")
    except ArchiveFileAltered as error:
        yield Finding(subject, f"archived file {sha256} was altered: it hashes to {error.found}")
    else:
        if len(data) != size:
            yield Finding(subject, f"archived file {sha256} has {len(data)} bytes instead of {size}")
