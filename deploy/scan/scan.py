"""What `make scan` runs: three scanners that know nothing of this project, and the findings nobody has explained yet.

bandit reads the code; schemathesis sends what the map of the site allows and more, as several people; wapiti crawls the site
and attacks what it finds. The site scanned is the real server on an invented network in a temporary folder. A finding that
explained.toml does not explain makes the run fail. The tools live in environments of their own (VENV, WAPITI_VENV).
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(HERE)]

import openapi  # noqa: E402
import site_to_scan  # noqa: E402

WAPITI_SECONDS = int(os.environ.get("WAPITI_SECONDS", "240"))
ATTACK_SECONDS = int(os.environ.get("ATTACK_SECONDS", "30"))
"""How long wapiti crawls, and how long each of its modules attacks."""

EXAMPLES = os.environ.get("EXAMPLES", "15")
PEOPLE = ("visitor", "administrator", "operator")
WAPITI_MODULES = (
    "cookieflags,crlf,csp,exec,file,http_headers,ldap,log4shell,methods,permanentxss,redirect,shellshock,sql,ssl,ssrf,"
    "timesql,xss,xxe"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a tool says, where: a rule's name, and a file or an address."""

    tool: str
    rule: str
    place: str


def main() -> int:
    found: list[Finding] = []
    with tempfile.TemporaryDirectory() as folder, site_to_scan.running(Path(folder)) as site:
        scans = {
            "bandit": bandit(),
            "schemathesis": schemathesis(site, Path(folder)),
            "wapiti": wapiti(site, Path(folder)),
        }
        for name in sys.argv[1:] or scans:
            these = [*scans[name]]
            print(f"{name}: {len(these)} findings", flush=True)
            found += these
            for finding, times in Counter(these).items():
                print(f"  {times} × {finding.rule}: {finding.place[:150]}", flush=True)
    reasons = tomllib.loads((HERE / "explained.toml").read_text())["explained"]
    unexplained = [finding for finding in found if not any(explains(reason, finding) for reason in reasons)]
    for finding, times in Counter(unexplained).items():
        print(f"UNEXPLAINED {finding.tool} {finding.rule} {finding.place} ({times})")
    print(f"{len(found)} findings, {len(unexplained)} unexplained")
    return 1 if unexplained else 0


def explains(reason: dict[str, str], finding: Finding) -> bool:
    return (
        reason["tool"] == finding.tool
        and reason["rule"] == finding.rule
        and finding.place.startswith(reason["place"])
    )


def bandit() -> Iterator[Finding]:
    command = [tool("bandit"), "--quiet", "--recursive", "barterweb", "wsgi.py", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert not report["errors"], report["errors"]
    for result in report["results"]:
        yield Finding("bandit", result["test_id"], result["filename"].removeprefix("./"))


def schemathesis(site: site_to_scan.Site, folder: Path) -> Iterator[Finding]:
    schema = folder / "openapi.json"
    schema.write_text(json.dumps(openapi.describe(site.app, site.csrf_token)))
    for person in PEOPLE:
        report = folder / f"schemathesis-{person}.txt"
        command = [
            tool("schemathesis"), "run", str(schema), "--url", site.url, "--checks", "not_a_server_error",
            "--max-examples", EXAMPLES, "--seed", "20260803", "--phases", "fuzzing", "--no-color",
            "--header", f"Cookie: session={site.cookies[person]}", "--request-timeout", "30",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        report.write_text(done.stdout + done.stderr)
        summary = [
            line.strip() for line in done.stdout.splitlines() if "generated" in line or "Selected" in line
        ]
        print(f"  schemathesis as {person}: {' '.join(summary)}", flush=True)
        if done.returncode not in {0, 1}:
            raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
        for line in done.stdout.splitlines():
            if line.strip().startswith("- ") and "error" in line.lower():
                yield Finding("schemathesis", line.strip("- ").strip(), person)
        if done.returncode == 1 and "Server error" not in done.stdout:
            yield Finding("schemathesis", "failed", done.stdout[-1500:])


def wapiti(site: site_to_scan.Site, folder: Path) -> Iterator[Finding]:
    for person in ("visitor", "administrator"):
        report = folder / f"wapiti-{person}.json"
        command = [
            tool("wapiti", "WAPITI_VENV"), "--url", f"{site.url}/", "--scope", "folder", "--depth", "3",
            "--max-links-per-page", "30", "--max-files-per-dir", "30", "--max-scan-time", str(WAPITI_SECONDS),
            "--max-attack-time", str(ATTACK_SECONDS), "--header", f"Cookie: session={site.cookies[person]}",
            "--module", WAPITI_MODULES, "--exclude", f"{site.url}/deconnexion", "--format", "json", "--output", str(report),
            "--flush-session", "--no-bugreport", "--store-session", str(folder), "--store-config", str(folder),
            "--verbose", "0",
        ]  # fmt: skip
        subprocess.run(command, capture_output=True, check=False, env={**os.environ, "HOME": str(folder)})
        told = json.loads(report.read_text())
        print(f"  wapiti as {person}: {told['infos'].get('crawled_pages_nbr')} pages", flush=True)
        for kind in ("vulnerabilities", "anomalies"):
            for rule, results in told[kind].items():
                for result in results:
                    yield Finding("wapiti", rule, f"{result['path']} {result['info']}"[:200])


def tool(name: str, environment: str = "VENV") -> str:
    return str((Path(os.environ[environment]) / "bin" / name).absolute())


if __name__ == "__main__":
    raise SystemExit(main())
