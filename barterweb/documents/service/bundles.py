"""All that an accountant wants of some companies and a period, in one archive: prepared step by step, then streamed."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from barterweb import clock
from barterweb.actors import Actor
from barterweb.db import session
from barterweb.documents.archive import Archive
from barterweb.documents.errors import ArchiveFileAltered, ArchiveFileMissing, RenderingFailed
from barterweb.documents.exports import (
    entries,
    fec,
    fec_name,
    hledger,
    ofx,
    qif,
    statement_csv,
    statement_xlsx,
)
from barterweb.documents.exports.bundle import Member, zipped
from barterweb.documents.facts import InvoiceFacts, StatementFacts
from barterweb.documents.models import Document
from barterweb.documents.queries import (
    accounting_of,
    books_of,
    companies_for,
    file_of,
    pieces_between,
)
from barterweb.documents.service.files import render_document
from barterweb.documents.service.statements import statement_document
from barterweb.members.facts import fold
from barterweb.members.models import Company

FILED_KINDS = ("invoice", "credit_note", "corrective")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many files of a bundle are made, and whether the bundle can be taken."""

    done: int
    total: int
    ready: bool


def prepare_bundle(
    *, actor: Actor, company_ids: Sequence[str], start: date, end: date, archive: Archive, seconds: int = 1
) -> Progress:
    """Make files of the bundle that are still missing, for about so many seconds, and say how far it is.

    A file that cannot be made holds nothing up: the bundle's index will say so. Raises `NotFound`.
    """
    until = time.monotonic() + seconds
    documents = [
        document_id
        for company in companies_for(company_ids, actor)
        for document_id in _documents(actor, company.id, start, end)
    ]
    missing = [document_id for document_id in documents if file_of(document_id) is None]
    made = tried = 0
    for document_id in missing:
        if time.monotonic() > until:
            break
        tried += 1
        try:
            render_document(document_id, archive)
        except RenderingFailed as failure:
            _log.warning("document %s not rendered: %s", document_id, failure.reason)
        else:
            made += 1
    return Progress(len(documents) - len(missing) + made, len(documents), tried == len(missing))


def bundle(
    *, actor: Actor, company_ids: Sequence[str], start: date, end: date, archive: Archive
) -> Iterator[bytes]:
    """Yield the archive piece by piece: a folder for each company, an index of all files with their SHA-256.

    A file that is missing from the archive of documents, or was altered there, is left out and named in the index.
    """
    companies = companies_for(company_ids, actor)
    found = (_company(actor, company.id, start, end, archive) for company in companies)
    return zipped(chain.from_iterable(found), made_on=clock.today())


def _documents(actor: Actor, company_id: str, start: date, end: date) -> list[str]:
    statement = statement_document(actor=actor, company_id=company_id, start=start, end=end)
    return [statement, *(piece.id for piece in pieces_between(company_id, start, end, FILED_KINDS))]


def _company(actor: Actor, company_id: str, start: date, end: date, archive: Archive) -> Iterator[Member]:
    statement_id = statement_document(actor=actor, company_id=company_id, start=start, end=end)
    company = session.get_one(Company, company_id)
    folder = f"{company.siren}-{fold(company.name).replace(' ', '-')[:40]}"
    document = session.get_one(Document, statement_id)
    facts = StatementFacts.from_json(document.facts)
    name = f"{folder}/releve-barter-{company.siren}-{start}-{end}"
    yield _archived(statement_id, f"{name}.pdf", archive, "statement")
    yield Member(f"{name}.csv", "table", statement_csv(facts))
    yield Member(f"{name}.xlsx", "table", statement_xlsx(facts))
    yield Member(f"{name}.ofx", "bank", b"".join(ofx(facts)))
    yield Member(f"{name}.qif", "bank", b"".join(qif(facts)))
    yield Member(f"{name}.journal", "check", b"".join(hledger(facts)))
    books = entries(books_of(company, start, end), accounting_of(company.id)[1])
    yield Member(f"{folder}/{fec_name(company.siren, end)}", "entries", b"".join(fec(books)))
    for piece in pieces_between(company_id, start, end, FILED_KINDS):
        sold = piece.company_id == company_id
        yield _invoice(piece, f"{folder}/{'ventes' if sold else 'achats'}", archive)


def _invoice(piece: Document, folder: str, archive: Archive) -> Member:
    facts = InvoiceFacts.from_json(piece.facts)
    detail = f"{facts.number}, {facts.issued_on:%d/%m/%Y}, {facts.seller.name} – {facts.buyer.name}"
    name = f"{folder}/{facts.number.replace('/', '_')}.pdf"
    return _archived(piece.id, name, archive, piece.kind, detail)


def _archived(document_id: str, name: str, archive: Archive, kind: str, detail: str = "") -> Member:
    file = file_of(document_id)
    if file is None:
        return Member(name, kind, None, detail, "not_ready")
    try:
        return Member(name, kind, archive.read(file.sha256), detail)
    except (ArchiveFileMissing, ArchiveFileAltered) as failure:
        _log.error("archived file of document %s not served: %r", document_id, failure)
        return Member(name, kind, None, detail, "not_served")
