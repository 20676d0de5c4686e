"""Production never gets the demonstration's people, whose password everybody knows."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select

from barterweb.db import session
from barterweb.members.models import Person


def test_production_refuses_the_demonstration_network(app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mode="production")
    refused = app.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "no place in production" in refused.output
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Person)) == 0
