"""``flask jobs``: what time brings about, once or in a loop."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo

from barterweb import ledger
from barterweb.documents import service as documents
from barterweb.documents.archive import Archive, archive_of
from barterweb.joining import service as joining
from barterweb.listings import saved
from barterweb.listings import service as listings
from barterweb.members import service as members
from barterweb.operations import queries as site
from barterweb.operations import service as operations
from barterweb.outbox import mail
from barterweb.outbox import service as outbox
from barterweb.privacy import service as privacy
from barterweb.settings import Settings
from barterweb.standing import service as standing
from barterweb.trades import settlement

DAY = 86_400
HOUR = 3_600

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One idempotent pass, which returns how much it did; in a loop every so many seconds, or as often as asked."""

    name: str
    run: Callable[[], int]
    every: int | None = None
    writes: bool = True


JOBS = (
    Job("transfers sealed", ledger.seal_all, every=2),
    Job("proposals expired", settlement.expire_proposals),
    Job("buyers reminded", settlement.remind_buyers),
    Job("deliveries confirmed automatically", settlement.confirm_overdue_deliveries),
    Job("listings expired", listings.expire_listings),
    Job("people told of new listings", saved.tell_new_listings, every=HOUR),
    Job("waiting invoices issued", documents.issue_waiting_invoices, every=HOUR),
    Job("fees invoiced", documents.issue_fee_invoices, every=DAY),
    Job("monthly statements issued", documents.issue_monthly_statements, every=HOUR),
    Job("links to choose a password", members.answer_reset_requests),
    Job("years of membership opened", standing.open_next_years),
    Job("memberships reminded", standing.remind_unpaid),
    Job("companies suspended unpaid", standing.suspend_unpaid),
    Job("claims on companies that left", standing.establish_departure_claims),
    Job("accounts of companies that left closed", standing.close_left_accounts),
    Job("drafts of applications forgotten", joining.forget_drafts),
    Job("documents rendered", lambda: documents.render_waiting(_archive())),
    Job("e-mails sent", lambda: outbox.send_waiting(deliver=mail.delivery(_settings())), writes=False),
    Job("personal data forgotten", privacy.forget_what_is_over, every=DAY),
    Job("findings in the ledger", lambda: operations.check_ledger(whole=True), every=DAY, writes=False),
)


def _settings() -> Settings:
    chosen: Settings = current_app.config["SETTINGS"]
    return chosen


def _archive() -> Archive:
    return archive_of(_settings())


@click.command("jobs")
@click.option("--every", type=click.IntRange(1), help="Repeat after so many seconds, until interrupted.")
@click.pass_obj
def jobs(info: ScriptInfo, every: int | None) -> None:
    """Do what time brings about: seals, expiry, reminders, automatic confirmation, documents, e-mails, verification."""
    app = info.load_app()
    stop = threading.Event()
    if every is None:
        sys.exit(1 if run_jobs(app) else 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    due = dict.fromkeys(JOBS, 0.0)
    while not stop.is_set():
        ready = [job for job in JOBS if due[job] <= time.monotonic()]
        run_jobs(app, ready)
        due |= {job: time.monotonic() + (job.every or every) for job in ready}
        stop.wait(max(0, min(due.values()) - time.monotonic()))


def run_jobs(app: Flask, chosen: Sequence[Job] = JOBS) -> int:
    """Run jobs, each in an application context of its own; return how many failed. A failure stops no other job.

    Those that write wait while the site is read-only.
    """
    failed = 0
    for job in chosen:
        with app.app_context():
            try:
                done = 0 if job.writes and site.read_only() else job.run()
            except Exception:  # noqa: BLE001 - tomorrow's mails must leave even if today's expiry fails
                _log.exception("job failed: %s", job.name)
                failed += 1
            else:
                if done:
                    click.echo(f"{job.name}: {done}")
    return failed
