"""Commands of the site: ``flask ledger verify``, ``flask jobs``, ``flask demo load``."""

import logging
import signal
import sys
import threading
from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo

from barterweb import ledger
from barterweb.demo import service as demo
from barterweb.documents import service as documents
from barterweb.documents.archive import Archive
from barterweb.listings import service as listings
from barterweb.outbox import mail
from barterweb.outbox import service as outbox
from barterweb.trades import settlement

_log = logging.getLogger(__name__)

JOBS: dict[str, Callable[[], int]] = {
    "proposals expired": settlement.expire_proposals,
    "buyers reminded": settlement.remind_buyers,
    "deliveries confirmed automatically": settlement.confirm_overdue_deliveries,
    "listings expired": listings.expire_listings,
    "documents rendered": lambda: documents.render_waiting(
        Archive(current_app.config["SETTINGS"].documents_dir)
    ),
    "e-mails sent": lambda: outbox.send_waiting(deliver=mail.delivery(current_app.config["SETTINGS"])),
}

ledger_commands = AppGroup("ledger", help="Check the ledger.")
demo_commands = AppGroup("demo", help="Make an invented network.")


@ledger_commands.command("verify")
def verify() -> None:
    """Redo the arithmetic of the whole ledger; exit 1 and name what is wrong if anything is."""
    outcome = ledger.verify()
    rows = ", ".join(f"{count} {table.removeprefix('ledger_')}" for table, count in outcome.checked.items())
    click.echo(f"Read {rows}.")
    for name in outcome.checks:
        bad = [finding for finding in outcome.findings if finding.check == name]
        click.echo(f"{'WRONG' if bad else 'ok   '} {name}")
        for finding in bad:
            click.echo(f"      {finding.subject}: {finding.detail}")
    if not outcome.clean:
        click.echo(f"The ledger is wrong in {len(outcome.findings)} places.", err=True)
        sys.exit(1)
    click.echo("The ledger is clean.")


@click.command("jobs")
@click.option("--every", type=click.IntRange(1), help="Repeat after so many seconds, until interrupted.")
@click.pass_obj
def jobs(info: ScriptInfo, every: int | None) -> None:
    """Do once what time brings about: expiry, reminders, automatic confirmation, documents, e-mails."""
    app = info.load_app()
    stop = threading.Event()
    if every is None:
        sys.exit(1 if run_jobs(app) else 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        run_jobs(app)
        stop.wait(every)


def run_jobs(app: Flask) -> int:
    """Run every job, each in an application context of its own; return how many failed. A failure stops no other job."""
    failed = 0
    for name, job in JOBS.items():
        with app.app_context():
            try:
                done = job()
            except Exception:  # noqa: BLE001 - tomorrow's mails must leave even if today's expiry fails
                _log.exception("job failed: %s", name)
                failed += 1
            else:
                if done:
                    click.echo(f"{name}: {done}")
    return failed


@demo_commands.command("load")
@click.option("--companies", type=click.IntRange(2, 100_000), default=None, help="How many companies.")
@click.option("--listings", type=click.IntRange(0, 1_000_000), default=None, help="How many listings.")
@click.option("--trades", type=click.IntRange(0, 1_000_000), default=None, help="How many trades.")
def load(companies: int | None, listings: int | None, trades: int | None) -> None:
    """Make the demonstration network; with sizes, one as large for tests of scale. Does nothing if there is one."""
    if current_app.config["SETTINGS"].mode == "production":
        raise click.ClickException("Invented people with a known password have no place in production.")
    demo.load(companies=companies, listings=listings, trades=trades, say=click.echo)


def init_app(app: Flask) -> None:
    """Install the commands."""
    app.cli.add_command(ledger_commands)
    app.cli.add_command(jobs)
    app.cli.add_command(demo_commands)
