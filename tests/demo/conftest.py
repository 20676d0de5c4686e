"""Applications that several tests of one file share, because a network takes seconds to make."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask

from barterweb import app as application
from barterweb import db
from barterweb.settings import from_environment


@pytest.fixture(scope="module")
def new_app(copies: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Flask]]:
    """Make an application on an empty database of its own, kept until the file's last test."""
    with ExitStack() as afterwards:

        def make() -> Flask:
            environment = {
                "BARTERWEB_MODE": "test",
                "DATA_DIR": str(tmp_path_factory.mktemp("demo")),
                "DATABASE_URL": afterwards.enter_context(copies.copy()),
                "SECRET_KEY": "a key for tests, known to everybody",
            }
            made = application.create_app(from_environment(environment))
            afterwards.callback(_close, made)
            return made

        yield make


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.db.engine.dispose()
