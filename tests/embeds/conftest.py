"""A cluster with its staff and a member, and listings that fill its framed page."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from barterweb.actors import Actor
from barterweb.embeds import service
from tests import build_listings, build_members

STAFF = "equipe@pole.example"
TITLES = (
    "Fraisage 5 axes, pièces jusqu’à 800 mm",
    "Stockage de palettes à température dirigée",
    "Impression 3D métal en petite série",
    "Contrôle tridimensionnel avec rapport",
    "Salle de formation de 20 places, vidéoprojecteur",
    "Expertise comptable et bilan annuel",
    "Transport frigorifique Lyon – Grenoble",
    "Mise à disposition d’un cariste, à la journée",
    "Essais de traction sur éprouvettes",
    "Nettoyage de bureaux le soir",
)
COMPANIES = (
    ("Mécanique du Grésivaudan", "38190", "Crolles"),
    ("Logistique Rhône Sud", "69360", "Saint-Symphorien-d’Ozon"),
    ("Ateliers de la Dombes", "01330", "Villars-les-Dombes"),
    ("Cabinet Morel", "69003", "Lyon"),
)


@dataclass(frozen=True, slots=True)
class Pole:
    """A cluster, its staff, a member of it."""

    id: str
    slug: str
    staff: Actor
    member: build_members.Member


def make_pole(name: str = "Axelera") -> Pole:
    """Create a cluster with staff and a member."""
    cluster_id = build_members.cluster(name)
    slug = build_members.cluster_row(cluster_id).slug
    staff = build_members.staff(cluster_id, email=STAFF if name == "Axelera" else f"equipe@{slug}.example")
    member = build_members.company(
        f"Mécanique {name}", cluster_ids=[cluster_id], postal_code="38190", city="Crolles"
    )
    return Pole(cluster_id, slug, staff, member)


def publish(
    member: build_members.Member, title: str = TITLES[0], kind: str = "offer", price_cents: int | None = 4_500
) -> str:
    """Put a listing online and return its id."""
    return build_listings.listing(
        member, title, kind=kind, unit="heure", price_cents=price_cents, postal_code="38190", city="Crolles"
    )


def fill(pole: Pole, count: int = 20) -> None:
    """Publish that many different listings of several companies of the cluster."""
    members = [
        build_members.company(name, cluster_ids=[pole.id], postal_code=postal_code, city=city)
        for name, postal_code, city in COMPANIES
    ]
    for number in range(count):
        title = f"{TITLES[number % len(TITLES)]}{', lot ' + str(number) if number >= len(TITLES) else ''}"
        kind = "need" if number % 3 == 2 else "offer"
        publish(
            members[number % len(members)], title, kind, None if number % 4 == 3 else 2_500 + 1_730 * number
        )


def allow(pole: Pole, *origins: str) -> None:
    """Let the cluster's staff allow these origins."""
    service.set_frame_origins(actor=pole.staff, cluster_id=pole.id, origins=origins)


@pytest.fixture
def pole(in_app: Callable[..., Pole]) -> Pole:
    """The cluster Axelera with one member and nothing published."""
    return in_app(make_pole)
