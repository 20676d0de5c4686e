"""What the environment decides, read once at start into a frozen object; a wrong value stops the start with a sentence.

The table of settings in README.md is the list for people. Production is everything that is not demo or test mode.
"""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MODES = ("production", "demo", "test")
SECOND_FACTORS = ("compulsory", "offered", "off")
ARCHIVES = ("folder", "database")
"""Asked of staff and accountants; of those who set one up; of nobody."""

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
_UNDER_OTHERS_EYES = 0o007


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
    second_factor: str = "compulsory"
    proxies: int = 0
    archive: str = "folder"

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
    for sentence in problems(environ):
        raise InvalidSettings(sentence)
    mode, port = _mode(environ), int(environ.get("PORT", "8000"))
    data_dir = _data_dir(environ)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
    return Settings(
        mode=mode,
        data_dir=data_dir,
        database_url=_database_url(environ) or f"sqlite:///{data_dir / 'barterweb.sqlite'}",
        secret_key=environ.get("SECRET_KEY") or _kept_secret(data_dir),
        public_url=_public_url(environ),
        trusted_hosts=_trusted_hosts(environ),
        port=port,
        smtp_url=environ.get("SMTP_URL") or None,
        mail_from=environ.get("MAIL_FROM") or "Barter clusters <ne-pas-repondre@barter.example>",
        pg_bin=Path(environ["PG_BIN"]) if environ.get("PG_BIN") else None,
        second_factor=_second_factor(environ),
        proxies=int(_proxies(environ)),
        archive=environ.get("ARCHIVE") or "folder",
    )


def problems(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield a sentence for each setting that is missing, malformed or, in production, unsafe, with the way to mend it."""
    mode = _mode(environ)
    if mode not in MODES:
        yield f"BARTERWEB_MODE must be one of {', '.join(MODES)}, not {mode!r}."
    yield from _malformed(environ)
    if mode == "production":
        yield from _unsafe(environ)


def _malformed(environ: Mapping[str, str]) -> Iterator[str]:
    port = environ.get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        yield f"PORT must be a number from 1 to 65535, not {port!r}."
    proxies = _proxies(environ)
    if proxies not in {"0", "1", "2", "3"}:
        yield f"TRUSTED_PROXIES must be the number of proxies in front of the site, from 0 to 3, not {proxies!r}."
    if _second_factor(environ) not in SECOND_FACTORS:
        yield f"SECOND_FACTOR must be one of {', '.join(SECOND_FACTORS)}."
    if not (_database_url(environ) or "sqlite:///").startswith(("sqlite:///", "postgresql+psycopg://")):
        yield "DATABASE_URL must begin with sqlite:/// or postgresql://."
    address = urlsplit(_public_url(environ))
    if (
        address.scheme not in {"http", "https"}
        or not address.hostname
        or address.path
        or "@" in address.netloc
    ):
        yield "PUBLIC_URL must be the address of the site and nothing more, such as https://barter.example."
    archive = environ.get("ARCHIVE") or "folder"
    if archive not in ARCHIVES:
        yield f"ARCHIVE must be {' or '.join(ARCHIVES)}, not {archive!r}."
    if not _trusted_hosts(environ):
        yield "TRUSTED_HOSTS must list the host names the site answers to, separated by commas."
    wrong = [host for host in _trusted_hosts(environ) if _HOST.fullmatch(host) is None]
    if wrong:
        yield f"TRUSTED_HOSTS takes host names without wildcards, ports or addresses; not {', '.join(wrong)}."


def _unsafe(environ: Mapping[str, str]) -> Iterator[str]:
    key, address = environ.get("SECRET_KEY", ""), urlsplit(_public_url(environ))
    if len(key) < 32 or len(set(key)) < 10:
        yield (
            "SECRET_KEY must be a random text of 32 characters or more: "
            'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if address.scheme == "http":
        yield "PUBLIC_URL must begin with https:// in production: put a proxy with a certificate in front of the site."
    if address.hostname and _trusted_hosts(environ) and address.hostname not in _trusted_hosts(environ):
        yield f"TRUSTED_HOSTS must hold {address.hostname}, the host of PUBLIC_URL."
    if environ.get("FLASK_DEBUG", "0") not in {"", "0", "false"}:
        yield "FLASK_DEBUG must not be set in production: it shows code to visitors and lets them run some."
    if _second_factor(environ) != "compulsory":
        yield "SECOND_FACTOR must be compulsory in production: leave it out."
    if environ.get("SMTP_URL") and not environ.get("MAIL_FROM"):
        yield "MAIL_FROM must name the sender of e-mails, such as Barter <ne-pas-repondre@barter.example>."
    folder = _data_dir(environ)
    if folder.exists() and folder.stat().st_mode & _UNDER_OTHERS_EYES:
        yield f"DATA_DIR must be closed to the machine's other users: chmod o= {folder}"


def _mode(environ: Mapping[str, str]) -> str:
    return environ.get("BARTERWEB_MODE", "production")


def _data_dir(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DATA_DIR", "var")).resolve()


def _public_url(environ: Mapping[str, str]) -> str:
    local = "" if _mode(environ) == "production" else f"http://127.0.0.1:{environ.get('PORT', '8000')}"
    return environ.get("PUBLIC_URL", local).rstrip("/")


def _trusted_hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    local = "" if _mode(environ) == "production" else "127.0.0.1,localhost"
    hosts = environ.get("TRUSTED_HOSTS", local).split(",")
    return tuple(host.strip().lower() for host in hosts if host.strip())


def _second_factor(environ: Mapping[str, str]) -> str:
    return environ.get("SECOND_FACTOR", "off" if _mode(environ) == "demo" else "compulsory")


def _proxies(environ: Mapping[str, str]) -> str:
    """Return how many proxies tell whom they speak for; in production one, since gunicorn listens on 127.0.0.1 only."""
    return environ.get("TRUSTED_PROXIES", "1" if _mode(environ) == "production" else "0")


def _database_url(environ: Mapping[str, str]) -> str | None:
    """Name the driver SQLAlchemy shall use, so that the usual ``postgresql://`` addresses work as they are."""
    url = environ.get("DATABASE_URL") or None
    for plain in ("postgres://", "postgresql://"):
        if url and url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _kept_secret(data_dir: Path) -> str:
    """Return this demonstration's own random key, made once, so that people stay signed in across restarts."""
    path = data_dir / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
