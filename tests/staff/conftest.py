"""A network of two clusters of one region, and those who watch over it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from barterweb import clock
from barterweb.actors import Actor
from barterweb.members.facts import RegionSettings
from tests import build_members
from tests.build_members import Member
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]

FOUNDED = datetime(2026, 1, 5, 8, tzinfo=UTC)
OPERATOR = "exploitant@barter.example"
STAFF = "equipe@pole.example"
OTHER_STAFF = "equipe@autre-pole.example"
FUNDER = "region@ara.example"


@dataclass(frozen=True, slots=True)
class Network:
    """The haulier and the firm are of one cluster, the agency of the other."""

    cluster_id: str
    other_cluster_id: str
    region_id: str
    haulier: Member
    firm: Member
    agency: Member
    operator: Actor
    staff: Actor
    other_staff: Actor
    funder: Actor


def found(settings: RegionSettings) -> Network:
    """Make the network on `FOUNDED`."""
    with clock.at(FOUNDED):
        region_id = build_members.region(terms=settings)
        cluster_id = build_members.cluster("Pôle Fer")
        other_id = build_members.cluster("Pôle Bois")
        return Network(
            cluster_id=cluster_id,
            other_cluster_id=other_id,
            region_id=region_id,
            haulier=build_members.company("Transports du Vercors", cluster_ids=[cluster_id]),
            firm=build_members.company("Cabinet Marcellin", cluster_ids=[cluster_id]),
            agency=build_members.company("Agence Quai Neuf", cluster_ids=[other_id]),
            operator=build_members.operator(),
            staff=build_members.staff(cluster_id, STAFF),
            other_staff=build_members.staff(other_id, OTHER_STAFF),
            funder=build_members.person(FUNDER, "funder", name="Anne Roux", region_id=region_id),
        )


@pytest.fixture
def network(in_app: InApp) -> Network:
    """The pilot: fees waived, a credit line of 8,000 B and a ceiling of 15,000 B."""
    return in_app(found, RegionSettings(credit_limit_cents=800_000))


@pytest.fixture
def paying_network(in_app: InApp) -> Network:
    """After the pilot: 5 % commission from the seller, 235 euros a year."""
    return in_app(
        found,
        RegionSettings(credit_limit_cents=800_000, commission_waived=False, membership_waived=False),
    )
