"""Commands of the site, one module a group: ``flask --help`` lists them."""

from flask import Flask

from barterweb.cli import demo, documents, jobs, ledger, operations


def init_app(app: Flask) -> None:
    """Install the commands."""
    for command in (ledger.commands, documents.commands, jobs.jobs, demo.commands, *operations.COMMANDS):
        app.cli.add_command(command)
