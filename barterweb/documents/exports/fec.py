"""Entries in the form of the French audit file (FEC: LPF, art. A. 47 A-1), to be imported into a company's own books.

It is a part of those books, not the file that the tax office asks for: that one comes from the company's software.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from barterweb.documents.exports.tables import csv_text
from barterweb.documents.facts.books import Entry

COLUMNS = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
)
ENCODING = "iso8859-15"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\t\r\n\v\f", " "),
        **dict.fromkeys("–—−‐‑", "-"),
        **dict.fromkeys("’‘‚", "'"),
        **dict.fromkeys("“”„", '"'),
        "…": "...",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ı": "i",
        "•": "-",
        "·": "-",
    }
)


def fec(found: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the file line by line: 18 columns, tab, CR/LF, ISO 8859-15; entries of each journal numbered without gap."""
    yield _row(COLUMNS)
    numbers: Counter[str] = Counter()
    for entry in found:
        numbers[entry.journal] += 1
        for line in entry.postings:
            code, name = line.party
            yield _row(
                (
                    *(entry.journal, entry.journal_name, str(numbers[entry.journal]), _day(entry.booked_on)),
                    *(line.account, line.account_name, code, csv_text(name)),
                    *(entry.piece, _day(entry.piece_on), csv_text(entry.wording)),
                    *(_amount(line.debit_cents), _amount(line.credit_cents)),
                    *("", "", _day(entry.booked_on), "", ""),
                )
            )


def fec_name(siren: str, end: date) -> str:
    """Return the name the order prescribes: SIREN, FEC, last day of the period."""
    return f"{siren}FEC{end:%Y%m%d}.txt"


def latin9(text: str) -> str:
    """Write a text with what ISO 8859-15 holds, on one line: accents are kept where it has them, else dropped."""
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_PLAIN).split())
    return "".join(map(_character, plain))


def _character(character: str) -> str:
    for attempt in (character, unicodedata.normalize("NFKD", character)):
        kept = "".join(part for part in attempt if not unicodedata.combining(part))
        try:
            kept.encode(ENCODING)
        except UnicodeEncodeError:
            continue
        return kept if kept.isprintable() else ""
    return "?"


def _row(values: tuple[str, ...]) -> bytes:
    return ("\t".join(map(latin9, values)) + "\r\n").encode(ENCODING)


def _day(value: date) -> str:
    return f"{value:%Y%m%d}"


def _amount(cents: int) -> str:
    """``123456`` → ``1234,56``: no sign, no separator of thousands."""
    return f"{cents // 100},{cents % 100:02d}"
