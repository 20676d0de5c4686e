"""Settings: an unsafe or mistyped one stops the start with a sentence that says which."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from barterweb import clock
from barterweb.pages.service import set_legal_facts
from barterweb.settings import InvalidSettings, Settings, from_environment, problems
from tests import build_members
from tests.pages.test_legal_notice import FACTS

ROOT = Path(__file__).resolve().parents[1]
GOOD = {
    "SECRET_KEY": "uH2kq0ZtXv7mR4sW9pLcB3nJ6dYgFa1e",
    "PUBLIC_URL": "https://barter.example/",
    "TRUSTED_HOSTS": "barter.example, www.barter.example",
    "SMTP_URL": "smtp://mail.example",
    "MAIL_FROM": "Barter <barter@barter.example>",
}


@pytest.fixture
def read(tmp_path: Path) -> "Read":
    return Read(tmp_path / "data")


class Read:
    """Reads production settings with some changed; None takes one away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, **changes: str | None) -> Settings:
        environ = {**GOOD, "DATA_DIR": str(self.folder), **changes}
        return from_environment({name: value for name, value in environ.items() if value is not None})


def test_production_is_the_default_and_accepts_good_settings(read: Read) -> None:
    settings = read()
    assert settings.mode == "production"
    assert settings.https
    assert not settings.demo
    assert settings.public_url == "https://barter.example"
    assert settings.trusted_hosts == ("barter.example", "www.barter.example")
    assert settings.database_url == f"sqlite:///{read.folder}/barterweb.sqlite"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"PUBLIC_URL": None}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://barter.example"}, "https"),
        ({"PUBLIC_URL": "barter.example"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://barter.example/site"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://me:secret@barter.example"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://elsewhere.example"}, "TRUSTED_HOSTS must hold elsewhere.example"),
        ({"TRUSTED_HOSTS": "*"}, "without wildcards"),
        ({"TRUSTED_HOSTS": "barter.example:443"}, "without wildcards, ports"),
        ({"SECOND_FACTOR": "offered"}, "SECOND_FACTOR must be compulsory"),
        ({"SECOND_FACTOR": "off"}, "SECOND_FACTOR must be compulsory"),
        ({"SECOND_FACTOR": "perhaps"}, "SECOND_FACTOR must be one of"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES"),
        ({"MAIL_FROM": None}, "MAIL_FROM"),
        ({"TRUSTED_HOSTS": None}, "TRUSTED_HOSTS"),
        ({"TRUSTED_HOSTS": " , "}, "TRUSTED_HOSTS"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
        ({"PORT": "80a"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "８０"}, "PORT"),
        ({"DATABASE_URL": "mysql://db/barter"}, "DATABASE_URL"),
        ({"BARTERWEB_MODE": "prod"}, "BARTERWEB_MODE"),
    ],
)
def test_a_missing_mistyped_or_unsafe_setting_is_refused(
    read: Read, changes: dict[str, str | None], said: str
) -> None:
    with pytest.raises(InvalidSettings, match=said):
        read(**changes)


@pytest.mark.parametrize(
    "url", ["postgres://db/barter", "postgresql://db/barter", "postgresql+psycopg://db/barter"]
)
def test_the_usual_postgresql_addresses_name_our_driver(read: Read, url: str) -> None:
    assert read(DATABASE_URL=url).database_url == "postgresql+psycopg://db/barter"


def test_a_demonstration_needs_no_setting_and_keeps_its_key_to_itself(read: Read) -> None:
    bare = {
        "BARTERWEB_MODE": "demo",
        "SECRET_KEY": None,
        "PUBLIC_URL": None,
        "TRUSTED_HOSTS": None,
        "PORT": "8123",
    }
    settings = read(**bare)
    assert settings.demo
    assert settings.public_url == "http://127.0.0.1:8123"
    assert settings.secret_key == read(**bare).secret_key
    assert (read.folder / "secret_key").stat().st_mode & 0o077 == 0


def test_two_demonstrations_have_two_keys(tmp_path: Path) -> None:
    keys = {
        from_environment({"BARTERWEB_MODE": "demo", "DATA_DIR": str(tmp_path / name)}).secret_key
        for name in ("one", "two")
    }
    assert len(keys) == 2


def test_a_folder_that_others_may_read_is_refused(read: Read) -> None:
    read()
    read.folder.chmod(0o755)
    with pytest.raises(InvalidSettings, match="DATA_DIR must be closed"):
        read()
    read.folder.chmod(0o750)
    assert read()


def test_several_problems_are_all_told(tmp_path: Path) -> None:
    environ = {
        **GOOD,
        "DATA_DIR": str(tmp_path / "new"),
        "SECRET_KEY": "a",
        "FLASK_DEBUG": "1",
        "TRUSTED_HOSTS": "",
    }
    assert [sentence.split()[0] for sentence in problems(environ)] == [
        "TRUSTED_HOSTS",
        "SECRET_KEY",
        "FLASK_DEBUG",
    ]


UNSAFE = {
    "weak key": ({"SECRET_KEY": "secret"}, "SECRET_KEY must be a random text of 32 characters or more"),
    "no key": ({"SECRET_KEY": ""}, "SECRET_KEY must be a random text of 32 characters or more"),
    "debug": ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG must not be set in production"),
    "http": ({"PUBLIC_URL": "http://barter.example"}, "PUBLIC_URL must begin with https://"),
    "no hosts": ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS must list the host names"),
    "any host": ({"TRUSTED_HOSTS": "*"}, "TRUSTED_HOSTS takes host names without wildcards"),
    "one factor": ({"SECOND_FACTOR": "off"}, "SECOND_FACTOR must be compulsory"),
    "no sender": ({"MAIL_FROM": ""}, "MAIL_FROM must name the sender"),
    "password in clear": (
        {"SMTP_URL": "smtp://me:hush@mail.example"},
        "SMTP_URL would send its password in clear",
    ),
    "unknown mail": ({"SMTP_URL": "mail.example"}, "SMTP_URL must look like"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_the_site_refuses_to_start_with_one_sentence(tmp_path: Path, case: str) -> None:
    changes, sentence = UNSAFE[case]
    done = _run(tmp_path, changes, "-c", "import wsgi")
    assert done.returncode == 1
    assert done.stderr.startswith(f"barterweb: {sentence}")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr


def test_the_site_starts_with_good_settings(tmp_path: Path) -> None:
    done = _run(tmp_path, {}, "-c", "import wsgi")
    assert (done.returncode, done.stderr) == (0, "")


def test_flask_check_tells_everything_that_is_wrong(tmp_path: Path) -> None:
    done = _run(tmp_path, {"SECRET_KEY": "a", "FLASK_DEBUG": "1"}, "-m", "flask", "--app", "wsgi", "check")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["WRONG", "SECRET_KEY"], ["WRONG", "FLASK_DEBUG"]]


def test_flask_check_looks_at_the_database_when_the_settings_are_good(tmp_path: Path) -> None:
    done = _run(tmp_path, {}, "-m", "flask", "--app", "wsgi", "check")
    assert done.returncode == 1
    assert "ok    settings" in done.stdout
    assert "WRONG database: bring it up to date with flask db upgrade" in done.stdout
    assert _run(tmp_path, {}, "-m", "flask", "--app", "wsgi", "db", "upgrade").returncode == 0
    done = _run(tmp_path, {}, "-m", "flask", "--app", "wsgi", "check")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "WRONG" not in done.stdout
    assert "WARN  legal notices: not filled in" in done.stdout


def test_flask_check_warns_of_legal_notices_of_an_example(app: Flask, in_app: Callable[..., Any]) -> None:
    def check(email: str) -> str:
        facts = replace(FACTS, email=email)
        in_app(lambda: set_legal_facts(actor=build_members.operator(), starts_on=clock.today(), facts=facts))
        return str(app.test_cli_runner().invoke(args=["check"]).output)

    settings: Settings = app.config["SETTINGS"]
    assert "WARN" not in check("contact@barter.example"), "a test is no production"
    app.config["SETTINGS"] = replace(settings, mode="production")
    assert "WARN  legal notices: those of an example" in check("contact@barter.example")
    assert "WARN" not in check("contact@france-clusters.fr")


def _run(folder: Path, changes: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, **GOOD, "DATA_DIR": str(folder), "BARTERWEB_MODE": "production", **changes}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
