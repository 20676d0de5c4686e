"""Regions with their dated terms, and clusters."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from barterweb.db import session
from barterweb.errors import NotFound
from barterweb.members.models import (
    Cluster,
    Region,
    RegionTerms,
)


def terms_in_force(region_id: str, on: date) -> RegionTerms:
    """Return the fees and limits of a region on a day; raises `NotFound` when none had started."""
    terms = session.scalar(
        select(RegionTerms)
        .where(RegionTerms.region_id == region_id, RegionTerms.starts_on <= on)
        .order_by(RegionTerms.starts_on.desc())
        .limit(1)
    )
    if terms is None:
        raise NotFound
    return terms


def operator_account_id(kind: str, region_code: str) -> str:
    """Return the ledger's id of an operator account of a region; `kind` is commission, membership or reserve."""
    return f"operator_{kind}_{region_code.lower()}"


def regions() -> Sequence[Region]:
    """Return all regions by name."""
    return session.scalars(select(Region).order_by(Region.name)).all()


def clusters() -> Sequence[Cluster]:
    """Return all clusters with their regions, by region and name."""
    return session.scalars(
        select(Cluster).join(Region).options(joinedload(Cluster.region)).order_by(Region.name, Cluster.name)
    ).all()


def cluster_by_slug(slug: str) -> Cluster:
    """Return a cluster by the word that names it in addresses; raises `NotFound`."""
    cluster = session.scalar(select(Cluster).where(Cluster.slug == slug))
    if cluster is None:
        raise NotFound
    return cluster
