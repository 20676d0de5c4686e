"""What the environment decides, read once at start into a frozen object; a wrong value stops the start with a sentence.

The table of settings in README.md is the list for people. Production is everything that is not demo or test mode.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MODES = ("production", "demo", "test")


class InvalidSettings(ValueError):
    """A setting is missing, malformed or unsafe; the text says which and how to mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment can change."""

    mode: str
    data_dir: Path
    database_url: str
    secret_key: str
    public_url: str
    trusted_hosts: tuple[str, ...]
    port: int
    smtp_url: str | None
    mail_from: str
    pg_bin: Path | None = None

    @property
    def documents_dir(self) -> Path:
        """Where issued files are archived."""
        return self.data_dir / "documents"

    @property
    def demo(self) -> bool:
        """Whether this is the demonstration network: known people, known password."""
        return self.mode == "demo"

    @property
    def https(self) -> bool:
        """Whether visitors reach the site over https."""
        return self.public_url.startswith("https://")


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise `InvalidSettings` on the first one that is missing, malformed or unsafe."""
    mode = environ.get("BARTERWEB_MODE", "production")
    if mode not in MODES:
        raise InvalidSettings(f"BARTERWEB_MODE must be one of {', '.join(MODES)}, not {mode!r}.")
    data_dir = Path(environ.get("DATA_DIR", "var")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    port = _port(environ.get("PORT", "8000"))
    public_url = environ.get("PUBLIC_URL", "" if mode == "production" else f"http://127.0.0.1:{port}").rstrip(
        "/"
    )
    default_hosts = "" if mode == "production" else "127.0.0.1,localhost"
    settings = Settings(
        mode=mode,
        data_dir=data_dir,
        database_url=_database_url(
            environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'barterweb.sqlite'}"
        ),
        secret_key=environ.get("SECRET_KEY") or ("" if mode == "production" else _kept_secret(data_dir)),
        public_url=public_url,
        trusted_hosts=tuple(
            h.strip() for h in environ.get("TRUSTED_HOSTS", default_hosts).split(",") if h.strip()
        ),
        port=port,
        smtp_url=environ.get("SMTP_URL") or None,
        mail_from=environ.get("MAIL_FROM", "Barter clusters <ne-pas-repondre@barter.example>"),
        pg_bin=Path(environ["PG_BIN"]) if environ.get("PG_BIN") else None,
    )
    _refuse_unsafe(settings, environ)
    return settings


def _refuse_unsafe(settings: Settings, environ: Mapping[str, str]) -> None:
    if urlsplit(settings.public_url).scheme not in {"http", "https"}:
        raise InvalidSettings("PUBLIC_URL must be the address of the site, such as https://barter.example.")
    if settings.mode != "production":
        return
    if len(settings.secret_key) < 32 or len(set(settings.secret_key)) < 10:
        raise InvalidSettings(
            "SECRET_KEY must be a random text of 32 characters or more: "
            'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if not settings.https:
        raise InvalidSettings("PUBLIC_URL must begin with https:// in production.")
    if not settings.trusted_hosts:
        raise InvalidSettings(
            "TRUSTED_HOSTS must list the host names the site answers to, separated by commas."
        )
    if environ.get("FLASK_DEBUG", "0") not in {"", "0", "false"}:
        raise InvalidSettings("FLASK_DEBUG must not be set in production.")


def _database_url(url: str) -> str:
    """Name the driver SQLAlchemy shall use, so that the usual ``postgresql://`` addresses work as they are."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise InvalidSettings("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise InvalidSettings(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _kept_secret(data_dir: Path) -> str:
    """Return this demonstration's own random key, made once, so that people stay signed in across restarts."""
    path = data_dir / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
