"""The site for a WSGI server and for the `flask` command: ``gunicorn wsgi:app``, ``flask --app wsgi jobs``."""

from barterweb.app import create_app
from barterweb.settings import InvalidSettings

try:
    app = create_app()
except InvalidSettings as error:
    raise SystemExit(f"barterweb: {error}") from error
