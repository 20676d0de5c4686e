"""``flask demo load``: an invented network."""

import click
from flask import current_app
from flask.cli import AppGroup

from barterweb.demo import papers
from barterweb.demo import service as demo
from barterweb.documents.archive import archive_of

commands = AppGroup("demo", help="Make an invented network.")


@commands.command("load")
@click.option("--companies", type=click.IntRange(2, 100_000), default=None, help="How many companies.")
@click.option("--listings", type=click.IntRange(0, 1_000_000), default=None, help="How many listings.")
@click.option("--trades", type=click.IntRange(0, 1_000_000), default=None, help="How many trades.")
def load(companies: int | None, listings: int | None, trades: int | None) -> None:
    """Make the demonstration network; with sizes, one as large for tests of scale. Does nothing if there is one."""
    settings = current_app.config["SETTINGS"]
    if settings.mode == "production":
        raise click.ClickException("Invented people with a known password have no place in production.")
    archive = archive_of(settings)
    archive.save(papers.logo())
    demo.load(archive=archive, companies=companies, listings=listings, trades=trades, say=click.echo)
