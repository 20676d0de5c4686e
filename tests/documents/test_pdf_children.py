"""The children that print: limited, replaced when they fail, never shared between processes, never left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from barterweb.documents import pdf
from barterweb.documents.errors import RenderingFailed
from tests.documents import samples

ROOT = Path(pdf.__file__).resolve().parents[3]
INVOICE = samples.invoice()

MakeRenderer = Callable[..., pdf.Renderer]


@pytest.fixture
def make_renderer() -> Iterator[MakeRenderer]:
    made: list[pdf.Renderer] = []

    def make(**limits: Any) -> pdf.Renderer:
        made.append(pdf.Renderer(**limits))
        return made[-1]

    yield make
    for renderer in made:
        renderer.close()


@pytest.fixture
def press_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make children print with a press of the test's own, given as the body of its method `pdf(self, kind, facts)`."""

    def replace(body: str) -> None:
        source = f"""
import os, sys, time
from barterweb.documents.pdf import child
class Press(child._Press):
    def __init__(self): pass
    def pdf(self, kind, facts, pictures):
        {body}
child._Press = Press
child._be_child(int(sys.argv[1]))
"""
        monkeypatch.setattr(pdf, "_CHILD", (sys.executable, "-c", source))

    return replace


def pid_of(renderer: pdf.Renderer) -> int:
    """Return the process id of the only child."""
    (worker,) = renderer._workers
    return worker._process.pid


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ends_within(seconds: int, pid: int) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def run_script(source: str) -> tuple[str, str]:
    """Run a program of its own and return what it printed and its errors, without waiting for children it left."""
    with tempfile.TemporaryFile(
        "w+"
    ) as errors:  # a file, because children inherit it and would hold a pipe open
        program = [sys.executable, "-W", "always", "-c", source]
        done = subprocess.run(
            program, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, check=False
        )
        errors.seek(0)
        return done.stdout, errors.read()


# --------------------------------------------------------------------------------------------------------------- limits


def test_a_child_that_takes_too_long_is_ended(
    press_that: Callable[[str], None], make_renderer: MakeRenderer
) -> None:
    press_that("time.sleep(60)")
    renderer = make_renderer(seconds=3)
    renderer.warm_up()
    pid, started = pid_of(renderer), time.monotonic()
    with pytest.raises(RenderingFailed) as failure:
        renderer.render("invoice", INVOICE)
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 10
    assert not is_running(pid)


def test_a_long_document_does_not_outlast_the_limit(make_renderer: MakeRenderer) -> None:
    with pytest.raises(RenderingFailed) as failure:
        make_renderer(seconds=2).render("statement", samples.statement(*samples.operations(3_000)))
    assert failure.value.reason == "timeout"


def test_a_child_that_stopped_answering_is_replaced(make_renderer: MakeRenderer) -> None:
    renderer = make_renderer()
    renderer.render("invoice", INVOICE)
    stopped = pid_of(renderer)
    os.kill(stopped, signal.SIGSTOP)
    renderer._seconds = 1
    with pytest.raises(RenderingFailed) as failure:
        renderer.render("invoice", INVOICE)
    assert failure.value.reason == "timeout"
    assert not is_running(stopped)
    renderer._seconds = 20
    assert renderer.render("invoice", INVOICE).startswith(b"%PDF-")


def test_a_child_that_wants_too_much_memory_is_refused(
    press_that: Callable[[str], None], make_renderer: MakeRenderer
) -> None:
    press_that("return bytearray(1 << 30)")
    with pytest.raises(RenderingFailed) as failure:
        make_renderer(memory_bytes=1 << 30).render("invoice", INVOICE)
    assert failure.value.reason == "memory"


def test_the_memory_limit_is_the_kernels(make_renderer: MakeRenderer) -> None:
    renderer = make_renderer(memory_bytes=700 << 20)
    renderer.render("invoice", INVOICE)
    limits = Path(f"/proc/{pid_of(renderer)}/limits").read_text().splitlines()
    address_space = next(line.split() for line in limits if line.startswith("Max address space"))
    assert address_space[3:5] == [str(700 << 20)] * 2


def test_a_page_that_asks_for_a_file_is_refused(
    press_that: Callable[[str], None], make_renderer: MakeRenderer
) -> None:
    press_that("""import weasyprint
        html = "<img src=file:///etc/passwd>"
        return weasyprint.HTML(string=html, url_fetcher=child._refuse_address).write_pdf()""")
    with pytest.raises(RenderingFailed) as failure:
        make_renderer().render("invoice", INVOICE)
    assert failure.value.reason == "asset"


def test_a_child_that_dies_is_reported_and_the_next_render_works(
    press_that: Callable[[str], None], make_renderer: MakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = make_renderer()
    with monkeypatch.context() as patched:
        patched.setattr(pdf, "_CHILD", (sys.executable, "-c", "import os; os.abort()"))
        with pytest.raises(RenderingFailed) as failure:
            renderer.render("invoice", INVOICE)
    assert failure.value.reason == "crash"
    assert renderer.render("invoice", INVOICE).startswith(b"%PDF-")


def test_a_child_knows_no_secret_of_the_site(
    monkeypatch: pytest.MonkeyPatch, make_renderer: MakeRenderer
) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "SMTP_URL"):
        monkeypatch.setenv(name, "canary")
    renderer = make_renderer()
    renderer.render("invoice", INVOICE)  # for a moment after it starts, a process shows no environment at all
    environment = Path(f"/proc/{pid_of(renderer)}/environ").read_text()
    assert "PATH=" in environment
    assert "canary" not in environment


# ------------------------------------------------------------------------------------------------------------ life cycle


