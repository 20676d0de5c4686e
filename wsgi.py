"""The site for a WSGI server and for the `flask` command: ``gunicorn wsgi:app``, ``flask --app wsgi jobs``."""

from barterweb.app import create_app
from barterweb.cli import health
from barterweb.settings import InvalidSettings

try:
    app = create_app()
except InvalidSettings as error:
    if not health.asked_for():
        raise SystemExit(f"barterweb: {error}") from error
    app = health.bare_app()
