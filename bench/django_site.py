"""The listings page in Django, as its manual would write it: models, a query with its company, a template, its sessions.

Reads the SQLite file that the site made (BENCH_DATABASE). For bench.pages; run by gunicorn's sync workers.
"""

import os
from pathlib import Path

import django
from django.conf import settings

TEMPLATE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Annonces</title></head><body>
<header><a href="/">Barter clusters</a>
{% if person %}<p>{{ person }}</p>
{% else %}<a href="/connexion">Se connecter</a>{% endif %}</header>
<main><h1>Annonces</h1><form method="get">
<label>Que cherchez-vous ? <input name="mots"></label>
{% for facet in facets %}<label>
<input type="checkbox" name="categorie" value="{{ facet.category }}">
{{ facet.category }} ({{ facet.number }})</label>
{% endfor %}
<button>Rechercher</button></form><h2>{{ total }} annonces</h2><ul>
{% for listing in listings %}<li><p>{% if listing.kind == "offer" %}Offre{% else %}Besoin{% endif %}</p>
<h3><a href="/annonces/{{ listing.id }}">{{ listing.title }}</a></h3>
<p>{% if listing.price_cents %}{{ listing.price }} B / {{ listing.unit }}{% else %}Sur devis{% endif %}</p>
<p>{{ listing.company.name }}, {{ listing.city }}</p></li>{% endfor %}
</ul></main></body></html>"""

settings.configure(
    DEBUG=False,
    SECRET_KEY="a key for measuring",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BENCH_DATABASE"],
            "CONN_MAX_AGE": 600,
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.gzip.GZipMiddleware",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"annonces.html": TEMPLATE})],
                    )
                ]
            },
        }
    ],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Company(models.Model):
    """A member."""

    id = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "companies"


class Person(models.Model):
    """Who signs in."""

    id = models.CharField(primary_key=True, max_length=40)
    email = models.CharField(max_length=200)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "people"


class Listing(models.Model):
    """An offer or a need."""

    id = models.CharField(primary_key=True, max_length=40)
    company = models.ForeignKey(Company, on_delete=models.DO_NOTHING)
    kind = models.CharField(max_length=5)
    status = models.CharField(max_length=9)
    title = models.CharField(max_length=80)
    category = models.CharField(max_length=30)
    unit = models.CharField(max_length=30)
    price_cents = models.BigIntegerField(null=True)
    city = models.CharField(max_length=80)
    published_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "listings"

    @property
    def price(self) -> str:
        """Return the price as people read it."""
        return f"{(self.price_cents or 0) / 100:,.2f}".replace(",", " ").replace(".", ",")


def annonces(request: HttpRequest) -> HttpResponse:
    """Show the newest listings with counts by category; ``?qui=`` looks a person up first, as a session would."""
    person = Person.objects.get(email=request.GET["qui"]).email if "qui" in request.GET else None
    online = Listing.objects.filter(status="online", company__status="active")
    facets = online.values("category").annotate(number=models.Count("id")).order_by("category")
    listings = online.select_related("company").order_by("-published_at")[:12]
    return render(
        request,
        "annonces.html",
        {"listings": listings, "facets": facets, "total": online.count(), "person": person},
    )


urlpatterns = [path("annonces", annonces)]
app = get_wsgi_application()
assert Path(os.environ["BENCH_DATABASE"]).exists()
