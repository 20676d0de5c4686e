"""``flask backup``, ``flask restore`` and ``flask read-only``."""

import getpass
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from barterweb.operations import backup as backups
from barterweb.operations import queries, service
from barterweb.operations.errors import OperationRefused

_FOLDER = click.Path(path_type=Path, resolve_path=True)


def _place() -> backups.Place:
    settings = current_app.config["SETTINGS"]
    return backups.Place(settings.documents_dir, settings.pg_bin)


@click.command("backup")
@click.argument("folder", type=_FOLDER)
@with_appcontext
def backup(folder: Path) -> None:
    """Write the database and the documents, as they are at one moment, into FOLDER; the site goes on working."""
    try:
        manifest = backups.back_up(folder, _place())
    except OperationRefused as error:
        raise click.ClickException(str(error)) from error
    head = f"{manifest.chain_position}:{manifest.chain_hash}" if manifest.chain_position else "nothing sealed"
    click.echo(f"{folder}: {manifest.rows['ledger_transfers']} transfers, chain {head}")


@click.command("restore")
@click.argument("folder", type=_FOLDER)
@click.option("--check", is_flag=True, help="Restore into a scratch database, verify it, and drop it.")
@click.option("--into", "url", help="Restore into the empty database at this address.")
@with_appcontext
def restore(folder: Path, check: bool, url: str | None) -> None:
    """Check the backup in FOLDER, or restore it."""
    if check == (url is not None):
        raise click.UsageError("Give either --check or --into URL.")
    try:
        if url is not None:
            backups.restore(folder, make_url(url), _place())
            click.echo("Restored. Set DATABASE_URL to that address, then run flask ledger verify.")
            return
        wrong = backups.check(folder, _place(), click.echo)
    except ArgumentError as error:
        raise click.BadParameter("the address is not one of a database", param_hint="--into") from error
    except OperationRefused as error:
        raise click.ClickException(str(error)) from error
    for sentence in wrong:
        click.echo(f"WRONG {sentence}")
    if wrong:
        sys.exit(1)
    click.echo("The backup is good.")


read_only = AppGroup("read-only", help="Refuse writes, allow them again, or say which it is.")


@read_only.command("on")
@click.argument("reason")
def on(reason: str) -> None:
    """Refuse writes, for a REASON that operator staff read."""
    changed = service.stop_writes(reason=reason, by=getpass.getuser())
    click.echo("The site is read-only now." if changed else "The site was read-only already.")


@read_only.command("off")
def off() -> None:
    """Allow writes again."""
    changed = service.allow_writes(by=getpass.getuser())
    click.echo("The site takes writes again." if changed else "The site was not read-only.")


@read_only.command("status")
def status() -> None:
    """Say whether writes are refused, since when and why."""
    state = queries.read_only()
    click.echo(
        f"Read-only since {state.since:%Y-%m-%d %H:%M} UTC, by {state.set_by}: {state.reason}"
        if state
        else "Open."
    )


COMMANDS = (backup, restore, read_only)
