"""``flask check``: everything that is wrong with the settings and the machine, each with the way to mend it.

Wrong settings stop the application before it exists, and with it every command; `bare_app` is what remains to answer.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from barterweb import clock, settings
from barterweb.db import engine
from barterweb.pages import queries as pages

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@click.command("check")
@with_appcontext
def check() -> None:
    """Say what is wrong with the settings, the database and the folders, and how to mend it; exit 1 if anything is."""
    found = [*settings.problems()]
    if "SETTINGS" in current_app.config:
        click.echo("ok    settings")
        found += _machine()
    for sentence in found:
        click.echo(f"WRONG {sentence}")
    sys.exit(1 if found else 0)


def asked_for() -> bool:
    """Tell whether this process was started as ``flask check``."""
    program, *arguments = sys.argv or [""]
    return (Path(program).stem == "flask" or "flask" in Path(program).parts) and "check" in arguments


def bare_app() -> Flask:
    """Return an application that can do nothing but say what is wrong with its settings."""
    app = Flask("barterweb")
    app.cli.add_command(check)
    return app


def _machine() -> Iterator[str]:
    config: settings.Settings = current_app.config["SETTINGS"]
    try:
        with engine().connect() as connection:
            present = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError as error:
        yield f"database: it does not answer ({type(error).__name__}); see DATABASE_URL."
    else:
        if set(present) != set(ScriptDirectory(str(_MIGRATIONS)).get_heads()):
            yield "database: bring it up to date with flask db upgrade"
        else:
            click.echo("ok    database")
            _legal_notice(config)
    try:
        config.documents_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
        probe = config.documents_dir / ".check"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield f"documents: the site cannot write into {config.documents_dir} ({error.strerror})"
    else:
        click.echo("ok    documents")
    click.echo(
        "ok    e-mail" if config.smtp_url else "note  e-mail: no SMTP_URL, letters are kept for the operator"
    )


def _legal_notice(config: settings.Settings) -> None:
    """Warn in production when the site does not say who publishes it; the site itself must run for that to be filled in."""
    facts = pages.legal_facts(clock.today())
    if config.mode != "production" or (facts is not None and not facts.is_invented):
        return
    what = "not filled in" if facts is None else "those of an example"
    click.echo(
        f"WARN  legal notices: {what}; the operator sets them on /operateur/mentions-legales before opening"
    )
