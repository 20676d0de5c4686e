"""The demonstration network as a place to look at pages: every page of the site, as somebody who may see it.

Pages are found in the map of the site, so that a new one is judged without being listed. Where an address holds an id, those
of the network are tried until one opens.
"""

import fcntl
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from barterweb import app as application
from barterweb import db
from barterweb.demo import service as demo
from barterweb.documents.archive import archive_of
from barterweb.settings import Settings, from_environment
from barterweb.web.access import PUBLIC, SIGNED_IN, access_rule

PEOPLE = {
    "trader": "transport@barter.example",
    "administrator": "admin@barter.example",
    "accountant": "comptable@barter.example",
    "staff": "pole@barter.example",
    "operator": "operateur@barter.example",
    "funder": "region@barter.example",
}
"""Who wears which hat in the demonstration network."""

ATTEMPTS = 200
_ARGUMENT = re.compile(r'<(?:id\("(?P<prefix>\w+)"\):|id\(\'(?P<quoted>\w+)\'\):|(?:\w+:)?)(?P<name>\w+)>')


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its endpoint, who looks at it (a hat, or None for a visitor), and where."""

    endpoint: str
    who: str | None
    url: str

    def __str__(self) -> str:
        return f"{self.url} ({self.who or 'visitor'})"


def settings_for(folder: Path) -> Settings:
    """Return settings of the network in `folder`."""
    return from_environment(
        {
            "BARTERWEB_MODE": "test",
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/network.sqlite",
            "SECRET_KEY": "a key for tests, known to everybody",
            "PUBLIC_URL": "http://localhost",
            "TRUSTED_HOSTS": "localhost,127.0.0.1",
        }
    )


def make_in(folder: Path, template: str) -> Settings:
    """Make the network once in `folder`, from a migrated database; other workers wait for it, then share it."""
    folder.mkdir(exist_ok=True)
    settings = settings_for(folder)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            (folder / "network.sqlite").write_bytes(Path(template.removeprefix("sqlite:///")).read_bytes())
            app = application.create_app(settings)
            with app.app_context():
                demo.load(archive=archive_of(settings), say=lambda _sentence: None)
            close(app)
            (folder / "complete").touch()
    return settings


def close(app: Flask) -> None:
    """Let go of the database."""
    with app.app_context():
        db.session.remove()
        db.db.engine.dispose()


def places(app: Flask, clients: dict[str | None, FlaskClient]) -> Iterator[Place]:
    """Yield every page that a browser shows, once for each hat that has a view of its own kind."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for who in _hats(access_rule(view)):
            url = _first_that_opens(app, clients[who], rule)
            if url is not None:
                yield Place(rule.endpoint, who, url)


def _hats(access: str | None) -> list[str | None]:
    if access == PUBLIC:
        return [None]
    if access == SIGNED_IN:
        return ["trader"]
    return [hat for hat in (access or "").split() if hat in PEOPLE]


def _first_that_opens(app: Flask, client: FlaskClient, rule: Rule) -> str | None:
    """Return an address of this rule that answers with a page of HTML, or None."""
    for url in itertools.islice(_addresses(app, rule), ATTEMPTS):
        answer = client.get(url)
        if answer.status_code == 200:
            return url if answer.mimetype == "text/html" else None
        if not rule.arguments:
            return None
    return None


def _addresses(app: Flask, rule: Rule) -> Iterator[str]:
    found = list(_ARGUMENT.finditer(rule.rule))
    if not found:
        yield rule.rule
        return
    if len(found) > 1:
        return
    for value in _values(app, found[0]):
        yield rule.rule.replace(found[0][0], value)


def _values(app: Flask, argument: re.Match[str]) -> list[str]:
    """Return what may stand in an address, what is still open first; pages about the past are easy to find."""
    prefix = argument["prefix"] or argument["quoted"]
    with app.app_context():
        if argument["name"] == "slug":
            return list(db.session.scalars(sa.text("SELECT slug FROM clusters ORDER BY slug")))
        for table in db.db.metadata.sorted_tables:
            if (
                "id" not in table.c
                or not isinstance(table.c.id.type, sa.String)
                or not (prefix or argument["name"] == f"{table.name.removeprefix('ledger_').rstrip('s')}_id")
            ):
                continue
            ids = sa.select(table.c.id).order_by(table.c.id.desc())
            if prefix:
                ids = ids.where(table.c.id.like(f"{prefix}\\_%", escape="\\"))
            if "state" in table.c:
                ids = ids.order_by(None).order_by(table.c.state == "settled", table.c.id.desc())
            if found := list(db.session.scalars(ids)):
                return found
    return []
