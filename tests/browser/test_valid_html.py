"""Every page is valid HTML, as the W3C's checker (vnu) reads it; `make` fetches it before the tests."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import DemoSite
from tests.browser.reports import write_report

pytestmark = pytest.mark.browser

JAR = Path(__file__).resolve().parents[2] / ".venv" / "judges" / "vnu.jar"
HTMX = re.compile(r"\shx-(?=[a-z-]+=)")
"""htmx reads its attributes with and without ``data-``; the standard knows the longer form, the site uses the shorter."""

HARMLESS = ("Trailing slash on void elements",)
"""Remarks about style: the drawings close their elements as XML does, so that they can be kept as files too."""


def test_every_page_is_valid(demo_site: DemoSite, tmp_path: Path) -> None:
    assert JAR.exists(), "make .venv/judges/vnu.jar"
    java = shutil.which("java")
    assert java, "install Debian's package default-jre-headless"
    names = {}
    for number, (place, html) in enumerate(demo_site.html.items()):
        path = tmp_path / f"{number}.html"
        path.write_text(HTMX.sub(" data-hx-", html))
        names[path.name] = place
    done = subprocess.run(
        [
            java,
            "-Xss4m",
            "-jar",
            str(JAR),
            "--format",
            "json",
            "--exit-zero-always",
            *map(str, tmp_path.iterdir()),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    said = [
        (
            message["type"],
            f"{names[Path(message['url']).name]}: {message['message']} «{message.get('extract', '')}»",
        )
        for message in json.loads(done.stderr)["messages"]
        if not message["message"].startswith(HARMLESS)
    ]
    wrong = [sentence for kind, sentence in said if kind == "error"]
    write_report(
        "vnu", [f"{len(names)} pages, {len(wrong)} errors", *(f"{kind}: {text}" for kind, text in said)]
    )
    assert not wrong, "\n".join(wrong)
