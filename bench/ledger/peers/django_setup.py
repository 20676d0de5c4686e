"""Django for a peer: its settings, on the database of an address in SQLAlchemy's form."""

from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.management import call_command


def start(url: str, *apps: str) -> None:
    """Configure Django with these applications."""
    address = urlsplit(url)
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": address.path.strip("/"),
                "USER": address.username,
                "HOST": parse_qs(address.query)["host"][0],
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", *apps],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="measuring",
        USE_TZ=True,
    )
    django.setup()


def migrate() -> None:
    """Make the tables."""
    call_command("migrate", verbosity=0)
