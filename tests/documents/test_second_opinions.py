"""Files for accounting software, read by programs that others wrote: ofxtools, quiffen, and a checker of FEC files.

Each must agree with every figure, and must notice a file that was spoilt. The checker is kept apart (`make torture`).
"""

import io
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ofxtools.Parser import OFXTree
from quiffen import Qif

from barterweb.documents.exports import entries, fec, ofx, qif
from barterweb.documents.facts import StatementFacts
from barterweb.documents.facts.plans import AccountPlan
from tests.documents import samples
from tests.documents.test_entries import every_case

ROOT = Path(__file__).resolve().parents[2]
CHECK = """
import pathlib, sys
from accounting_fr.fec_check import check_fec
path = pathlib.Path(sys.argv[1])
report = check_fec(path.read_bytes(), path.name)
print(*report.errors, *report.warnings, sep="\\n")
print(report.stats["encodage"], report.stats["ecritures"], report.stats["total_debit"], report.stats["total_credit"])
sys.exit(not report.ok)
"""

Operation = tuple[date, Decimal, str]


def expected(facts: StatementFacts) -> list[Operation]:
    return [
        (line.booked_on, Decimal(line.credit_cents - line.debit_cents) / 100, line.counterparty)
        for line in facts.lines
    ]


def accented() -> StatementFacts:
    """Forty operations whose texts hold what each format has its own use for."""
    operations = samples.operations(40)
    texts = ("Éts Béal & Fils", "L’Œuvre <SA>", "M^ D01/01/2020", "100 % café; thé, «\u00a0été\u00a0»")
    named = [
        samples.StatementLine(**{
            **{name: getattr(line, name) for name in line.__dataclass_fields__},
            "wording": texts[number % len(texts)],
        })
        for number, line in enumerate(operations)
    ]  # fmt: skip
    return samples.statement(*named)


@pytest.mark.parametrize("facts", [accented(), samples.statement()], ids=["forty operations", "none"])
def test_ofxtools_reads_every_operation_and_the_balance(facts: StatementFacts) -> None:
    tree = OFXTree()
    tree.parse(io.BytesIO(b"".join(ofx(facts))))
    (statement,) = tree.convert().statements
    read = [(one.dtposted.date(), one.trnamt, one.name) for one in statement.transactions]
    assert read == expected(facts)
    assert statement.ledgerbal.balamt == Decimal(facts.closing_cents) / 100
    assert statement.ledgerbal.dtasof.date() == facts.period_end
    assert (statement.curdef, statement.account.acctid) == ("EUR", facts.holder.siren)
    assert [one.fitid for one in statement.transactions] == [line.operation_id for line in facts.lines]


def test_ofxtools_refuses_a_spoilt_file() -> None:
    spoilt = b"".join(ofx(accented())).replace(b"<TRNAMT>", b"<TRNAMT>x", 1)
    tree = OFXTree()
    tree.parse(io.BytesIO(spoilt))
    with pytest.raises(Exception, match="x"):
        tree.convert()


def test_quiffen_reads_every_operation(tmp_path: Path) -> None:
    facts = accented()
    path = tmp_path / "releve.qif"
    path.write_bytes(b"".join(qif(facts)))
    (account,) = Qif.parse(path, day_first=True, encoding="cp1252").accounts.values()
    (transactions,) = account.transactions.values()
    assert [(one.date.date(), one.amount, one.payee) for one in transactions] == expected(facts)
    assert facts.opening_cents + sum(int(one.amount * 100) for one in transactions) == facts.closing_cents


@pytest.mark.torture(only_long=True)
def test_another_checker_finds_the_entries_in_the_form_of_the_fec(tmp_path: Path) -> None:
    path = tmp_path / "732829320FEC20260831.txt"
    path.write_bytes(b"".join(fec(entries(every_case(), AccountPlan()))))
    done = checked(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == ["iso-8859-15", "10", "6542.01", "6542.01"]


@pytest.mark.torture(only_long=True)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [("\t500,00\t", "\t500,01\t"), ("JournalCode\t", "Journal\t"), ("\t20260831\t", "\t31082026\t")],
)
def test_another_checker_notices_what_is_wrong(tmp_path: Path, right: str, wrong: str) -> None:
    path = tmp_path / "732829320FEC20260831.txt"
    text = b"".join(fec(entries(every_case(), AccountPlan()))).decode("iso8859-15")
    assert right in text
    path.write_bytes(text.replace(right, wrong, 1).encode("iso8859-15"))
    assert checked(path).returncode == 1


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    python = ROOT / ".venv-fec" / "bin" / "python"
    return subprocess.run([python, "-c", CHECK, path], capture_output=True, text=True, check=False)
