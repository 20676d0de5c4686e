"""The Barter account as a bank's files, for software that takes no other: OFX 1.02 and QIF.

Their currency is written EUR, because no code exists for Barter and software refuses what it does not know; the account's
name says BARTER, and 1 Barter = 1 euro (docs/documents.md says what to do with it).
"""

from collections.abc import Iterator
from datetime import date

from barterweb.documents.exports.fec import latin9
from barterweb.documents.facts import StatementFacts, StatementLine

_HEADER = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LONGEST_NAME, _LONGEST_MEMO = 32, 255


def ofx(facts: StatementFacts) -> Iterator[bytes]:
    """Yield the statement as OFX: each operation once for ever by its identifier, the closing balance at the end."""
    made = _day(facts.generated_on)
    yield _bytes(
        f"{_HEADER}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>{made}<LANGUAGE>FRA"
        "</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>"
        f"<CURDEF>EUR<BANKACCTFROM><BANKID>BARTER<ACCTID>{facts.holder.siren}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>{_day(facts.period_start)}<DTEND>{_day(facts.period_end)}\r\n"
    )
    for line in facts.lines:
        yield _bytes(
            f"<STMTTRN><TRNTYPE>{'CREDIT' if line.credit_cents else 'DEBIT'}<DTPOSTED>{_day(line.booked_on)}"
            f"<TRNAMT>{_amount(_signed(line))}<FITID>{line.operation_id}"
            f"<NAME>{_text(line.counterparty, _LONGEST_NAME)}<MEMO>{_text(_memo(line), _LONGEST_MEMO)}</STMTTRN>\r\n"
        )
    yield _bytes(
        f"</BANKTRANLIST><LEDGERBAL><BALAMT>{_amount(facts.closing_cents)}<DTASOF>{_day(facts.period_end)}</LEDGERBAL>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    )


def qif(facts: StatementFacts) -> Iterator[bytes]:
    """Yield the statement as QIF, days as JJ/MM/AAAA."""
    yield _bytes("!Type:Bank\r\n")
    for line in facts.lines:
        yield _bytes(
            f"D{line.booked_on:%d/%m/%Y}\r\nT{_amount(_signed(line))}\r\nN{line.operation_id}\r\n"
            f"P{latin9(line.counterparty)}\r\nM{latin9(_memo(line))}\r\n^\r\n"
        )


def _signed(line: StatementLine) -> int:
    return line.credit_cents - line.debit_cents


def _memo(line: StatementLine) -> str:
    return f"{line.wording} {line.trade_id}" if line.trade_id else line.wording


def _text(text: str, longest: int) -> str:
    return (latin9(text)[:longest].strip() or "-").translate(_ESCAPED)


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _day(value: date) -> str:
    return f"{value:%Y%m%d}"


def _bytes(text: str) -> bytes:
    return text.encode("cp1252", errors="replace")
