"""``flask access``: what an operator does about somebody's access after checking who they are."""

import click
from flask.cli import AppGroup

from barterweb.members import queries, service
from barterweb.members.facts import normal_email
from barterweb.members.models import Person

commands = AppGroup("access", help="Forget a person's lost second factors, or close an access.")


@commands.command("forget-factors")
@click.argument("email")
def forget_factors(email: str) -> None:
    """Remove the authenticator, recovery codes and passkeys that EMAIL lost; the password stays, a letter says so."""
    person = _person(email)
    service.forget_factors(person_id=person.id)
    click.echo(f"{person.name}: second factors removed, sessions ended.")


@commands.command("close")
@click.argument("email")
def close(email: str) -> None:
    """Close the access of EMAIL at once, whatever their roles; all their sessions end."""
    person = _person(email)
    service.disable_person(person_id=person.id)
    click.echo(f"{person.name}: access closed, sessions ended.")


def _person(email: str) -> Person:
    person = queries.person_by_email(normal_email(email))
    if person is None:
        raise click.ClickException("nobody has this address")
    return person
