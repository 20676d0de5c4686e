"""Statements against the same content made otherwise, in one run: `make bench-documents`.

CPU seconds of one core and peak resident memory, each case in a process of its own, after a first small document (a child of
the site is warm too). What is compared: our page; the same data as one plain WeasyPrint table; reportlab's table with
repeated headings. The budget is asked of our own rows only, in absolute terms and against the others.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from html import escape

from barterweb.documents.facts import StatementFacts
from tests.documents import samples

SIZES = (40, 2_000)
MAX_SECONDS = {40: 0.10, 2_000: 2.5}
MAX_MEGABYTES = 130
RENDERS = 200
Make = Callable[[StatementFacts], bytes]


def ours() -> Make:
    from barterweb.documents.pdf import child

    press = child._Press()
    return lambda facts: press.pdf("statement", facts.to_json(), {})


def naive() -> Make:
    from weasyprint import HTML

    head = "".join(f"<th>{name}" for name in ("Date", "Opération", "Débit", "Crédit", "Solde"))
    style = "table{border-collapse:collapse;width:100%;font:8pt sans-serif}td,th{border:1px solid #ccc;padding:1.5mm}"

    def make(facts: StatementFacts) -> bytes:
        rows = "".join("<tr>" + "".join(f"<td>{escape(text)}" for text in cells(facts, index)) for index in
                       range(len(facts.lines)))  # fmt: skip
        page = f"<html lang=fr><title>Relevé</title><style>{style}</style><table><thead><tr>{head}</thead>{rows}</table>"
        data: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/a-3b", pdf_tags=True)
        return data

    return make


def reportlab() -> Make:
    import io

    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

    style = getSampleStyleSheet()["BodyText"]

    def make(facts: StatementFacts) -> bytes:
        file = io.BytesIO()
        rows: list[list[object]] = [["Date", "Opération", "Débit", "Crédit", "Solde"]]
        for index in range(len(facts.lines)):
            day, text, *amounts = cells(facts, index)
            rows.append([day, Paragraph(escape(text), style), *amounts])
        table = LongTable(rows, colWidths=(60, 260, 60, 60, 60), repeatRows=1)
        SimpleDocTemplate(file, pagesize=A4).build([table])
        return file.getvalue()

    return make


def cells(facts: StatementFacts, index: int) -> tuple[str, ...]:
    line = facts.lines[index]
    text = f"{line.counterparty} {line.wording} {line.operation_id} {line.trade_id}"
    amounts = (line.debit_cents, line.credit_cents, line.balance_cents)
    return f"{line.booked_on:%d/%m/%Y}", text, *(f"{cents / 100:.2f}" for cents in amounts)


MAKERS: dict[str, Callable[[], Make]] = {"ours": ours, "naive table": naive, "reportlab": reportlab}


def measure(name: str, size: int, times: int) -> dict[str, float]:
    """Make the document that many times in this process; return the best time, and memory after a few and after all."""
    make = MAKERS[name]()
    make(samples.statement(*samples.operations(3)))
    facts = samples.statement(*samples.operations(size))
    gc.collect()
    if name == "ours":
        gc.disable()  # as in the site's children, which collect between documents
    best, early = 1e9, 0
    for number in range(times):
        began = time.process_time()
        make(facts)
        best = min(best, time.process_time() - began)
        gc.collect()
        if number == min(20, times - 1):
            early = _megabytes()
    return {"seconds": best, "early": early, "megabytes": _megabytes()}


def run() -> bool:
    """Print the table and tell whether our statements keep their budget."""
    good = True
    print(f"{'statement':<14}{'lines':>7}{'CPU s':>9}{'MB':>7}{'times ours':>12}")
    for size in SIZES:
        mine = 0.0
        for name in MAKERS:
            found = _child(name, size, 5 if size == SIZES[0] else 1)
            mine = mine or found["seconds"]
            print(
                f"{name:<14}{size:>7}{found['seconds']:>9.3f}{found['megabytes']:>7.0f}{found['seconds'] / mine:>12.1f}"
            )
            if name == "ours":
                good &= found["seconds"] <= MAX_SECONDS[size] and found["megabytes"] <= MAX_MEGABYTES
    found = _child("ours", SIZES[0], RENDERS)
    grown = found["megabytes"] - found["early"]
    print(
        f"{RENDERS} statements of {SIZES[0]} lines in one process: {grown:.0f} MB more after the last than after 21"
    )
    return good and grown <= 10


def _child(name: str, size: int, times: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.statements", name, str(size), str(times)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__" and len(sys.argv) == 1:
    sys.exit(0 if run() else 1)
if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
