"""The companies of the seed story: a haulier, an accounting firm, an agency, a roaster; the region's line is 8,000 B."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from barterweb.members.facts import RegionSettings
from tests import build_members
from tests.build_members import Member


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays."""

    haulier: Member
    firm: Member
    agency: Member
    roaster: Member


def cast_with(settings: RegionSettings) -> Cast:
    build_members.region(terms=settings)
    return Cast(
        haulier=build_members.company("Transports du Vercors"),
        firm=build_members.company("Cabinet Marcellin"),
        agency=build_members.company("Agence Quai Neuf"),
        roaster=build_members.company("Torréfaction Bellecombe"),
    )


@pytest.fixture
def cast(in_app: Callable[..., Any]) -> Cast:
    """The pilot: commission waived."""
    return in_app(cast_with, RegionSettings(credit_limit_cents=800_000))


@pytest.fixture
def paying_cast(in_app: Callable[..., Any]) -> Cast:
    """After the pilot: 5 % commission, paid by the seller."""
    return in_app(cast_with, RegionSettings(credit_limit_cents=800_000, commission_waived=False))
