"""Commands of the site, one module a group: ``flask --help`` lists them."""

from flask import Flask

from barterweb.cli import demo, documents, health, jobs, ledger, operations

GROUPS = (health.check, ledger.commands, documents.commands, jobs.jobs, demo.commands, *operations.COMMANDS)


def init_app(app: Flask) -> None:
    """Install the commands."""
    for command in GROUPS:
        app.cli.add_command(command)
