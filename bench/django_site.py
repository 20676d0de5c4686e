"""The listings page in Django, as its manual would write it: models, queries, a template with the same content as ours.

Who is signed in is found by the token's hash in a cookie, in the table of sessions that the site made, with role and unread
notifications; forms carry Django's token. Reads the SQLite file that the site made (BENCH_DATABASE). For bench.pages; run by
gunicorn's sync workers.
"""

import os
from pathlib import Path

import django
from django.conf import settings

CATEGORIES = {
    "machines": "Machines et façonnage",
    "impression-3d": "Impression 3D et prototypage",
    "metrologie": "Métrologie, contrôle et essais",
    "stockage": "Stockage et logistique",
    "transport": "Transport et levage",
    "personnel": "Temps de personnel",
    "conseil-gestion": "Conseil, droit et gestion",
    "numerique": "Informatique et numérique",
    "communication": "Communication et image",
    "formation": "Formation",
    "locaux": "Salles et locaux",
    "maintenance-nettoyage": "Maintenance et nettoyage",
    "fournitures-biens": "Fournitures et biens",
    "restauration-evenement": "Restauration et événements",
}

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
    INSTALLED_APPS=["django.contrib.staticfiles"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.gzip.GZipMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    STATIC_URL="/static/",
)
django.setup()

from django.core.paginator import Paginator  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Of:
    """What the tables of the site have in common."""

    app_label = "bench"
    managed = False


class Person(models.Model):
    """Who signs in."""

    id = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)

    class Meta(Of):
        db_table = "people"


class Company(models.Model):
    """A member."""

    id = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20)

    class Meta(Of):
        db_table = "companies"


class Cluster(models.Model):
    """A cluster."""

    id = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=200)
    slug = models.CharField(max_length=200)

    class Meta(Of):
        db_table = "clusters"


class Role(models.Model):
    """What a person may do for a company."""

    id = models.CharField(primary_key=True, max_length=40)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING)
    company = models.ForeignKey(Company, null=True, on_delete=models.DO_NOTHING)
    revoked_at = models.DateTimeField(null=True)

    class Meta(Of):
        db_table = "roles"


class PersonSession(models.Model):
    """A browser signed in."""

    id = models.CharField(primary_key=True, max_length=40)
    token_hash = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Of):
        db_table = "person_sessions"


class Notification(models.Model):
    """An event told to a person."""

    id = models.CharField(primary_key=True, max_length=40)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING)
    company = models.ForeignKey(Company, on_delete=models.DO_NOTHING)
    read_at = models.DateTimeField(null=True)

    class Meta(Of):
        db_table = "notifications"


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

    class Meta(Of):
        db_table = "listings"

    @property
    def price(self) -> str:
        """Return the price as people read it."""
        return f"{(self.price_cents or 0) / 100:,.2f}".replace(",", "\u202f").replace(".", ",")


PAGE_SIZE = 12
MEMBERS_NAV = (
    ("tableau", "Tableau de bord"),
    ("annonces", "Annonces"),
    ("mes-annonces", "Mes annonces"),
    ("echanges", "Échanges"),
    ("comptes", "Compte"),
    ("entreprises", "Entreprises"),
)
VISITORS_NAV = (("annonces", "Annonces"), ("entreprises", "Entreprises"), ("comment", "Comment ça marche"))


def annonces(request: HttpRequest) -> HttpResponse:
    """Show the newest listings with counts by kind and category."""
    online = Listing.objects.filter(status="online", company__status="active")
    counted = list(online.values_list("kind", "category").annotate(number=models.Count("id")))
    of_kind = {kind: sum(n for k, _, n in counted if k == kind) for kind in ("offer", "need")}
    of_category = dict.fromkeys(CATEGORIES, 0)
    for _, category, number in counted:
        of_category[category] += number
    ordered = online.select_related("company").order_by("-published_at")
    context = {
        "page": Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page")),
        "kinds": [
            ("", "Offres et besoins", sum(of_kind.values())),
            ("offre", "Offres", of_kind["offer"]),
            ("besoin", "Besoins", of_kind["need"]),
        ],
        "categories": [(slug, label, of_category[slug]) for slug, label in CATEGORIES.items()],
        "clusters": Cluster.objects.order_by("name"),
        "asked": {
            "words": request.GET.get("mots", ""),
            "place": request.GET.get("lieu", ""),
            "price": "",
            "type": request.GET.get("type", ""),
            "categories": request.GET.getlist("categorie"),
            "cluster": request.GET.get("pole", ""),
        },
        "nav": VISITORS_NAV,
    }
    return render(request, "annonces.html", context | signed_in(request))


def signed_in(request: HttpRequest) -> dict[str, object]:
    """Look up who asks, for whom, and how much waits to be read."""
    sessions = PersonSession.objects.select_related("person")
    found = sessions.filter(
        token_hash=request.COOKIES.get("jeton", ""), ended_at=None, expires_at__gt=timezone.now()
    ).first()
    if found is None:
        return {"person": None}
    role = Role.objects.select_related("company").filter(person=found.person, revoked_at=None).first()
    unread = Notification.objects.filter(person=found.person, company=role.company_id, read_at=None).count()
    return {"person": found.person, "role": role, "unread": unread, "nav": MEMBERS_NAV}


NAMES = (
    *(
        "accueil",
        "connexion",
        "adhesion",
        "deconnexion",
        "securite",
        "notifications",
        "flux",
        "tableau",
        "mes-annonces",
    ),
    *(
        "echanges",
        "comptes",
        "entreprises",
        "comment",
        "guide",
        "mentions",
        "confidentialite",
        "accessibilite",
    ),
)
urlpatterns = [
    path("annonces", annonces, name="annonces"),
    path("annonces/<id>", annonces, name="annonce"),
    *(path(name, annonces, name=name) for name in NAMES),
]
app = get_wsgi_application()
assert Path(os.environ["BENCH_DATABASE"]).exists()
