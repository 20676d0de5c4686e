"""Settings: an unsafe or mistyped one stops the start with a sentence that says which."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from barterweb.settings import InvalidSettings, Settings, from_environment

ROOT = Path(__file__).resolve().parents[1]
GOOD = {
    "SECRET_KEY": "uH2kq0ZtXv7mR4sW9pLcB3nJ6dYgFa1e",
    "PUBLIC_URL": "https://barter.example/",
    "TRUSTED_HOSTS": "barter.example, www.barter.example",
    "SMTP_URL": "smtp://mail.example",
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


def test_the_site_refuses_to_start_with_one_sentence(tmp_path: Path) -> None:
    environ = {
        **os.environ,
        **GOOD,
        "DATA_DIR": str(tmp_path),
        "BARTERWEB_MODE": "production",
        "SECRET_KEY": "secret",
    }
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("barterweb: SECRET_KEY must be a random text of 32 characters or more")
    assert "Traceback" not in done.stderr
