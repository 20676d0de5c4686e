"""``flask documents``: check any Factur-X file, and verify the archive and the legal series."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from barterweb.documents import checks
from barterweb.documents.archive import archive_of

commands = AppGroup("documents", help="Issued documents: check a file, verify the archive and the series.")


@commands.command("check", with_appcontext=False)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--quiet", is_flag=True, help="Only what failed, and the counts.")
def check(files: tuple[Path, ...], quiet: bool) -> None:
    """Check Factur-X FILES (PDF or XML) offline: PDF/A marks, attachment, schema, EN 16931 and BR-FR rules, rule by rule."""
    from barterweb.documents.facturx import validation

    failed = 0
    for path in files:
        report = validation.check(path.read_bytes())
        click.echo(f"{path}:")
        for rule in report.rules:
            if rule.failures or not quiet:
                times = f" ({rule.fired} times)" if rule.fired != 1 else ""
                click.echo(f"  {'WRONG' if rule.failures else 'ok   '} {rule.rule_set}: {rule.id}{times}")
            for text in rule.failures:
                click.echo(f"        {text}")
        counts = ", ".join(
            f"{name} {report.fired_in(name)}"
            for name in dict.fromkeys(rule.rule_set for rule in report.rules)
        )
        click.echo(f"  {report.fired} assertions ({counts}), {len(report.failures)} failed")
        failed += bool(report.failures)
    if failed:
        click.echo(f"{failed} of {len(files)} files failed.", err=True)
        sys.exit(1)


@commands.command("verify")
def verify() -> None:
    """Hash every archived file again, read all facts back, look for gaps in the series; exit 1 if anything is wrong."""
    outcome = checks.verify(archive_of(current_app.config["SETTINGS"]).read)
    for finding in outcome.findings:
        click.echo(f"WRONG {finding.subject}: {finding.detail}")
    click.echo(f"{outcome.series} series, {outcome.documents} documents, {outcome.files} files.")
    if outcome.findings:
        click.echo(f"The archive is wrong in {len(outcome.findings)} places.", err=True)
        sys.exit(1)
    click.echo("Nothing is missing, altered or out of order.")