def test_a_child_stays_for_the_next_document(make_renderer: MakeRenderer) -> None:
    renderer = make_renderer()
    renderer.warm_up()
    renderer.warm_up()
    pid = pid_of(renderer)
    renderer.render("invoice", INVOICE)
    renderer.render("statement", samples.statement())
    assert pid_of(renderer) == pid


def test_a_child_is_replaced_after_its_share_of_documents(
    press_that: Callable[[str], None], make_renderer: MakeRenderer
) -> None:
    press_that("return str(os.getpid()).encode()")
    renderer = make_renderer(renders_per_worker=2)
    pids = [int(renderer.render("invoice", INVOICE)) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert not is_running(pids[0])


def test_a_child_found_dead_is_replaced_without_a_failure(make_renderer: MakeRenderer) -> None:
    renderer = make_renderer()
    renderer.warm_up()
    killed = pid_of(renderer)
    os.kill(killed, signal.SIGKILL)
    assert ends_within(5, killed)
    assert renderer.render("invoice", INVOICE).startswith(b"%PDF-")
    assert pid_of(renderer) != killed


def test_at_most_two_children_work_at_once(
    press_that: Callable[[str], None], make_renderer: MakeRenderer
) -> None:
    press_that("time.sleep(0.2); return str(os.getpid()).encode()")
    renderer = make_renderer()
    with ThreadPoolExecutor(6) as threads:
        pids = set(threads.map(lambda _: renderer.render("invoice", INVOICE), range(6)))
    assert len(pids) == 2
    assert len(renderer._workers) == 2


def test_who_finds_no_free_place_is_told_so(
    press_that: Callable[[str], None], make_renderer: MakeRenderer
) -> None:
    press_that("time.sleep(60)")
    renderer = make_renderer(workers=1, seconds=1)

    def reason(_: int) -> str:
        with pytest.raises(RenderingFailed) as failure:
            renderer.render("invoice", INVOICE)
        return failure.value.reason

    with ThreadPoolExecutor(4) as threads:
        reasons = list(threads.map(reason, range(4)))
    assert "busy" in reasons
    assert set(reasons) == {"busy", "timeout"}


def test_closing_ends_all_children_and_the_next_render_starts_anew(make_renderer: MakeRenderer) -> None:
    renderer = make_renderer()
    renderer.warm_up()
    pid = pid_of(renderer)
    renderer.close()
    assert not is_running(pid)
    assert renderer.render("invoice", INVOICE).startswith(b"%PDF-")


# ------------------------------------------------------------------------------------------------------- other processes


def test_a_forked_process_has_children_of_its_own_and_spares_its_parents() -> None:
    result = run_script("""
import os
from barterweb.documents import pdf
from tests.documents import samples
pids = lambda: {worker._process.pid for worker in pdf._renderer._workers}
pdf.render_invoice(samples.invoice())
before = pids()
if os.fork() == 0:
    assert not pids(), "the parent's children were kept"
    assert pdf.render_invoice(samples.invoice()).startswith(b"%PDF-")
    assert len(pids()) == 1 and not pids() & before
    raise SystemExit(7)
_, status = os.wait()
assert os.waitstatus_to_exitcode(status) == 7
assert pdf.render_invoice(samples.invoice()).startswith(b"%PDF-")
assert pids() == before, "the forked process ended its parent's child"
print("fine")
""")
    assert result == ("fine\n", "")


def test_a_process_forked_while_its_parent_prints_is_not_blocked() -> None:
    result = run_script("""
import os, threading, time
from barterweb.documents import pdf
from tests.documents import samples
long = samples.statement(*samples.operations(20))
threads = [threading.Thread(target=pdf.render_statement, args=(long,)) for _ in range(3)]
for thread in threads: thread.start()
time.sleep(0.2)
if os.fork() == 0:
    os._exit(0 if pdf.render_invoice(samples.invoice()).startswith(b"%PDF-") else 1)
_, status = os.wait()
for thread in threads: thread.join()
print(status)
""")
    assert result == ("0\n", "")


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), 9)", "os._exit(0)", "sys.exit()"])
def test_children_end_with_their_process_however_it_ends(ending: str) -> None:
    result = run_script(f"""
import os, sys
from barterweb.documents import pdf
from tests.documents import samples
pdf.render_invoice(samples.invoice())
print(*(worker._process.pid for worker in pdf._renderer._workers), flush=True)
{ending}
""")
    assert ends_within(10, int(result[0]))


def test_a_child_whose_parent_died_while_it_hung_ends_soon_after_its_limit() -> None:
    source = """
import os, sys, threading, time
from barterweb.documents import pdf
from tests.documents import samples
pdf._CHILD = (sys.executable, "-c", '''
import sys, time
from barterweb.documents.pdf import child
class Press:
    def pdf(self, kind, facts, pictures):
        while True: pass
child._Press, child._ORPHAN_SECONDS = Press, 0
child._be_child(int(sys.argv[1]))
''')
renderer = pdf.Renderer(seconds=4)
renderer.warm_up()
print(*(worker._process.pid for worker in renderer._workers), flush=True)
threading.Thread(target=renderer.render, args=("invoice", samples.invoice()), daemon=True).start()
time.sleep(3.5)
os._exit(0)
"""
    pid = int(run_script(source)[0])
    assert ends_within(30, pid)


def test_a_serving_process_loads_neither_weasyprint_nor_flask() -> None:
    result = run_script("""
import sys
from barterweb.documents import pdf
pdf.warm_up()
print(sorted({"flask", "jinja2", "weasyprint", "werkzeug", "sqlalchemy"} & set(sys.modules)))
""")
    assert result == ("[]\n", "")
