"""``flask ledger verify`` and ``flask ledger export``."""

import re
import sys
from datetime import datetime

import click
from flask.cli import AppGroup

from barterweb import ledger
from barterweb.operations import exports

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_DAY = click.DateTime(["%Y-%m-%d"])

commands = AppGroup("ledger", help="Check the ledger, or write it out.")


def _head(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, str] | None:
    if value is None:
        return None
    match = _HEAD.fullmatch(value)
    if match is None:
        raise click.BadParameter("write it as POSITION:HASH, as a statement prints them")
    return int(match[1]), match[2]


@commands.command("verify")
@click.option("--since", type=click.IntRange(0), default=0, help="Only what was sealed after this position.")
@click.option(
    "--head", callback=_head, help="POSITION:HASH from a statement or a backup, to be found in the chain."
)
def verify(since: int, head: tuple[int, str] | None) -> None:
    """Redo the arithmetic of the ledger and its hash chain; exit 1 and name what is wrong if anything is."""
    outcome = ledger.verify(since=since, printed=head, progress=_say)
    rows = ", ".join(f"{count} {table.removeprefix('ledger_')}" for table, count in outcome.checked.items())
    click.echo(f"There are {rows}.")
    for name in outcome.checks:
        bad = [finding for finding in outcome.findings if finding.check == name]
        click.echo(f"{'WRONG' if bad else 'ok   '} {name}")
        for finding in bad:
            click.echo(f"      {finding.subject}: {finding.detail}")
    chain = ledger.chain_head()
    click.echo(f"The chain ends at {chain.position}:{chain.hash}." if chain else "Nothing is sealed yet.")
    if not outcome.clean:
        click.echo(f"The ledger is wrong in {len(outcome.findings)} places.", err=True)
        sys.exit(1)
    click.echo("The ledger is clean.")


@commands.command("export")
@click.option("--format", "name", type=click.Choice(list(exports.FORMATS)), required=True)
@click.option("--since", type=_DAY, help="First day.")
@click.option("--until", type=_DAY, help="Last day.")
def export(name: str, since: datetime | None, until: datetime | None) -> None:
    """Write the journal to standard output: for hledger, as CSV or as JSON lines."""
    if since and until and until < since:
        raise click.BadParameter("--until lies before --since")
    for piece in exports.FORMATS[name](since and since.date(), until and until.date()):
        sys.stdout.write(piece)


def _say(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"…     {line}", err=True)
