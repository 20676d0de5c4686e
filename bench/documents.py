"""Measures printed documents, all in one run: CPU seconds and peak memory of children, warm, against other ways.

python -m bench.documents            (make bench-documents)
python -m bench.documents --renders 200

Each way prints the same facts in a process of its own: our pages (invoices with their XML, collecting garbage included);
the same HTML with the styles a newcomer would write (tables of automatic layout and collapsed borders, parsed again each
time with a FontConfiguration of their own, neither PDF/A nor tags nor XML); the same table by reportlab, where it is
installed (`python -m pip install --target DIR reportlab`, then PYTHONPATH=DIR). CPU is user + system time of that process;
memory its high-water mark. The page test asks a site for a page, alone and while two documents are made without pause.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAYS = (
    "invoice",
    "invoice-naive",
    "invoice-reportlab",
    "statement-40",
    "statement-40-naive",
    "statement-40-reportlab",
)
LONG = ("statement-2000", "statement-2000-naive", "statement-2000-reportlab")


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    arguments.add_argument("--renders", type=int, default=200, help="renders of the test of flat memory")
    asked = arguments.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one)))
        return
    print(f"{'way':28} {'first':>8} {'warm':>8} {'peak MB':>8}   CPU seconds, median of the warm ones")
    for way in (*WAYS, *LONG):
        result = in_a_process(way)
        if result is None:
            print(f"{way:28} {'not installed':>8}")
        else:
            print(f"{way:28} {result['first']:8.3f} {result['warm']:8.3f} {result['peak_mb']:8.0f}")
    flat(asked.renders)
    beside_pages()


def in_a_process(way: str) -> dict[str, float] | None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.documents", "--one", way], capture_output=True, text=True, check=False
    )
    if "No module named 'reportlab'" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def measure(way: str) -> dict[str, float]:
    render = renderer(way)
    times: list[float] = []
    for _ in range(2 if "2000" in way else 12):
        started = time.process_time()
        render()
        times.append(time.process_time() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": times[0], "warm": statistics.median(times[1:]), "peak_mb": peak}


def renderer(way: str) -> Callable[[], bytes]:
    from tests.documents import samples
    from tests.documents.cases import CASES

    what, _, _ = way.partition("-naive") if "naive" in way else way.partition("-reportlab")
    lines = int(what.split("-")[1]) if what.startswith("statement") else 0
    facts: Any = samples.statement(*samples.operations(lines)) if lines else CASES["mixed, three rates"]
    if "reportlab" in way:
        return lambda: with_reportlab(rows_of(facts))
    import gc

    from barterweb.documents.pdf.child import _Press

    press, text, kind = _Press(), facts.to_json(), "statement" if lines else "invoice"
    if "naive" in way:
        template = press._templates.get_template(f"{kind}.html")
        return lambda: naive(template.render(facts=facts, pictures={}))
    gc.disable()

    def ours() -> bytes:
        made = press.pdf(kind, text, {})
        gc.collect()
        return made

    ours()
    gc.freeze()  # as a child does after its first document
    return ours


def rows_of(facts: Any) -> list[list[str]]:
    """What is in the document's table, as text."""
    if hasattr(facts, "period_start"):
        return [
            [f"{line.booked_on}", line.counterparty, line.wording, line.operation_id, *map(str, amounts)]
            for line in facts.lines
            for amounts in [(line.debit_cents, line.credit_cents, line.balance_cents)]
        ]
    return [
        [
            line.description,
            *map(str, (line.quantity_milli, line.unit_price_cents, line.vat_rate_bp, line.net_cents)),
        ]
        for line in facts.lines
    ]


def naive(html: str) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    css = "table { width: 100%; border-collapse: collapse } th, td { border: 1px solid #ccc; padding: 4px }"
    made: bytes = HTML(string=html).write_pdf(
        stylesheets=[CSS(string=css, font_config=fonts)], font_config=fonts
    )
    return made


def with_reportlab(rows: list[list[str]]) -> bytes:
    import io

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import LongTable, SimpleDocTemplate, TableStyle

    stream = io.BytesIO()
    table = LongTable(rows)
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.lightgrey), ("FONTSIZE", (0, 0), (-1, -1), 7)])
    )
    SimpleDocTemplate(stream, pagesize=A4).build([table])
    return stream.getvalue()


def flat(renders: int) -> None:
    """Memory of one child over many invoices: after a fifth of them, and at the end."""
    from barterweb.documents import pdf
    from tests.documents.cases import CASES

    printer = pdf.Renderer(seconds=120, renders_per_worker=renders + 1)
    facts, early = list(CASES.values()), 0
    for number in range(renders):
        printer.render("invoice", facts[number % len(facts)])
        if number == renders // 5:
            early = resident_kb(printer)
    late = resident_kb(printer)
    printer.close()
    print(
        f"one child over {renders} invoices: {early // 1024} MB after a fifth, {late // 1024} MB at the end"
    )


def resident_kb(printer: Any) -> int:
    (worker,) = printer._workers
    status = Path(f"/proc/{worker._process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def beside_pages(seconds: float = 6) -> None:
    """Ask for a page for some seconds, alone and while two documents are made without pause."""
    from barterweb.app import create_app
    from barterweb.documents import pdf
    from barterweb.settings import from_environment
    from tests.documents.cases import CASES

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(from_environment({"BARTERWEB_MODE": "test", "DATA_DIR": folder}))
        client = app.test_client()

        def asked() -> float:
            times, end = [], time.monotonic() + seconds
            while time.monotonic() < end:
                started = time.perf_counter()
                assert client.get("/connexion").status_code == 200
                times.append(time.perf_counter() - started)
                time.sleep(0.01)
            return statistics.median(times) * 1000

        import flask_migrate

        with app.app_context():
            flask_migrate.upgrade()
        asked()
        alone = asked()
        printer, stop = pdf.Renderer(seconds=120), threading.Event()

        def print_on() -> None:
            while not stop.is_set():
                printer.render("invoice", CASES["mixed, three rates"])

        threads = [threading.Thread(target=print_on, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(4)
        crowded = asked()
        stop.set()
        for thread in threads:
            thread.join()
        printer.close()
    cores = os.cpu_count()
    load = os.getloadavg()[0]
    print(f"a page: {alone:.1f} ms alone, {crowded:.1f} ms beside two renders: × {crowded / alone:.2f}")
    print(f"({cores} cores, load {load:.1f} at the end; × means little when others load the machine)")


if __name__ == "__main__":
    main()
