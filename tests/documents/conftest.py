"""A buyer and a seller of one region, and their rows changed by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from barterweb.db import open_transaction, session
from barterweb.members.facts import RegionSettings
from barterweb.members.models import Company
from tests import build_members
from tests.build_members import Member


@pytest.fixture
def buyer(in_app: Callable[..., Any]) -> Member:
    """A haulier with a line of 8,000 B."""
    in_app(build_members.region, terms=RegionSettings(credit_limit_cents=800_000))
    return in_app(build_members.company, "Transports du Vercors")


@pytest.fixture
def seller(in_app: Callable[..., Any], buyer: Member) -> Member:
    """An accounting firm that gave its mandate."""
    return in_app(build_members.company, "Cabinet Marcellin")


def change(company_id: str, **values: Any) -> None:
    """Set columns of a company, as its settings pages do."""
    with open_transaction():
        company = session.get_one(Company, company_id)
        for name, value in values.items():
            setattr(company, name, value)
